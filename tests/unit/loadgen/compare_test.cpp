#include "loadgen/compare.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/made_up_machine.hpp"

namespace wsrig::loadgen {
namespace {

/// The document of a run on a machine that is made up.
Result document(const stats::MeasuredRun& run) {
  Phase phase{.name = "load"};
  for (const stats::Stretch& stretch : run) {
    Second second;
    second.figures.duration = std::chrono::seconds(1);
    second.figures.timings[Timing::rtt] = stretch.samples;
    phase.seconds.push_back(std::move(second));
  }
  Result result;
  result.phases.push_back(std::move(phase));
  return result;
}

std::vector<Result> documents(const std::vector<stats::MeasuredRun>& runs) {
  std::vector<Result> all;
  for (const stats::MeasuredRun& run : runs) all.push_back(document(run));
  return all;
}

/// What `wsrig compare` says in a trial: all its figures together.
ComparisonReport trial(int number, double slowdown) {
  tests::Machine machine(static_cast<std::uint64_t>(number) + 1000);
  const auto [a, b] = machine.pairs(15, slowdown, {.rate = 300});
  return compare_results(documents(a), documents(b), {.seed = static_cast<std::uint64_t>(number)});
}

constexpr int trials = 100;

TEST(Compare, as_a_whole_finds_a_planted_tenth_at_p99_19_times_in_20) {
  int found = 0;
  for (int number = 0; number < trials; ++number) {
    const auto worse = trial(number, 1.1).worse();
    found += std::ranges::find(worse, "rtt p99") != worse.end();
  }
  EXPECT_GE(found, trials * 19 / 20);
}

TEST(Compare, as_a_whole_calls_a_against_a_different_at_most_once_in_20) {
  int different = 0;
  for (int number = 0; number < trials; ++number) {
    const ComparisonReport report = trial(number, 1);
    different += !report.worse().empty() || !report.better().empty();
  }
  EXPECT_LE(different, trials / 20);
}

}  // namespace
}  // namespace wsrig::loadgen
