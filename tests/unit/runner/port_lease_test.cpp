#include "scenarios/engine/run/port_lease.hpp"

#include <gtest/gtest.h>
#include <set>
#include <vector>

namespace wsrig::engine {
namespace {

TEST(PortLease, no_port_is_let_twice) {
  std::vector<PortLease> leases;
  std::set<std::uint16_t> ports;
  for (int i = 0; i < 500; ++i) {
    leases.push_back(PortLease::take());
    EXPECT_GE(leases.back().port(), 10'000);
    EXPECT_TRUE(ports.insert(leases.back().port()).second) << leases.back().port();
  }
}

}  // namespace
}  // namespace wsrig::engine
