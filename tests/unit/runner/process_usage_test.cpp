#include "scenarios/engine/process_usage.hpp"

#include <array>
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

}  // namespace
}  // namespace wsrig::engine
