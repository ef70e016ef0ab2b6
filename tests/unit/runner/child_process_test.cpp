#include "scenarios/engine/run/child_process.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <string>
#include <vector>

namespace wsrig::engine {
namespace {

TEST(ChildProcess, gives_its_lines_then_its_exit) {
  net::Loop loop;
  std::vector<std::string> lines;
  ChildProcess::Options options;
  options.argv = {"sh", "-c", "echo one; echo two >&2; printf three; exit 7"};
  options.on_line = [&](std::string_view line) { lines.emplace_back(line); };
  options.on_exit = [&] { loop.stop(); };
  auto child = std::move(*ChildProcess::start(loop, std::move(options)));
  loop.run();
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_FALSE(child->is_running());
  EXPECT_EQ(child->exit_text(), "exit status 7");
}

TEST(ChildProcess, a_program_that_is_missing_is_told_at_once) {
  net::Loop loop;
  const auto child = ChildProcess::start(
      loop, {.argv = {"/nowhere/program"}, .environment = {}, .on_line = {}, .on_exit = {}});
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error(), "/nowhere/program: No such file or directory");
}

TEST(ChildProcess, terminate_ends_the_whole_group) {
  net::Loop loop;
  ChildProcess::Options options;
  options.argv = {"sh", "-c", "sleep 1000 & echo ready; wait"};
  std::unique_ptr<ChildProcess> child;
  options.on_line = [&](std::string_view) { child->terminate(); };
  options.on_exit = [&] { loop.stop(); };
  child = std::move(*ChildProcess::start(loop, std::move(options)));
  loop.run();
  EXPECT_EQ(child->exit_text(), "signal 15");
}

TEST(ChildProcess, destruction_kills_what_ignores_signals) {
  net::Loop loop;
  ChildProcess::Options options;
  options.argv = {"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1000; done"};
  options.on_line = [&](std::string_view) { loop.stop(); };
  auto child = std::move(*ChildProcess::start(loop, std::move(options)));
  loop.run();
  const pid_t pid = child->pid();
  child.reset();
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(ChildProcess, environment_is_added) {
  net::Loop loop;
  std::string seen;
  ChildProcess::Options options;
  options.argv = {"sh", "-c", "echo $WSRIG_TEST_VALUE"};
  options.environment = {{"WSRIG_TEST_VALUE", "a b"}};
  options.on_line = [&](std::string_view line) { seen = line; };
  options.on_exit = [&] { loop.stop(); };
  auto child = std::move(*ChildProcess::start(loop, std::move(options)));
  loop.run();
  EXPECT_EQ(seen, "a b");
}

}  // namespace
}  // namespace wsrig::engine
