#include "net/loop.hpp"

#include <algorithm>
#include <csignal>
#include <gtest/gtest.h>
#include <memory>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "net/socket.hpp"
#include "tests/unit/net/loopback.hpp"

namespace wsrig::net {
namespace {

using namespace std::chrono_literals;

TEST(Loop, runs_what_is_posted_from_another_thread) {
  Loop loop;
  std::thread::id ran_in;
  std::thread other([&] {
    loop.post([&] {
      ran_in = std::this_thread::get_id();
      loop.stop();
    });
  });
  loop.run();
  other.join();
  EXPECT_EQ(ran_in, std::this_thread::get_id());
}

TEST(Loop, runs_again_after_stop) {
  Loop loop;
  int runs = 0;
  for (int i = 0; i < 2; ++i) {
    loop.post([&] {
      ++runs;
      loop.stop();
    });
    loop.run();
  }
  EXPECT_EQ(runs, 2);
}

// Two ends of a socket pair that are both ready from the start.
struct Pair {
  Pair() {
    int ends[2] = {};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    first = Descriptor(ends[0]);
    second = Descriptor(ends[1]);
  }
  Descriptor first, second;
};

struct Counter : Watcher {
  void on_ready(std::uint32_t) override {
    ++calls;
    if (hook) hook();
  }
  int calls = 0;
  std::function<void()> hook;
};

TEST(Loop, drops_the_event_of_a_watcher_that_was_removed_in_the_same_turn) {
  Loop loop;
  Pair pair;
  Counter first, second;
  first.hook = [&] { loop.unwatch(pair.second.get(), second); };
  second.hook = [&] { loop.unwatch(pair.first.get(), first); };
  ASSERT_FALSE(loop.watch(pair.first.get(), first));
  ASSERT_FALSE(loop.watch(pair.second.get(), second));
  EXPECT_TRUE(run_until(loop, [&] { return first.calls + second.calls > 0; }));
  EXPECT_EQ(first.calls + second.calls, 1);
}

TEST(Loop, drops_the_event_of_a_closed_descriptor_whose_number_another_has_taken_in_the_same_turn) {
  Loop loop;
  Pair pair;
  Pair later;
  Counter first, second, heir;
  const int number = pair.second.get();
  first.hook = [&] {
    if (first.calls > 1) return;  // it is told of the end of its pair as well
    loop.forget(number, second);
    ASSERT_EQ(::dup2(later.first.get(), number), number);  // closes the old one
    ASSERT_FALSE(loop.watch(number, heir));
  };
  ASSERT_FALSE(loop.watch(pair.first.get(), first));
  ASSERT_FALSE(loop.watch(pair.second.get(), second));
  EXPECT_TRUE(run_until(loop, [&] { return heir.calls > 0; }));
  EXPECT_EQ(second.calls, 0);
  EXPECT_EQ(heir.calls, 1);
}

TEST(Loop, calls_who_was_handed_a_descriptor_for_what_comes_from_then_on) {
  Loop loop;
  Pair pair;
  Counter before, heir;
  before.hook = [&] {
    loop.hand_over(pair.first.get(), before, heir);
    EXPECT_EQ(::send(pair.second.get(), "x", 1, 0), 1);
  };
  ASSERT_FALSE(loop.watch(pair.first.get(), before));
  EXPECT_TRUE(run_until(loop, [&] { return heir.calls > 0; }));
  EXPECT_EQ(before.calls, 1);
}

TEST(Loop, drops_the_wake_of_a_watcher_that_was_removed) {
  Loop loop;
  Counter woken, dropped;
  loop.wake(dropped);
  loop.wake(woken);
  loop.unwatch(-1, dropped);
  EXPECT_TRUE(run_until(loop, [&] { return woken.calls == 1; }));
  EXPECT_EQ(dropped.calls, 0);
}

TEST(Loop, a_watcher_that_wakes_itself_does_not_keep_others_from_their_turn) {
  Loop loop;
  Pair pair;
  Counter busy, other;
  busy.hook = [&] { loop.wake(busy); };
  loop.wake(busy);
  EXPECT_TRUE(run_until(loop, [&] { return busy.calls > 100; }));
  ASSERT_FALSE(loop.watch(pair.first.get(), other));
  EXPECT_TRUE(run_until(loop, [&] { return other.calls == 1; }));
}

TEST(Loop, knows_whether_the_watcher_that_it_serves_is_still_watched) {
  Loop loop;
  Counter counter;
  std::vector<bool> served;
  counter.hook = [&] {
    served.push_back(loop.is_serving(&counter));
    loop.unwatch(-1, counter);
    served.push_back(loop.is_serving(&counter));
  };
  loop.wake(counter);
  EXPECT_TRUE(run_until(loop, [&] { return !served.empty(); }));
  EXPECT_EQ(served, (std::vector{true, false}));
}

TEST(Loop, serves_more_watchers_than_one_fetch_holds) {
  Loop loop;
  std::vector<Pair> pairs(400);
  std::vector<Counter> counters(800);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    ASSERT_FALSE(loop.watch(pairs[i].first.get(), counters[2 * i]));
    ASSERT_FALSE(loop.watch(pairs[i].second.get(), counters[2 * i + 1]));
  }
  EXPECT_TRUE(run_until(loop, [&] {
    return std::ranges::all_of(counters, [](const Counter& counter) { return counter.calls == 1; });
  }));
}

TEST(Timer, fires_once_and_not_before_its_time) {
  Loop loop;
  Timer timer(loop);
  const auto begun = Clock::now();
  Clock::time_point fired;
  timer.start(20ms, [&] {
    fired = loop.now();
    loop.stop();
  });
  loop.run();
  EXPECT_GE(fired - begun, 20ms);
}

TEST(Timer, a_restart_replaces_what_was_pending) {
  Loop loop;
  Timer timer(loop);
  std::vector<int> fired;
  timer.start(1ms, [&] { fired.push_back(1); });
  timer.start(2ms, [&] { fired.push_back(2); });
  EXPECT_TRUE(run_until(loop, [&] { return !fired.empty(); }));
  EXPECT_EQ(fired, std::vector{2});
}

TEST(Timer, cancelled_or_destroyed_it_stays_silent) {
  Loop loop;
  bool cancelled_fired = false, destroyed_fired = false, done = false;
  Timer cancelled(loop), last(loop);
  auto destroyed = std::make_unique<Timer>(loop);
  cancelled.start(1ms, [&] { cancelled_fired = true; });
  destroyed->start(1ms, [&] { destroyed_fired = true; });
  last.start(20ms, [&] { done = true; });
  cancelled.cancel();
  destroyed.reset();
  EXPECT_TRUE(run_until(loop, [&] { return done; }));
  EXPECT_FALSE(cancelled_fired);
  EXPECT_FALSE(destroyed_fired);
}

TEST(Timer, those_of_a_loop_fire_in_the_order_of_their_times) {
  Loop loop;
  std::vector<int> fired;
  std::vector<std::unique_ptr<Timer>> timers;
  for (const int time : {30, 5, 20, 0, 10}) {
    timers.push_back(std::make_unique<Timer>(loop));
    timers.back()->start(std::chrono::milliseconds(time), [&fired, time] { fired.push_back(time); });
  }
  EXPECT_TRUE(run_until(loop, [&] { return fired.size() == timers.size(); }));
  EXPECT_EQ(fired, (std::vector{0, 5, 10, 20, 30}));
}

TEST(Timer, without_a_delay_it_lets_others_have_their_turn) {
  Loop loop;
  Pair pair;
  Counter other;
  Timer busy(loop);
  std::function<void()> again = [&] { busy.start({}, again); };
  again();
  ASSERT_FALSE(loop.watch(pair.first.get(), other));
  EXPECT_TRUE(run_until(loop, [&] { return other.calls == 1; }));
}

TEST(Timer, may_be_destroyed_or_restarted_by_its_own_function) {
  Loop loop;
  auto timer = std::make_unique<Timer>(loop);
  int fired = 0;
  timer->start(1ms, [&] {
    ++fired;
    timer->start(1ms, [&] {
      ++fired;
      timer.reset();
    });
  });
  EXPECT_TRUE(run_until(loop, [&] { return timer == nullptr; }));
  EXPECT_EQ(fired, 2);
}

TEST(Timer, may_be_destroyed_with_the_loop_by_what_was_posted_and_never_ran) {
  Loop loop;
  auto timer = std::make_shared<Timer>(loop);
  timer->start(1h, [] {});
  loop.post([timer] {});
  timer.reset();
}

TEST(StopSignals, the_first_is_told_to_the_program) {
  Loop loop;
  int told = 0;
  on_stop_signals(loop, [&](int signal) {
    told = signal;
    loop.stop();
  });
  loop.post([] { std::raise(SIGTERM); });
  loop.run();
  EXPECT_EQ(told, SIGTERM);
}

TEST(StopSignals, the_second_ends_the_process_even_while_the_loop_is_busy) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(
      {
        Loop loop;
        on_stop_signals(loop, [&](int) {
          std::raise(SIGINT);
          std::abort();
        });
        loop.post([] { std::raise(SIGINT); });
        loop.run();
      },
      ::testing::ExitedWithCode(130), "");
}

}  // namespace
}  // namespace wsrig::net
