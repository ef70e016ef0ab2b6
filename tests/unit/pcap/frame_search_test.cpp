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
  const auto found = search.find(false, false);
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
  const auto found = search.find(true, false);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->offset, 15u);
  EXPECT_EQ(found->frames, 2u);
  EXPECT_FALSE(search.find(false, false)) << "the other direction does not mask";
}

TEST(FrameSearch, reads_on_over_holes_in_payloads) {
  FrameSearch search;
  const ws::ByteBuffer frame = wire(Role::server, Opcode::text, "a text of which the end is missing");
  search.add(0, ws::Bytes(frame).first(10), {});
  search.add(frame.size(), wire(Role::server, Opcode::text, "the next"), {});
  const auto found = search.find(false, false);
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
  const auto found = search.find(false, false);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->offset, 6u);
}

TEST(FrameSearch, keeps_no_more_than_its_capacity) {
  FrameSearch search;
  const ws::ByteBuffer chunk(100 * 1024, 'x');
  for (std::uint64_t i = 0; i < 10; ++i) search.add(i * chunk.size(), chunk, {});
  EXPECT_LE(search.size(), FrameSearch::largest_capacity);
  EXPECT_EQ(search.end(), 10 * chunk.size());
  EXPECT_EQ(search.dropped() + search.size(), 10 * chunk.size());
  search.add(search.end(), ws::ByteBuffer(FrameSearch::largest_capacity + 5, 'y'), {});
  EXPECT_EQ(search.size(), FrameSearch::largest_capacity);
}

}  // namespace
}  // namespace wsrig::pcap
