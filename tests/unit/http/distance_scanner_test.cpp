#include "ws/distance_scanner.hpp"

#include <gtest/gtest.h>

#include "tests/support/cuts.hpp"
#include "tests/support/deflate_writer.hpp"
#include "tests/support/octets.hpp"

namespace wsrig::ws {
namespace {

struct Scanned {
  std::uint32_t greatest;
  std::uint64_t size;
  bool broken;
  friend bool operator==(const Scanned&, const Scanned&) = default;
};
void PrintTo(const Scanned& scanned, std::ostream* out) {
  *out << "distance " << scanned.greatest << ", size " << scanned.size << (scanned.broken ? ", broken" : "");
}

Scanned scan(const ByteBuffer& data, const test::Pieces& pieces) {
  DistanceScanner scanner;
  std::size_t at = 0;
  for (const std::size_t piece : pieces) {
    scanner.scan(Bytes(data).subspan(at, piece));
    at += piece;
  }
  return {scanner.greatest(), scanner.inflated_size(), scanner.is_broken()};
}

/// Scans in every cut, which must not matter.
Scanned scan(const ByteBuffer& data) {
  const Scanned whole = scan(data, test::whole(data.size()));
  EXPECT_EQ(scan(data, test::octet_by_octet(data.size())), whole);
  for (const test::Pieces& pieces : test::every_cut(std::min<std::size_t>(data.size(), 300))) {
    test::Pieces all = pieces;
    all.push_back(data.size() - pieces[0] - pieces[1]);
    EXPECT_EQ(scan(data, all), whole);
  }
  return whole;
}

TEST(DistanceScanner, rfc7692_s7_2_3_examples) {
  using test::octets;
  EXPECT_EQ(scan(octets("f2 48 cd c9 c9 07 00 00 00 ff ff")), (Scanned{0, 5, false}));
  EXPECT_EQ(scan(octets("f2 00 11 00 00 00 00 ff ff")), (Scanned{5, 5, false}));
  EXPECT_EQ(scan(octets("00 05 00 fa ff 48 65 6c 6c 6f 00 00 00 ff ff")), (Scanned{0, 5, false}));
  EXPECT_EQ(scan(octets("f3 48 cd c9 c9 07 00 00 00 00 ff ff")), (Scanned{0, 5, false}));
  EXPECT_EQ(scan(octets("f2 48 05 00 00 00 ff ff ca c9 c9 07 00 00 00 ff ff")), (Scanned{0, 5, false}));
  EXPECT_EQ(scan(octets("00 00 00 ff ff")), (Scanned{0, 0, false}));
}

TEST(DistanceScanner, rfc1951_s3_2_5_every_distance_is_read_exactly) {
  for (std::uint32_t distance = 1; distance <= 32768; ++distance) {
    test::DeflateWriter writer;
    writer.begin_block().literals("abc").reference(distance).end_block();
    const ByteBuffer& data = writer.data();
    ASSERT_EQ(scan(data, test::whole(data.size())), (Scanned{distance, 6, false}));
  }
}

TEST(DistanceScanner, keeps_the_greatest) {
  test::DeflateWriter writer;
  writer.begin_block().literals("abc\xff").reference(2).reference(4).reference(1).end_block().end_message();
  EXPECT_EQ(scan(writer.data()), (Scanned{4, 13, false}));
}

TEST(DistanceScanner, stops_before_the_octet_that_completes_a_reference_beyond_the_window) {
  test::DeflateWriter head, all;
  head.begin_block().literals("abcdef").reference(4).reference(5);
  all.begin_block().literals("abcdef").reference(4).reference(5).literals("ghi").end_block();
  const std::size_t size = head.data().size() - 1;
  for (const test::Pieces& pieces : test::every_cut(all.data().size())) {
    DistanceScanner scanner;
    const std::size_t first = scanner.scan(Bytes(all.data()).first(pieces[0]), 4);
    EXPECT_EQ(first, std::min(pieces[0], size));
    if (first < pieces[0]) continue;
    EXPECT_EQ(first + scanner.scan(Bytes(all.data()).subspan(pieces[0]), 4), size);
  }
}

TEST(DistanceScanner, rfc7692_s7_2_3_4_another_stream_follows_a_final_block) {
  test::DeflateWriter writer;
  writer.begin_block(true).literals("abc").end_block().align().begin_block().reference(3).end_block();
  EXPECT_EQ(scan(writer.data()), (Scanned{3, 6, false}));
}

TEST(DistanceScanner, stops_at_what_is_not_deflate) {
  using test::octets;
  EXPECT_TRUE(scan(octets("06 00")).broken);                                // BTYPE 11
  EXPECT_TRUE(scan(octets("00 05 00 05 00 48")).broken);                    // NLEN is not the complement
  EXPECT_TRUE(scan(octets("fc ff ff ff ff ff ff ff ff ff ff ff")).broken);  // 288 literals and 32 distances
  EXPECT_TRUE(scan(octets("1b 03")).broken);                                // length code 286
}

}  // namespace
}  // namespace wsrig::ws
