#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stats/histogram.hpp"

/// Is B really slower than A? Repeats of both are compared by the ratio of a statistic, with a confidence
/// interval by bootstrap.
namespace wsrig::stats {

/// What was seen in a stretch of a run, usually a second.
struct Stretch {
  Histogram samples{};
  double seconds = 1;
};
/// A run, stretch after stretch.
using MeasuredRun = std::vector<Stretch>;

/// What is compared.
struct Statistic {
  enum class Kind : std::uint8_t { percentile, mean, rate };
  Kind kind = Kind::percentile;
  double percent = 99;  ///< of a percentile
};
/// Of the stretches together; a rate is samples per second.
double evaluate(const Statistic& statistic, const Histogram& samples, double seconds);

struct ComparisonOptions {
  double confidence = 0.98;  ///< of the interval: what chance alone leaves it in that part of all comparisons
  double margin = 0.02;      ///< a smaller difference is none, however certain it is
  double assumed_spread =
      0.015;  ///< of a run's result, as a part of it, where a single run cannot show its spread
  std::uint32_t replicates = 1000;
  std::uint64_t seed = 1;  ///< the same data and seed give the same interval
};

/// What became of B / A.
struct Comparison {
  enum class Verdict : std::uint8_t {
    no_difference,  ///< none that these data could show
    lower,
    higher,
    unknown,  ///< too little was measured to say anything
  };
  Verdict verdict = Verdict::unknown;
  double a = 0, b = 0;        ///< the statistic of each side: the geometric mean of its runs
  double ratio = 1;           ///< B / A
  double low = 0, high = 0;   ///< its confidence interval
  bool between_runs = false;  ///< the spread between runs was measured, not assumed
};

/// Compares runs that were taken in turn (A B A B …), as many of B as of A. With three pairs or more, pairs
/// are resampled: whatever differs from one minute to the next is in the interval, which is never shorter
/// than Student's. With fewer, blocks of stretches are resampled, long enough to keep what one second has
/// from the one before, and the spread between runs is assumed.
Comparison compare(std::span<const MeasuredRun> a, std::span<const MeasuredRun> b, const Statistic& statistic,
                   const ComparisonOptions& options = {});

}  // namespace wsrig::stats
