#include <future>
#include <gtest/gtest.h>
#include <unistd.h>

#include "loadgen/start_barrier.hpp"
#include "net/listen.hpp"

namespace wsrig::loadgen {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr nanoseconds now = 1'700'000'000s;

TEST(StartTime, is_read) {
  EXPECT_EQ(parse_start_time("@1767323045", now).value(), 1'767'323'045s);
  EXPECT_EQ(parse_start_time("@1767323045.25", now).value(), 1'767'323'045'250ms);
  EXPECT_EQ(parse_start_time("2026-01-02T03:04:05Z", now).value(), 1'767'323'045s);
  EXPECT_EQ(parse_start_time("2026-01-02T03:04:05.25Z", now).value(), 1'767'323'045'250ms);
  EXPECT_EQ(parse_start_time("+5s", now).value(), now + 5s);
}

TEST(StartTime, mistakes_are_said) {
  for (const char* text : {"", "5s", "tomorrow", "@", "@-1", "@1e99", "+", "+5", "2026-01-02",
                           "2026-01-02T03:04:05", "2026-01-02T03:04:05+01:00", "2026-01-02T03:04:05.xZ",
                           "@1767323045x", "3026-01-02T03:04:05Z", "1926-01-02T03:04:05Z", "@9000000001"}) {
    EXPECT_FALSE(parse_start_time(text, now)) << text;
  }
}

TEST(StartTime, the_past_is_not_waited_for) {
  const nanoseconds before = real_time();
  const nanoseconds went_on = wait_for({.agreed = before - 3s, .here = before - 3s});
  EXPECT_GE(went_on, before);
}

TEST(StartTime, is_told_by_the_clock_of_who_set_it) {
  const nanoseconds here = real_time() + 20ms;
  const nanoseconds went_on = wait_for({.agreed = here + 1h, .here = here});
  EXPECT_GE(went_on, here + 1h);
}

/// A port that nobody listens on, below those that outgoing connections are given: rank 0 and the others must
/// name the same one before it is there.
net::Url free_address() {
  static int next = ::getpid();
  net::Loop loop;
  for (;;) {
    const auto url = net::parse_url("tcp://127.0.0.1:" + std::to_string(12'000 + next++ % 18'000));
    if (net::Listener::open(loop, *url, {}, [](auto) {})) return *url;
  }
}

auto meet(const BarrierConfig& config, std::uint32_t rank, std::uint32_t world) {
  return std::async(std::launch::async,
                    [=] { return meet_at_barrier(config, ShardIdentity{rank, world, "test"}); });
}

TEST(StartBarrier, gives_all_shards_the_same_start) {
  const BarrierConfig config{.address = free_address(), .run = 7, .notice = 1ms};
  auto third = meet(config, 2, 3), second = meet(config, 1, 3), first = meet(config, 0, 3);
  const auto agreed = first.get();
  ASSERT_TRUE(agreed) << agreed.error();
  for (auto* other : {&second, &third}) {
    const auto start = other->get();
    ASSERT_TRUE(start) << start.error();
    EXPECT_EQ(start->agreed, agreed->agreed);
  }
}

TEST(StartBarrier, says_whom_it_waited_for_in_vain) {
  const BarrierConfig config{.address = free_address(), .run = 7, .patience = 300ms};
  const auto alone = meet(config, 0, 3).get();
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error(), "the barrier waited in vain for shard 1, 2 of 3");
  const auto nobody = meet(config, 2, 3).get();
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().rfind("the barrier at 127.0.0.1:", 0), 0u) << nobody.error();
}

TEST(StartBarrier, sends_away_who_does_not_belong_there) {
  const BarrierConfig config{.address = free_address(), .run = 7, .notice = 1ms};
  BarrierConfig other = config;
  other.run = 8;
  auto first = meet(config, 0, 2);
  const auto stranger = meet(other, 1, 2).get();
  ASSERT_FALSE(stranger);
  EXPECT_EQ(stranger.error(),
            "the barrier: this barrier is for 2 shards of run 7, not for 'wsrig-barrier 1 8 2 1'");
  EXPECT_FALSE(meet(config, 1, 3).get());
  EXPECT_TRUE(meet(config, 1, 2).get());
  EXPECT_TRUE(first.get());
}

}  // namespace
}  // namespace wsrig::loadgen
