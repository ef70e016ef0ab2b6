#include "ws/deflate.hpp"

#include <array>
#include <gmock/gmock.h>
#include <malloc.h>
#include <random>

#include "tests/support/cuts.hpp"
#include "tests/support/deflate_writer.hpp"
#include "tests/support/octets.hpp"
#include "ws/distance_scanner.hpp"

namespace wsrig::ws {

void PrintTo(InflateStatus status, std::ostream* out) {
  constexpr std::array names{"ok", "corrupt", "beyond_window", "forgotten", "too_big"};
  *out << names[static_cast<std::size_t>(status)];
}

namespace {

using test::octets;
using test::operator+;
using test::to_buffer;

constexpr std::size_t no_limit = SIZE_MAX;

ByteBuffer compress(Deflater& deflater, Bytes message) {
  ByteBuffer out;
  deflater.compress(message, out);
  return out;
}

struct Inflated {
  InflateStatus status = InflateStatus::ok;
  ByteBuffer bytes;
};
/// Inflates one whole message that comes in pieces.
Inflated inflate(Inflater& inflater, Bytes data, const test::Pieces& pieces, std::size_t limit = no_limit) {
  Inflated inflated;
  std::size_t at = 0;
  for (const std::size_t piece : pieces) {
    inflated.status = inflater.inflate(data.subspan(at, piece), inflated.bytes, limit);
    at += piece;
  }
  const InflateStatus finished = inflater.finish();
  if (inflated.status == InflateStatus::ok) inflated.status = finished;
  EXPECT_EQ(inflated.status, finished);
  return inflated;
}
Inflated inflate(Inflater& inflater, Bytes data, std::size_t limit = no_limit) {
  return inflate(inflater, data, test::whole(data.size()), limit);
}

ByteBuffer random_octets(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  ByteBuffer bytes(size);
  for (std::uint8_t& octet : bytes) octet = static_cast<std::uint8_t>(random());
  return bytes;
}

TEST(Deflater, rfc7692_s7_2_3_1_and_2_a_message_and_the_same_with_takeover) {
  Deflater deflater(15, true);
  EXPECT_EQ(compress(deflater, as_bytes("Hello")), octets("f2 48 cd c9 c9 07 00"));
  EXPECT_EQ(compress(deflater, as_bytes("Hello")), octets("f2 00 11 00 00"));
}

TEST(Deflater, rfc7692_s7_1_1_without_takeover_the_same_message_is_the_same_data) {
  Deflater deflater(15, false);
  EXPECT_EQ(compress(deflater, as_bytes("Hello")), octets("f2 48 cd c9 c9 07 00"));
  EXPECT_EQ(compress(deflater, as_bytes("Hello")), octets("f2 48 cd c9 c9 07 00"));
}

TEST(Deflater, rfc7692_s7_2_3_6_an_empty_message_is_one_octet) {
  Deflater deflater(15, true);
  EXPECT_EQ(compress(deflater, {}), octets("00"));
  EXPECT_EQ(compress(deflater, as_bytes("Hello")), octets("f2 48 cd c9 c9 07 00"));
  EXPECT_EQ(compress(deflater, {}), octets("00"));
  EXPECT_EQ(compress(deflater, as_bytes("Hello")), octets("f2 00 11 00 00"));
}

TEST(Deflater, rfc7692_s7_2_3_3_level_0_stores) {
  Deflater deflater(15, true, 0);
  EXPECT_EQ(compress(deflater, as_bytes("Hello")), octets("00 05 00 fa ff 48 65 6c 6c 6f 00"));
}

TEST(Deflater, appends_to_what_is_there) {
  Deflater deflater(15, true);
  ByteBuffer out = octets("c1 07");
  deflater.compress(as_bytes("Hello"), out);
  EXPECT_EQ(out, octets("c1 07 f2 48 cd c9 c9 07 00"));
}

TEST(Deflater, rfc7692_s7_1_2_never_refers_beyond_its_window) {
  // Four copies of each block, at distances on both sides of every window's size.
  ByteBuffer message;
  for (const std::size_t block : {100u, 249u, 250u, 251u, 255u, 256u, 257u, 500u, 1000u, 5000u, 32000u}) {
    const ByteBuffer bytes = random_octets(block, static_cast<unsigned>(block));
    for (int copy = 0; copy < 4; ++copy) append(message, bytes);
  }
  for (int bits = 8; bits <= 15; ++bits) {
    for (int level = 0; level <= 9; ++level) {
      Deflater deflater(static_cast<std::uint8_t>(bits), true, level);
      DistanceScanner scanner;
      for (int i = 0; i < 2; ++i) scanner.scan(compress(deflater, message) + octets("00 00 ff ff"));
      const std::uint32_t most = (1u << std::max(bits, 9)) - 262;  // zlib's MAX_DIST
      EXPECT_EQ(scanner.inflated_size(), 2 * message.size());
      EXPECT_LE(scanner.greatest(), std::min(most, 1u << bits));
      EXPECT_EQ(scanner.greatest() == 0, level == 0);
    }
  }
}

TEST(Deflater, refuses_levels_that_zlib_has_not) {
  ByteBuffer out;
  EXPECT_THROW(Deflater(15, true, 10).compress(as_bytes("x"), out), std::invalid_argument);
  EXPECT_THROW(Deflater(15, true, 6, 0).compress(as_bytes("x"), out), std::invalid_argument);
}

struct Example {
  const char* name;
  std::string_view hex;
  std::string_view message;
};
std::ostream& operator<<(std::ostream& out, const Example& row) { return out << row.name; }
class Examples : public testing::TestWithParam<Example> {};
INSTANTIATE_TEST_SUITE_P(
    Rfc7692, Examples,
    testing::Values(Example{"s7_2_3_1_one_block", "f2 48 cd c9 c9 07 00", "Hello"},
                    Example{"s7_2_3_3_stored", "00 05 00 fa ff 48 65 6c 6c 6f 00", "Hello"},
                    Example{"s7_2_3_4_final_block", "f3 48 cd c9 c9 07 00 00", "Hello"},
                    Example{"s7_2_3_5_two_blocks", "f2 48 05 00 00 00 ff ff ca c9 c9 07 00", "Hello"},
                    Example{"s7_2_3_6_empty", "00", ""},
                    Example{"empty_blocks", "02 00 00 00 ff ff 02 00", ""},
                    Example{"final_block_then_a_reference", "f3 48 cd c9 c9 07 00 f2 00 11 00 00",
                            "HelloHello"},
                    Example{"final_empty_block_at_the_end", "00 05 00 fa ff 48 65 6c 6c 6f 01", "Hello"}),
    [](const auto& row) { return std::string(row.param.name); });
TEST_P(Examples, inflate_however_they_are_cut) {
  const ByteBuffer data = octets(GetParam().hex);
  for (const std::uint8_t bits : {std::uint8_t{8}, std::uint8_t{15}}) {
    std::vector<test::Pieces> cuts = test::every_cut(data.size());
    cuts.push_back(test::octet_by_octet(data.size()));
    Inflater inflater(bits, true);
    for (const test::Pieces& pieces : cuts) {
      const Inflated inflated = inflate(inflater, data, pieces);
      EXPECT_EQ(inflated.status, InflateStatus::ok);
      EXPECT_EQ(as_text(inflated.bytes), GetParam().message);
    }
  }
}

TEST(Inflater, rfc7692_s7_2_3_2_a_reference_into_the_message_before) {
  Inflater inflater(15, true);
  EXPECT_EQ(as_text(inflate(inflater, octets("f2 48 cd c9 c9 07 00")).bytes), "Hello");
  EXPECT_EQ(as_text(inflate(inflater, octets("00")).bytes), "");
  EXPECT_EQ(as_text(inflate(inflater, octets("f2 00 11 00 00")).bytes), "Hello");
}

TEST(Inflater, rfc7692_s7_2_3_4_the_window_outlives_a_final_block) {
  Inflater inflater(9, true);
  EXPECT_EQ(as_text(inflate(inflater, octets("f3 48 cd c9 c9 07 00 00")).bytes), "Hello");
  EXPECT_EQ(as_text(inflate(inflater, octets("f2 00 11 00 00")).bytes), "Hello");
}

TEST(Inflater, rfc7692_s7_1_1_a_reference_into_a_forgotten_window_is_told) {
  for (const std::uint8_t bits : {std::uint8_t{8}, std::uint8_t{15}}) {
    Inflater inflater(bits, false);
    EXPECT_EQ(inflate(inflater, octets("f2 00 11 00 00")).status, InflateStatus::corrupt) << "nothing yet";
    EXPECT_EQ(as_text(inflate(inflater, octets("f2 48 cd c9 c9 07 00")).bytes), "Hello");
    EXPECT_EQ(inflate(inflater, octets("f2 00 11 00 00")).status, InflateStatus::forgotten);
    EXPECT_EQ(inflate(inflater, octets("06")).status, InflateStatus::corrupt);
    EXPECT_EQ(as_text(inflate(inflater, octets("f2 48 cd c9 c9 07 00")).bytes), "Hello");
  }
}

TEST(Inflater, rfc7692_s7_1_2_a_reference_beyond_the_agreed_window_is_told) {
  for (int bits = 8; bits <= 15; ++bits) {
    const std::uint32_t window = 1u << bits;
    for (const std::uint32_t distance : {window, window + 1}) {
      if (distance > 32768) continue;
      test::DeflateWriter writer;
      writer.begin_block().literals(std::string(40000, 'x')).reference(distance).end_block().end_message();
      Inflater inflater(static_cast<std::uint8_t>(bits), true);
      const Inflated inflated = inflate(inflater, writer.data());
      EXPECT_EQ(inflated.status, distance == window ? InflateStatus::ok : InflateStatus::beyond_window)
          << bits << " bits, distance " << distance;
    }
  }
}

TEST(Inflater, what_comes_before_a_reference_beyond_the_window_is_the_same_in_every_cut) {
  test::DeflateWriter writer;
  writer.begin_block().literals("abc" + std::string(254, 'x')).reference(257).end_block().end_message();
  for (const test::Pieces& pieces : test::every_cut(writer.data().size())) {
    Inflater inflater(8, true);
    const Inflated inflated = inflate(inflater, writer.data(), pieces);
    EXPECT_EQ(inflated.status, InflateStatus::beyond_window);
    EXPECT_EQ(as_text(inflated.bytes), "abc" + std::string(254, 'x'));
  }
}

TEST(Inflater, rfc7692_s7_1_2_the_window_reaches_over_messages) {
  test::DeflateWriter first, second, third;
  first.begin_block().literals("abc" + std::string(253, 'x')).end_block().end_message();
  second.begin_block().reference(256).end_block().end_message();
  Inflater inflater(8, true);
  EXPECT_EQ(inflate(inflater, first.data()).status, InflateStatus::ok);
  EXPECT_EQ(as_text(inflate(inflater, second.data()).bytes), "abc");
  third.begin_block().literals("y").reference(257).end_block().end_message();
  EXPECT_EQ(inflate(inflater, third.data()).status, InflateStatus::beyond_window);
}

struct Corrupt {
  const char* name;
  std::string_view hex;
};
std::ostream& operator<<(std::ostream& out, const Corrupt& row) { return out << row.name; }
class CorruptData : public testing::TestWithParam<Corrupt> {};
INSTANTIATE_TEST_SUITE_P(Rfc7692S7_2_2, CorruptData,
                         testing::Values(Corrupt{"reserved_block_type", "06"},
                                         Corrupt{"stored_length", "00 05 00 05 00 48 65 6c 6c 6f 00"},
                                         Corrupt{"reference_before_the_start", "f2 00 11 00 00"},
                                         Corrupt{"nothing_at_all", ""}, Corrupt{"cut_in_a_block", "f2 48 cd"},
                                         Corrupt{"cut_in_a_stored_block", "00 05 00 fa ff 48"},
                                         Corrupt{"tail_not_removed", "f2 48 cd c9 c9 07 00 00 00 ff ff"},
                                         Corrupt{"without_the_empty_block", "f3 48 cd c9 c9 07 00"},
                                         Corrupt{"text", "Hello"},
                                         Corrupt{"zlib_header", "78 9c f3 48 cd c9 c9 07 00 05 8c 01 f5"}),
                         [](const auto& row) { return std::string(row.param.name); });
TEST_P(CorruptData, is_found_however_it_is_cut) {
  const bool is_text = GetParam().hex == "Hello";
  const ByteBuffer data = is_text ? to_buffer(GetParam().hex) : octets(GetParam().hex);
  for (const std::uint8_t bits : {std::uint8_t{8}, std::uint8_t{15}}) {
    for (const test::Pieces& pieces : test::every_cut(data.size())) {
      Inflater inflater(bits, true);
      EXPECT_EQ(inflate(inflater, data, pieces).status, InflateStatus::corrupt);
      EXPECT_EQ(as_text(inflate(inflater, octets("f2 48 cd c9 c9 07 00")).bytes), "Hello")
          << "the next message";
    }
  }
}

TEST(Inflater, a_failure_holds_until_the_message_ends) {
  Inflater inflater(15, true);
  ByteBuffer out;
  EXPECT_EQ(inflater.inflate(octets("06"), out, no_limit), InflateStatus::corrupt);
  EXPECT_EQ(inflater.inflate(octets("f2 48 cd c9 c9 07 00"), out, no_limit), InflateStatus::corrupt);
  EXPECT_EQ(inflater.finish(), InflateStatus::corrupt);
  EXPECT_EQ(out, ByteBuffer{});
}

TEST(Inflater, stops_exactly_at_the_limit) {
  const ByteBuffer message = random_octets(20'000, 1) + std::string(20'000, 'a');
  Deflater deflater(15, false);
  const ByteBuffer data = compress(deflater, message);
  for (const std::size_t limit : {0u, 1u, 8191u, 8192u, 8193u, 30'000u, 39'999u, 40'000u, 40'001u}) {
    for (const test::Pieces& pieces : {test::whole(data.size()), test::octet_by_octet(data.size())}) {
      Inflater inflater(15, true);
      const Inflated inflated = inflate(inflater, data, pieces, limit);
      EXPECT_EQ(inflated.status, limit < message.size() ? InflateStatus::too_big : InflateStatus::ok);
      EXPECT_EQ(as_text(inflated.bytes), as_text(Bytes(message).first(std::min(limit, message.size()))));
    }
  }
}

TEST(Inflater, the_limit_counts_what_is_there_already) {
  Inflater inflater(15, true);
  ByteBuffer out = to_buffer("1234");
  EXPECT_EQ(inflater.inflate(octets("f2 48 cd c9 c9 07 00"), out, 8), InflateStatus::too_big);
  EXPECT_EQ(as_text(out), "1234Hell");
  EXPECT_EQ(inflater.finish(), InflateStatus::too_big);
  EXPECT_EQ(inflater.inflate(octets("f2 48 cd c9 c9 07 00"), out, 3), InflateStatus::too_big);
  EXPECT_EQ(as_text(out), "1234Hell");
}

TEST(Inflater, rfc7692_s8_a_bomb_is_not_inflated) {
  Deflater deflater(15, false, 9);
  const ByteBuffer data = compress(deflater, ByteBuffer(64u << 20));
  EXPECT_LT(data.size(), 100'000u);
  Inflater inflater(15, true);
  const Inflated inflated = inflate(inflater, data, 1000);
  EXPECT_EQ(inflated.status, InflateStatus::too_big);
  EXPECT_EQ(inflated.bytes.size(), 1000u);
  EXPECT_LT(inflated.bytes.capacity(), 10'000u);
}

TEST(Inflater, many_final_blocks_take_linear_time) {
  ByteBuffer data;
  for (int i = 0; i < 1 << 20; ++i) append(data, octets("03 00"));
  data.push_back(0);
  for (const std::uint8_t bits : {std::uint8_t{9}, std::uint8_t{15}}) {
    Inflater inflater(bits, true);
    EXPECT_EQ(inflate(inflater, data).status, InflateStatus::ok);
  }
}

/// Octets that malloc has given out.
std::size_t in_use() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

TEST(Deflate, without_takeover_nothing_is_held_between_messages) {
  const std::size_t before_probe = in_use();
  const auto probe = std::make_unique<ByteBuffer>(100'000);
  if (in_use() < before_probe + probe->size()) GTEST_SKIP() << "a sanitizer's malloc does not tell";
  ByteBuffer compressed, inflated;
  compressed.reserve(100);
  inflated.reserve(100'000);
  const std::size_t before = in_use();
  Deflater forgetful(15, false), keeping(15, true);
  Inflater forgetful_peer(15, false);
  forgetful.compress(as_bytes("Hello"), compressed);
  EXPECT_EQ(forgetful_peer.inflate(compressed, inflated, no_limit), InflateStatus::ok);
  EXPECT_EQ(forgetful_peer.finish(), InflateStatus::ok);
  EXPECT_LT(in_use(), before + 1000);
  compressed.clear();
  keeping.compress(as_bytes("Hello"), compressed);
  EXPECT_GT(in_use(), before + 100'000);
}

}  // namespace
}  // namespace wsrig::ws
