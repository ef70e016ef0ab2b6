#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>
#include <vector>

#include "loadgen/fragmentation.hpp"
#include "loadgen/size_distribution.hpp"

namespace wsrig::loadgen {
namespace {

std::vector<std::size_t> draw(std::string_view text, std::size_t count = 100'000) {
  const auto sizes = parse_size_distribution(text).value();
  ws::Random random(42);
  std::vector<std::size_t> drawn;
  for (std::size_t i = 0; i < count; ++i) drawn.push_back(sizes.draw(random));
  std::ranges::sort(drawn);
  return drawn;
}

TEST(SizeDistribution, constant) {
  EXPECT_EQ(draw("4KiB", 3), (std::vector<std::size_t>{4096, 4096, 4096}));
  EXPECT_EQ(draw("0B", 1).front(), 0U);
}

TEST(SizeDistribution, uniform_reaches_both_ends_and_its_mean) {
  const auto drawn = draw("uniform(10B, 20B)");
  EXPECT_EQ(drawn.front(), 10U);
  EXPECT_EQ(drawn.back(), 20U);
  EXPECT_NEAR(std::accumulate(drawn.begin(), drawn.end(), 0.0) / static_cast<double>(drawn.size()), 15, 0.1);
}

TEST(SizeDistribution, lognormal_has_the_percentiles_that_were_asked_for) {
  const auto drawn = draw("lognormal(p50=128B, p99=4KiB)");
  EXPECT_NEAR(static_cast<double>(drawn[drawn.size() / 2]), 128, 4);
  EXPECT_NEAR(static_cast<double>(drawn[drawn.size() * 99 / 100]), 4096, 250);
}

TEST(SizeDistribution, zipf_weighs_sizes_by_their_power) {
  const auto drawn = draw("zipf(max=1KiB, s=1)");
  double weights = 0;
  for (int size = 1; size <= 1024; ++size) weights += 1.0 / size;
  for (const std::size_t size : {1U, 2U, 3U, 10U}) {
    const auto [first, last] = std::ranges::equal_range(drawn, size);
    const double share = static_cast<double>(last - first) / static_cast<double>(drawn.size());
    EXPECT_NEAR(share, 1 / static_cast<double>(size) / weights, 0.005) << size;
  }
  EXPECT_LE(drawn.back(), 1024U);
}

TEST(SizeDistribution, refuses_what_it_cannot_mean) {
  for (const auto* bad :
       {"", "128", "uniform(2B)", "uniform(2B, 1B)", "lognormal(p50=4KiB, p99=1B)", "lognormal(p50=1B)",
        "zipf(max=1KiB, s=0)", "zipf(max=0B, s=1)", "normal(1B, 2B)", "1GiB", "uniform(1B, 2B"}) {
    EXPECT_FALSE(parse_size_distribution(bad).has_value()) << bad;
  }
}

std::vector<std::size_t> cut(std::string_view text, std::size_t size, std::uint64_t seed = 1) {
  const auto fragmentation = parse_fragmentation(text).value();
  ws::Random random(seed);
  FrameSizes sizes(fragmentation, size, random);
  std::vector<std::size_t> frames;
  do frames.push_back(sizes.next());
  while (!sizes.is_done());
  return frames;
}

TEST(Fragmentation, by_size_and_by_count) {
  using Sizes = std::vector<std::size_t>;
  EXPECT_EQ(cut("none", 10), (Sizes{10}));
  EXPECT_EQ(cut("4B", 10), (Sizes{4, 4, 2}));
  EXPECT_EQ(cut("4B", 8), (Sizes{4, 4}));
  EXPECT_EQ(cut("4B", 0), (Sizes{0}));
  EXPECT_EQ(cut("count(4)", 10), (Sizes{2, 2, 3, 3}));
  EXPECT_EQ(cut("count(3)", 1), (Sizes{0, 0, 1}));
}

TEST(Fragmentation, random_loses_no_octet_and_makes_no_more_frames_than_asked) {
  std::size_t most = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const auto frames = cut("random(8)", 100, seed);
    ASSERT_EQ(std::accumulate(frames.begin(), frames.end(), std::size_t{0}), 100U);
    ASSERT_LE(frames.size(), 8U);
    most = std::max(most, frames.size());
  }
  EXPECT_EQ(most, 8U);
}

TEST(Fragmentation, refuses_what_it_cannot_mean) {
  for (const auto* bad : {"", "0B", "4", "count(0)", "random()", "count(x)", "both(3)"}) {
    EXPECT_FALSE(parse_fragmentation(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace wsrig::loadgen
