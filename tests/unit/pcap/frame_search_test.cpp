#include "pcap/frame_search.hpp"

#include <gmock/gmock.h>

#include "tests/support/frames.hpp"

namespace wsrig::pcap {
namespace {

using test::operator+;
using test::wire;
using ws::Opcode;
using ws::Role;

TEST(FrameSearch, finds_where_a_segment_begins) {
  FrameSearch search;
  search.add(1000, test::to_buffer("the end of something else"), {});
  search.add(1025, wire(Role::server, Opcode::text, "Hello there"), {});
  const auto found = search.find({});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->offset, 1025u);
  EXPECT_TRUE(found->at_chunk);
  EXPECT_EQ(found->text, 1u);
}

TEST(FrameSearch, finds_frames_within_a_segment) {
  FrameSearch search;
  search.add(0,
             test::to_buffer("of a longer one") + wire(Role::client, Opcode::text, "first") +
                 wire(Role::client, Opcode::text, "second"),
             {});
  const auto found = search.find({.masked = true});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->offset, 15u);
  EXPECT_EQ(found->frames, 2u);
  EXPECT_FALSE(search.find({})) << "the other direction does not mask";
}

TEST(FrameSearch, reads_on_over_holes_in_payloads) {
  FrameSearch search;
  const ws::ByteBuffer frame = wire(Role::server, Opcode::text, "a text of which the end is missing");
  search.add(0, ws::Bytes(frame).first(10), {});
  search.add(frame.size(), wire(Role::server, Opcode::text, "the next"), {});
  const auto found = search.find({});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->offset, 0u);
  EXPECT_EQ(found->frames, 2u);
}

TEST(FrameSearch, passes_over_a_first_frame_that_only_its_header_speaks_for) {
  FrameSearch search;
  // 0x82 0x03: a binary frame of three octets, by accident
  search.add(0,
             test::octets("00 82 03 00 00 00") + wire(Role::server, Opcode::text, "certain") +
                 wire(Role::server, Opcode::text, "too"),
             {});
  const auto found = search.find({});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->offset, 6u);
}

TEST(FrameSearch, keeps_no_more_than_its_capacity) {
  FrameSearch search;
  const ws::ByteBuffer chunk(std::size_t{100} * 1024, 'x');
  for (std::uint64_t i = 0; i < 10; ++i) search.add(i * chunk.size(), chunk, {});
  EXPECT_LE(search.size(), FrameSearch::largest_capacity);
  EXPECT_EQ(search.end(), 10 * chunk.size());
  EXPECT_EQ(search.dropped() + search.size(), 10 * chunk.size());
  search.add(search.end(), ws::ByteBuffer(FrameSearch::largest_capacity + 5, 'y'), {});
  EXPECT_EQ(search.size(), FrameSearch::largest_capacity);
}

TEST(FrameSearch, keeps_the_headers_of_long_frames) {
  FrameSearch search;
  const ws::ByteBuffer long_frame = wire(Role::server, Opcode::binary, std::string(1'000'000, 'x'));
  constexpr std::size_t segment = 1448;
  std::uint64_t offset = 0;
  for (int frame = 0; frame < 3; ++frame) {
    for (std::size_t at = 0; at < long_frame.size(); at += segment) {
      const ws::Bytes rest = ws::Bytes(long_frame).subspan(at);
      search.add(offset + at, rest.first(std::min(segment, rest.size())), {});
    }
    offset += long_frame.size();
  }
  const auto found = search.find({.places = FrameSearch::Places::segments});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->offset, 0u);
  EXPECT_EQ(found->frames, 3u);
  EXPECT_LE(search.size(), FrameSearch::largest_capacity);
  EXPECT_EQ(search.dropped() + search.size(), offset);
}

TEST(FrameSearch, adds_up_what_stands_behind_holes) {
  FrameSearch search;
  const ws::ByteBuffer frame = wire(Role::server, Opcode::text, "a text that says something");
  search.add(0, frame, {});
  const double one = search.find({})->bits;
  search.add(5 * frame.size(), frame, {});
  const auto found = search.find({});
  EXPECT_EQ(found->offset, 0u);
  EXPECT_EQ(found->frames, 2u);
  EXPECT_GT(found->bits, one);
}

TEST(FrameSearch, takes_no_close_that_cannot_be_one) {
  FrameSearch search;
  search.add(0, test::octets("88 0e 0f ae 99 c1 8f 59 f8 15 6b 84 95 27 0e cf"), {});  // 4014, and no UTF-8
  EXPECT_FALSE(search.find({}));
}

}  // namespace
}  // namespace wsrig::pcap
