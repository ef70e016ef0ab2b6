#include "scenarios/engine/run/process_usage.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace wsrig::engine {
namespace {

constexpr std::size_t block = std::size_t{32} << 20;

/// In the child: holds a block of memory and two sockets until it is killed.
[[noreturn]] void hold(int ready) {
  ::setpgid(0, 0);
  std::vector<char> memory(block, 'x');
  std::array<int, 2> pair{};
  const bool open = ::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0;
  const char said = open ? memory[block / 2] : '?';
  [[maybe_unused]] const auto written = ::write(ready, &said, 1);
  for (;;) ::pause();
}

TEST(ProcessUsage, counts_what_a_group_holds) {
  const auto own = usage_of_group(::getpgrp());
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe(ready.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) hold(ready[1]);
  char said = 0;
  ASSERT_EQ(::read(ready[0], &said, 1), 1);
  EXPECT_EQ(said, 'x');
  const auto usage = usage_of_group(child);
  EXPECT_GE(usage.memory, block);
  EXPECT_LT(usage.memory, own.memory + 2 * block);
  EXPECT_GE(usage.connections, 2U);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(usage_of_group(child).memory, 0U);
  EXPECT_EQ(usage_of_group(child).connections, 0U);
  ::close(ready[0]);
  ::close(ready[1]);
}

/// In the child: is busy until it is killed.
[[noreturn]] void spin() {
  ::setpgid(0, 0);
  for (volatile unsigned count = 0;;) count = count + 1;
}

TEST(ProcessUsage, counts_parts_of_a_second_of_processor_time) {
  const pid_t child = ::fork();
  if (child == 0) spin();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  std::chrono::nanoseconds used{};
  while (used % std::chrono::seconds(1) == std::chrono::nanoseconds::zero() &&
         std::chrono::steady_clock::now() < deadline)
    used = usage_of_group(child).processor_time;
  EXPECT_NE(used % std::chrono::seconds(1), std::chrono::nanoseconds::zero());
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace wsrig::engine
