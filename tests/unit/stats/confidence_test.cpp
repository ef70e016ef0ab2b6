#include "stats/confidence.hpp"

#include <gtest/gtest.h>

namespace wsrig::stats {
namespace {

TEST(Confidence, samples_that_a_percentile_needs) {
  EXPECT_EQ(samples_needed(50), 5u);
  EXPECT_EQ(samples_needed(90), 29u);
  EXPECT_EQ(samples_needed(95), 59u);
  EXPECT_EQ(samples_needed(99), 299u);
  EXPECT_EQ(samples_needed(99.9), 2995u);
  EXPECT_EQ(samples_needed(99.99), 29956u);
}

TEST(Confidence, the_extremes_need_one) {
  EXPECT_EQ(samples_needed(0), 1u);
  EXPECT_EQ(samples_needed(100), 1u);
  EXPECT_EQ(samples_needed(1000), 1u);
}

}  // namespace
}  // namespace wsrig::stats
