#include "loadgen/limit_search.hpp"

#include <gtest/gtest.h>

namespace wsrig::loadgen {
namespace {

struct Outcome {
  double limit;
  int probes;
};
Outcome search(double first, double truth) {
  LimitStepper stepper(first);
  int probes = 0;
  while (const auto rate = stepper.next()) {
    ++probes;
    stepper.report(*rate <= truth);
  }
  return {stepper.limit(), probes};
}

TEST(LimitStepper, comes_within_a_twentieth_from_below) {
  for (const double truth : {1000.0, 1001.0, 1999.0, 123'456.0, 17.0}) {
    for (const double first : {10.0, 1000.0, 1e6}) {
      const Outcome outcome = search(first, truth);
      EXPECT_LE(outcome.limit, truth) << truth << ' ' << first;
      EXPECT_GE(outcome.limit, 0.94 * truth) << truth << ' ' << first;
      EXPECT_LE(outcome.probes, 30) << truth << ' ' << first;
    }
  }
}

TEST(LimitStepper, nothing_passes) {
  const Outcome outcome = search(1000, 0);
  EXPECT_EQ(outcome.limit, 0);
  EXPECT_LE(outcome.probes, 15);
}

TEST(LimitStepper, everything_passes) { EXPECT_LE(search(1000, 1e12).limit, 1e9); }

}  // namespace
}  // namespace wsrig::loadgen
