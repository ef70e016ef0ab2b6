#include "stats/steadiness.hpp"

#include <gtest/gtest.h>
#include <vector>

#include "ws/random.hpp"

namespace wsrig::stats {
namespace {

/// `count` values around 100 that rise by `rise` from the first to the last, each off by up to `noise`.
std::vector<double> series(std::size_t count, double rise, double noise, std::uint64_t seed) {
  ws::Random random(seed);
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(100 + rise * static_cast<double>(i) / static_cast<double>(count - 1) +
                     noise * (2 * random.next_fraction() - 1));
  }
  return values;
}

TEST(Steadiness, a_few_points_say_nothing) {
  EXPECT_FALSE(find_drift(series(fewest_points - 1, 500, 0, 1)).is_known);
  EXPECT_FALSE(find_drift({}).is_known);
}

TEST(Steadiness, a_level_series_does_not_drift) {
  const Drift drift = find_drift(std::vector<double>(20, 5.0));
  EXPECT_TRUE(drift.is_known);
  EXPECT_FALSE(drift.is_significant);
  EXPECT_EQ(drift.share, 0);
}

TEST(Steadiness, finds_what_rises_and_what_falls) {
  const Drift up = find_drift(series(20, 30, 2, 1));
  EXPECT_TRUE(up.is_significant);
  EXPECT_NEAR(up.share, 0.26, 0.03);  // 30 of the median, 115
  const Drift down = find_drift(series(20, -30, 2, 1));
  EXPECT_TRUE(down.is_significant);
  EXPECT_LT(down.share, -0.2);
}

TEST(Steadiness, does_not_mind_single_seconds) {
  std::vector<double> values = series(20, 0, 2, 3);
  values[7] = 10'000;
  values[19] = 5'000;
  EXPECT_FALSE(find_drift(values).is_significant);
}

TEST(Steadiness, seldom_finds_drift_in_noise) {
  int found = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed)
    found += find_drift(series(30, 0, 20, seed)).is_significant;
  EXPECT_LT(found, 20);
}

TEST(Steadiness, a_series_of_nothing_has_no_share) {
  const Drift drift = find_drift(std::vector<double>(10, 0.0));
  EXPECT_TRUE(drift.is_known);
  EXPECT_EQ(drift.share, 0);
}

}  // namespace
}  // namespace wsrig::stats
