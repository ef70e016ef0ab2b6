#include "proxy/frame_tracker.hpp"

#include <gtest/gtest.h>

#include "ws/notation.hpp"

namespace wsrig::proxy {
namespace {

void feed(FrameTracker& tracker, const char* frame, ws::Role sender, std::size_t size) {
  ws::ByteBuffer octets;
  ws::encode(*ws::parse_frame(frame, sender), octets);
  for (std::size_t at = 0; at < octets.size(); at += size) {
    tracker.feed(ws::MutableBytes(octets).subspan(at, std::min(size, octets.size() - at)));
    EXPECT_EQ(tracker.at_boundary(), at + size >= octets.size());
  }
}

TEST(FrameTracker, finds_boundaries_and_the_code_of_the_first_close) {
  for (std::size_t size = 1; size < 20; ++size) {
    FrameTracker tracker;
    feed(tracker, "text \"Hello\"", ws::Role::client, size);
    EXPECT_FALSE(tracker.close_seen());
    EXPECT_FALSE(tracker.close_code());
    feed(tracker, "close mask=a1b2c3d4 4001 \"bye\"", ws::Role::client, size);
    feed(tracker, "close mask=a1b2c3d4 1000", ws::Role::client, size);
    EXPECT_TRUE(tracker.close_seen());
    EXPECT_EQ(tracker.close_code(), 4001);
    EXPECT_EQ(tracker.frames(), 3U);
  }
}

TEST(FrameTracker, goes_on_behind_payload_that_nobody_saw) {
  FrameTracker tracker;
  ws::ByteBuffer octets;
  ws::encode(*ws::parse_frame("binary repeat(\"x\", 1000)", ws::Role::server), octets);
  tracker.feed(ws::MutableBytes(octets).first(100));
  const std::uint64_t left = octets.size() - 100;
  EXPECT_EQ(tracker.payload_left(), left);
  tracker.skip(left - 1);
  EXPECT_EQ(tracker.payload_left(), 1u);
  EXPECT_FALSE(tracker.at_boundary());
  tracker.skip(1);
  EXPECT_TRUE(tracker.at_boundary());
  EXPECT_EQ(tracker.payload_left(), 0u);
  feed(tracker, "close 1000", ws::Role::server, 3);
  EXPECT_EQ(tracker.close_code(), 1000);
  EXPECT_EQ(tracker.frames(), 2u);
}

TEST(FrameTracker, a_close_without_a_code_is_1005) {
  FrameTracker tracker;
  feed(tracker, "close", ws::Role::server, 1);
  EXPECT_EQ(tracker.close_code(), 1005);
}

}  // namespace
}  // namespace wsrig::proxy
