#include "net/connection_set.hpp"

#include <gtest/gtest.h>
#include <string>

namespace wsrig::net {
namespace {

using namespace std::chrono_literals;

/// Adds its name to a text when it begins, and takes it away when it ends.
struct Named {
  Named(std::string the_name, std::string& the_log) : name(std::move(the_name)), log(the_log) {}
  ~Named() { log += "-" + name; }
  Named(const Named&) = delete;
  Named& operator=(const Named&) = delete;
  void begin() { log += "+" + name; }

  std::string name;
  std::string& log;
  std::size_t index = 0;
};

std::string names(const ConnectionSet<Named>& set) {
  std::string all;
  set.for_each([&](const Named& named) { all += named.name; });
  return all;
}

TEST(ConnectionSet, removes_and_replaces_in_any_order) {
  std::string log;
  ConnectionSet<Named> set;
  for (const char* name : {"a", "b", "c"}) set.add(std::make_unique<Named>(name, log));
  EXPECT_EQ(log, "+a+b+c");
  log.clear();
  set.for_each([&](Named& named) {
    if (named.name == "a") {
      set.remove(named);
    } else if (named.name == "b") {
      set.replace(named, std::make_unique<Named>("d", log));
    }
  });
  EXPECT_EQ(log, "+d-b-a");
  EXPECT_EQ(names(set), "cd");
  log.clear();
  set.for_each([&](Named& named) { set.remove(named); });
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(log, "-d-c");
}

TEST(SweepInterval, is_a_quarter_of_the_shortest_time) {
  EXPECT_EQ(sweep_interval({10s, 0s, 400ms}), 100ms);
  EXPECT_EQ(sweep_interval({10s, 300s}), 1s);
  EXPECT_EQ(sweep_interval({0s}), 1s);
  EXPECT_EQ(sweep_interval({1us}), 1ms);
}

}  // namespace
}  // namespace wsrig::net
