#include "stats/comparison.hpp"

#include <gtest/gtest.h>

#include "tests/support/made_up_machine.hpp"

namespace wsrig::stats {
namespace {

using Verdict = Comparison::Verdict;
constexpr Statistic p99{};

using tests::Machine;

/// How many of `trials` comparisons gave a verdict.
int count_verdicts(int trials, Verdict wanted, std::size_t pairs, double slowdown,
                   const Machine::Noise& noise) {
  int found = 0;
  for (int trial = 0; trial < trials; ++trial) {
    Machine machine(static_cast<std::uint64_t>(trial) + 1);
    const auto [a, b] = machine.pairs(pairs, slowdown, noise);
    const Comparison comparison = compare(a, b, p99, {.seed = static_cast<std::uint64_t>(trial)});
    found += comparison.verdict == wanted;
  }
  return found;
}

TEST(Comparison, finds_a_planted_slowdown_of_a_tenth_19_times_in_20) {
  EXPECT_GE(count_verdicts(100, Verdict::higher, 15, 1.1, {}), 95);
}

TEST(Comparison, finds_a_planted_speedup_of_a_tenth_19_times_in_20) {
  EXPECT_GE(count_verdicts(100, Verdict::lower, 15, 1 / 1.1, {}), 95);
}

TEST(Comparison, calls_a_against_a_different_at_most_once_in_20) {
  for (const std::size_t pairs : {3u, 5u, 15u}) {
    EXPECT_GE(count_verdicts(100, Verdict::no_difference, pairs, 1, {}), 95) << pairs;
  }
}

/// A quieter machine: of single runs nobody can tell more than they hold.
constexpr Machine::Noise single_run{.run = 0.01, .second = 0.02, .seconds = 60, .rate = 1000};

TEST(Comparison, of_single_runs_finds_a_tenth_19_times_in_20) {
  EXPECT_GE(count_verdicts(40, Verdict::higher, 1, 1.1, single_run), 38);
}

TEST(Comparison, of_single_runs_calls_a_against_a_different_at_most_once_in_20) {
  EXPECT_GE(count_verdicts(40, Verdict::no_difference, 1, 1, single_run), 38);
}

TEST(Comparison, tells_the_ratio_and_its_interval) {
  Machine machine(1);
  const auto [a, b] = machine.pairs(10, 1.5, {});
  const Comparison comparison = compare(a, b, p99);
  EXPECT_TRUE(comparison.between_runs);
  EXPECT_LT(comparison.low, 1.5);
  EXPECT_GT(comparison.high, 1.5);
  EXPECT_NEAR(comparison.ratio, 1.5, 0.1);
  EXPECT_NEAR(comparison.b / comparison.a, comparison.ratio, 1e-9);
}

TEST(Comparison, a_run_against_itself_is_no_difference) {
  Machine machine(1);
  const std::vector<MeasuredRun> runs{machine.run(1, single_run)};
  const Comparison comparison = compare(runs, runs, p99);
  EXPECT_EQ(comparison.verdict, Verdict::no_difference);
  EXPECT_EQ(comparison.ratio, 1);
}

TEST(Comparison, a_certain_difference_below_the_margin_is_none) {
  const auto constant = [](std::uint64_t value) {
    Recorder recorder;
    recorder.record(value, 1000);
    return std::vector<MeasuredRun>(5, MeasuredRun(10, Stretch{.samples = recorder.snapshot()}));
  };
  const Comparison comparison = compare(constant(1000), constant(1010), p99);
  EXPECT_GT(comparison.low, 1);
  EXPECT_EQ(comparison.verdict, Verdict::no_difference);
}

TEST(Comparison, too_little_is_unknown) {
  Machine machine(1);
  const std::vector<MeasuredRun> none, empty{MeasuredRun{}}, one_second{MeasuredRun{machine.run(1, {})[0]}};
  EXPECT_EQ(compare(none, none, p99).verdict, Verdict::unknown);
  EXPECT_EQ(compare(empty, empty, p99).verdict, Verdict::unknown);
  EXPECT_EQ(compare(one_second, one_second, p99).verdict, Verdict::unknown);
  EXPECT_EQ(compare(one_second, empty, p99).verdict, Verdict::unknown);
}

TEST(Comparison, rates_and_means) {
  Machine machine(1);
  const Machine::Noise slow{.rate = 500}, fast{.rate = 600};
  std::vector<MeasuredRun> a, b;
  for (int i = 0; i < 5; ++i) {
    a.push_back(machine.run(1, slow));
    b.push_back(machine.run(1, fast));
  }
  const Comparison rate = compare(a, b, {.kind = Statistic::Kind::rate});
  EXPECT_EQ(rate.verdict, Verdict::higher);
  EXPECT_NEAR(rate.ratio, 1.2, 1e-9);
  EXPECT_EQ(compare(a, b, {.kind = Statistic::Kind::mean}).verdict, Verdict::no_difference);
}

}  // namespace
}  // namespace wsrig::stats
