#include <algorithm>
#include <gtest/gtest.h>
#include <random>

#include "tests/support/cuts.hpp"
#include "ws/deflate.hpp"
#include "ws/distance_scanner.hpp"

namespace wsrig::ws {
namespace {

/// Random words of a small vocabulary: compressible, with references at many distances; some of it noise.
ByteBuffer random_message(std::mt19937& random) {
  const std::size_t size = random() % (1u << random() % 17);
  const unsigned letters = 1u << random() % 9;
  ByteBuffer message;
  while (message.size() < size) {
    const std::size_t run = std::min<std::size_t>(size - message.size(), 1 + random() % 2000);
    const bool copy = message.size() > run && random() % 2 == 0;
    const std::size_t from = copy ? random() % (message.size() - run) : 0;
    for (std::size_t i = 0; i < run; ++i) {
      message.push_back(copy ? message[from + i] : static_cast<std::uint8_t>(random() % letters));
    }
  }
  return message;
}

struct Setting {
  std::uint8_t bits;
  bool takeover;
  int level;
};

/// What `data` inflates to, in random pieces.
ByteBuffer inflate(Inflater& inflater, Bytes data, std::size_t limit, std::mt19937& random) {
  ByteBuffer out;
  std::size_t at = 0;
  for (const std::size_t piece : test::random_cuts(data.size(), random)) {
    EXPECT_EQ(inflater.inflate(data.subspan(at, piece), out, limit), InflateStatus::ok);
    at += piece;
  }
  EXPECT_EQ(inflater.finish(), InflateStatus::ok);
  return out;
}

void round_trip(const Setting& setting, std::mt19937& random) {
  Deflater deflater(setting.bits, setting.takeover, setting.level, 1 + static_cast<int>(random() % 9));
  Inflater inflater(setting.bits, setting.takeover);
  for (int i = 0; i < 4; ++i) {
    const ByteBuffer message = random_message(random);
    ByteBuffer data;
    deflater.compress(message, data);
    DistanceScanner scanner;
    scanner.scan(data);
    ASSERT_LE(scanner.greatest(), 1u << setting.bits);
    ASSERT_EQ(inflate(inflater, data, message.size(), random), message);
  }
}

TEST(DeflateProperty, every_setting_gives_back_what_it_was_given) {
  constexpr unsigned seed = 7692;
  std::mt19937 random(seed);
  for (std::uint8_t bits = 8; bits <= 15; ++bits) {
    for (const bool takeover : {false, true}) {
      for (int level = 0; level <= 9; ++level) {
        SCOPED_TRACE(testing::Message() << "seed " << seed << ", " << int{bits} << " bits, "
                                        << (takeover ? "takeover" : "no takeover") << ", level " << level);
        round_trip({bits, takeover, level}, random);
      }
    }
  }
}

/// zlib judges the data, the scanner counts: they agree on every size.
TEST(DeflateProperty, the_scanner_counts_what_zlib_inflates) {
  std::mt19937 random(1951);
  int judged = 0;
  for (int i = 0; i < 300; ++i) {
    ByteBuffer data;
    Deflater(15, false, static_cast<int>(random() % 10)).compress(random_message(random), data);
    for (auto changes = random() % 3; changes > 0; --changes) {
      data[random() % data.size()] = static_cast<std::uint8_t>(random());
    }
    Inflater inflater(15, false);
    ByteBuffer out;
    if (inflater.inflate(data, out, SIZE_MAX) != InflateStatus::ok) continue;
    if (inflater.finish() != InflateStatus::ok) continue;
    ++judged;
    DistanceScanner scanner;
    scanner.scan(data);
    EXPECT_FALSE(scanner.is_broken()) << "round " << i;
    EXPECT_EQ(scanner.inflated_size(), out.size()) << "round " << i;
  }
  EXPECT_GT(judged, 100);
}

}  // namespace
}  // namespace wsrig::ws
