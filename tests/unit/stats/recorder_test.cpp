#include "stats/recorder.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

#include "ws/random.hpp"

namespace wsrig::stats {
namespace {

using namespace bucket_layout;
constexpr std::uint64_t greatest = std::numeric_limits<std::uint64_t>::max();

Histogram histogram_of(const std::vector<std::uint64_t>& samples) {
  Recorder recorder;
  for (const std::uint64_t sample : samples) recorder.record(sample);
  return recorder.snapshot();
}

/// Values of every magnitude, each as likely as the others.
std::vector<std::uint64_t> random_samples(std::uint64_t seed, std::size_t count) {
  ws::Random random(seed);
  std::vector<std::uint64_t> samples;
  for (std::size_t i = 0; i < count; ++i) samples.push_back(random.next_word() >> random.next_below(64));
  return samples;
}

/// The nearest-rank definition, on the samples themselves.
std::uint64_t exact_percentile(std::vector<std::uint64_t> samples, double percent) {
  std::ranges::sort(samples);
  const double rank = std::ceil(percent / 100 * static_cast<double>(samples.size()) - 1e-9);
  return samples[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

TEST(BucketLayout, every_bucket_begins_where_the_one_before_ends) {
  for (std::size_t index = 1; index < bucket_count; ++index) {
    ASSERT_EQ(lowest_of(index), highest_of(index - 1) + 1) << index;
    ASSERT_EQ(index_of(lowest_of(index)), index);
    ASSERT_EQ(index_of(highest_of(index)), index);
  }
  EXPECT_EQ(lowest_of(0), 0u);
  EXPECT_EQ(highest_of(bucket_count - 1), greatest);
}

TEST(BucketLayout, a_bucket_is_narrower_than_the_stated_error) {
  for (std::size_t index = 1; index < bucket_count; ++index) {
    const auto width = static_cast<double>(highest_of(index) - lowest_of(index));
    ASSERT_LT(width, relative_error * static_cast<double>(lowest_of(index))) << index;
  }
}

TEST(Recorder, knows_nothing_at_first) {
  const Histogram nothing = Recorder().snapshot();
  EXPECT_TRUE(nothing.empty());
  EXPECT_EQ(nothing, Histogram());
  EXPECT_EQ(nothing.percentile(99), 0u);
  EXPECT_EQ(nothing.mean(), 0);
  EXPECT_EQ(nothing.stddev(), 0);
}

TEST(Recorder, is_exact_where_values_have_a_bucket_each) {
  std::vector<std::uint64_t> samples;
  for (std::uint64_t value = 1; value <= 1000; ++value) samples.push_back(value);
  const Histogram histogram = histogram_of(samples);
  EXPECT_EQ(histogram.count(), 1000u);
  EXPECT_EQ(histogram.min(), 1u);
  EXPECT_EQ(histogram.max(), 1000u);
  EXPECT_DOUBLE_EQ(histogram.mean(), 500.5);
  EXPECT_NEAR(histogram.stddev(), 288.675, 0.001);
  EXPECT_EQ(histogram.percentile(0), 1u);
  EXPECT_EQ(histogram.percentile(50), 500u);
  EXPECT_EQ(histogram.percentile(99), 990u);
  EXPECT_EQ(histogram.percentile(99.9), 999u);  // 99.9 is no number of base 2: it must not become 1000
  EXPECT_EQ(histogram.percentile(100), 1000u);
  EXPECT_EQ(histogram.count_at_most(250), 250u);
}

TEST(Recorder, takes_any_value) {
  const Histogram histogram = histogram_of({0, 1, 2047, 2048, greatest - 1, greatest});
  EXPECT_EQ(histogram.count(), 6u);
  EXPECT_EQ(histogram.min(), 0u);
  EXPECT_EQ(histogram.max(), greatest);
  EXPECT_EQ(histogram.percentile(100), greatest);
}

TEST(Recorder, records_many_at_once_as_one_by_one) {
  Recorder at_once, one_by_one, none;
  at_once.record(12'345, 1'000);
  for (int i = 0; i < 1'000; ++i) one_by_one.record(12'345);
  none.record(12'345, 0);
  EXPECT_EQ(at_once.snapshot(), one_by_one.snapshot());
  EXPECT_TRUE(none.empty());
}

TEST(Recorder, begins_anew_after_take) {
  Recorder recorder;
  for (const std::uint64_t sample : random_samples(1, 1000)) recorder.record(sample);
  const Histogram all = recorder.snapshot();
  EXPECT_EQ(recorder.take(), all);
  EXPECT_TRUE(recorder.empty());
  recorder.record(5);
  EXPECT_EQ(recorder.take(), histogram_of({5}));
}

TEST(Recorder, percentiles_are_within_the_stated_error) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const auto samples = random_samples(seed, 1'000);
    const Histogram histogram = histogram_of(samples);
    for (const double percent : {1.0, 25.0, 50.0, 75.0, 90.0, 99.0, 99.9, 100.0}) {
      const auto exact = static_cast<double>(exact_percentile(samples, percent));
      const auto told = static_cast<double>(histogram.percentile(percent));
      ASSERT_GE(told, exact) << "seed " << seed << " p" << percent;
      ASSERT_LE(told, exact * (1 + relative_error)) << "seed " << seed << " p" << percent;
    }
  }
}

/// Shards of the same samples, dealt at random.
std::vector<Histogram> deal(const std::vector<std::uint64_t>& samples, std::size_t shards,
                            std::uint64_t seed) {
  ws::Random random(seed);
  std::vector<Recorder> recorders(shards);
  for (const std::uint64_t sample : samples) recorders[random.next_below(shards)].record(sample);
  std::vector<Histogram> histograms;
  for (const Recorder& recorder : recorders) histograms.push_back(recorder.snapshot());
  return histograms;
}

TEST(Histogram, merged_shards_equal_one_run_bucket_by_bucket) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const auto samples = random_samples(seed, 500);
    const Histogram whole = histogram_of(samples);
    Histogram sum;
    for (const Histogram& shard : deal(samples, seed % 7 + 1, seed)) sum.merge(shard);
    ASSERT_EQ(sum, whole) << "seed " << seed;
    Recorder recorder;
    for (const Histogram& shard : deal(samples, 3, seed)) recorder.merge(shard);
    ASSERT_EQ(recorder.snapshot(), whole) << "seed " << seed;
  }
}

TEST(Histogram, merging_is_associative_and_commutative) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const auto parts = deal(random_samples(seed, seed), 3, seed);  // some of them empty
    const auto &a = parts[0], &b = parts[1], &c = parts[2];
    Histogram ab = a, bc = b, ba = b;
    ab.merge(b), bc.merge(c), ba.merge(a);
    Histogram left = ab, right = a;
    left.merge(c), right.merge(bc);
    ASSERT_EQ(left, right) << "seed " << seed;
    ASSERT_EQ(ab, ba) << "seed " << seed;
  }
}

}  // namespace
}  // namespace wsrig::stats
