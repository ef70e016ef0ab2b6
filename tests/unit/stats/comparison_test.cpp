#include "stats/comparison.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include "stats/recorder.hpp"
#include "ws/random.hpp"

namespace wsrig::stats {
namespace {

using Verdict = Comparison::Verdict;
constexpr Statistic p99{};

/// Made-up measurements with the faults of real ones: latencies with a long tail; a level that wanders from
/// second to second and remembers where it was; another one in each run; and a machine that slows down while
/// all of it goes on.
class Machine {
 public:
  explicit Machine(std::uint64_t seed) : random_(seed) {}

  struct Noise {
    double run = 0.03;     ///< spread of a run's level
    double second = 0.05;  ///< spread of a second's
    double memory = 0.6;   ///< how much of a second's is the last one's
    std::size_t seconds = 10;
    std::size_t rate = 500;
  };

  MeasuredRun run(double slowdown, const Noise& noise) {
    const double level = slowdown * std::exp(noise.run * normal() + drift_);
    drift_ += 0.002;
    double wander = noise.second * normal();
    MeasuredRun run;
    for (std::size_t second = 0; second < noise.seconds; ++second) {
      run.push_back({.samples = one_second(level * std::exp(wander), noise.rate)});
      wander = noise.memory * wander + std::sqrt(1 - noise.memory * noise.memory) * noise.second * normal();
    }
    return run;
  }

  /// Two sides, taken in turn.
  std::pair<std::vector<MeasuredRun>, std::vector<MeasuredRun>> pairs(std::size_t count, double slowdown,
                                                                      const Noise& noise) {
    std::vector<MeasuredRun> a, b;
    for (std::size_t i = 0; i < count; ++i) {
      a.push_back(run(1, noise));
      b.push_back(run(slowdown, noise));
    }
    return {std::move(a), std::move(b)};
  }

 private:
  Histogram one_second(double level, std::size_t rate) {
    for (std::size_t i = 0; i < rate; ++i) {
      recorder_.record(static_cast<std::uint64_t>(200'000 * level * std::exp(0.5 * normal())));
    }
    return recorder_.take();
  }

  /// Box and Muller's.
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - random_.next_fraction()));
    return radius * std::cos(2 * 3.14159265358979 * random_.next_fraction());
  }

  ws::Random random_;
  Recorder recorder_;
  double drift_ = 0;
};

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
