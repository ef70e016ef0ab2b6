#include "stats/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include "stats/recorder.hpp"
#include "ws/random.hpp"

namespace wsrig::stats {

namespace {

constexpr std::size_t fewest_pairs = 3;     ///< for a spread between runs
constexpr std::size_t fewest_blocks = 4;    ///< for a spread within one
constexpr std::size_t most_stretches = 30;  ///< of a run: more are joined, which costs nothing but time

/// An interval for a logarithm; nothing where the data cannot give one.
struct Interval {
  double low = 0, high = 0;
};

double quantile(const boost::math::students_t& distribution, double share) {
  return boost::math::quantile(distribution, share);
}

double evaluate_run(const Statistic& statistic, const MeasuredRun& run) {
  Histogram all;
  double seconds = 0;
  for (const Stretch& stretch : run) {
    all.merge(stretch.samples);
    seconds += stretch.seconds;
  }
  return evaluate(statistic, all, seconds);
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// A percentile interval of few things is too short: it is taken further out, to where Student's t would be
/// (Hesterberg, "What Teachers Should Know About the Bootstrap", 2015). The share of replicates below its
/// lower end.
double expanded_tail(double confidence, double count) {
  const double t = quantile(boost::math::students_t(count - 1), 0.5 + confidence / 2);
  return boost::math::cdf(boost::math::normal(), -t * std::sqrt(count / (count - 1)));
}

/// The interval between the tails of what a bootstrap gave.
Interval cut_tails(std::vector<double> replicates, double tail) {
  std::ranges::sort(replicates);
  const auto last = static_cast<double>(replicates.size() - 1);
  const auto at = [&](double share) {
    return replicates[static_cast<std::size_t>(std::llround(share * last))];
  };
  return {at(tail), at(1 - tail)};
}

// ---- between runs ----

double standard_error(std::span<const double> values) {
  const double level = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - level) * (value - level);
  const auto n = static_cast<double>(values.size());
  return std::sqrt(squares / (n - 1) / n);
}

/// Resamples the logarithms of the ratios of pairs. What is drawn never leaves the range of what was seen,
/// which three or four pairs leave on one side of nothing by mere chance: the interval is at least Student's.
Interval resample_pairs(std::span<const double> differences, const ComparisonOptions& options) {
  ws::Random random(options.seed);
  std::vector<double> replicates, drawn(differences.size());
  for (std::uint32_t i = 0; i < options.replicates; ++i) {
    for (double& one : drawn) one = differences[random.next_below(differences.size())];
    replicates.push_back(mean(drawn));
  }
  const auto count = static_cast<double>(differences.size());
  const Interval drawn_interval = cut_tails(std::move(replicates), expanded_tail(options.confidence, count));
  const double reach = quantile(boost::math::students_t(count - 1), 0.5 + options.confidence / 2) *
                       standard_error(differences);
  const double centre = mean(differences);
  return {std::min(drawn_interval.low, centre - reach), std::max(drawn_interval.high, centre + reach)};
}

// ---- within a run ----

/// Neighbours are joined until there are few enough.
MeasuredRun join_neighbours(const MeasuredRun& run) {
  const std::size_t group = (run.size() + most_stretches - 1) / most_stretches;
  MeasuredRun joined;
  for (std::size_t i = 0; i < run.size(); ++i) {
    if (i % std::max<std::size_t>(group, 1) == 0) joined.push_back({.samples = {}, .seconds = 0});
    joined.back().samples.merge(run[i].samples);
    joined.back().seconds += run[i].seconds;
  }
  return joined;
}

/// How alike neighbours are, 0 to almost 1: the correlation of a series with itself, one step later.
double self_likeness(std::span<const double> series) {
  const double level = mean(series);
  double products = 0, squares = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    squares += (series[i] - level) * (series[i] - level);
    if (i > 0) products += (series[i] - level) * (series[i - 1] - level);
  }
  // The estimate from n values is too low by about (1 + 4r)/n.
  const auto n = static_cast<double>(series.size());
  const double r = squares == 0 ? 0 : products / squares;
  return std::clamp(r + (1 + 4 * r) / n, 0.0, 0.9);
}

/// A run cut into blocks of stretches that are as good as independent of each other.
class Blocks {
 public:
  Blocks(const MeasuredRun& run, const Statistic& statistic)
      : run_(join_neighbours(run)), statistic_(statistic) {
    std::erase_if(run_, [](const Stretch& stretch) { return stretch.samples.empty(); });
    std::vector<double> series;
    for (const Stretch& stretch : run_) {
      series.push_back(std::log(evaluate(statistic, stretch.samples, stretch.seconds)));
    }
    const double likeness = series.empty() ? 0 : self_likeness(series);
    length_ = static_cast<std::size_t>(std::ceil((1 + likeness) / (1 - likeness)));
  }

  std::size_t count() const { return run_.size() / length_; }

  /// The logarithm of the statistic of as many blocks as there are, drawn anew; blocks wrap around.
  double draw(ws::Random& random) {
    double seconds = 0;
    for (std::size_t block = 0; block < count(); ++block) {
      const std::size_t first = random.next_below(run_.size());
      for (std::size_t i = 0; i < length_; ++i) {
        const Stretch& stretch = run_[(first + i) % run_.size()];
        recorder_.merge(stretch.samples);
        seconds += stretch.seconds;
      }
    }
    return std::log(evaluate(statistic_, recorder_.take(), seconds));
  }

 private:
  MeasuredRun run_;
  const Statistic& statistic_;
  std::size_t length_ = 1;
  Recorder recorder_;
};

/// Resamples both sides' blocks; the spread between runs comes on top, as if it had been measured.
std::optional<Interval> resample_blocks(const MeasuredRun& a, const MeasuredRun& b,
                                        const Statistic& statistic, double centre,
                                        const ComparisonOptions& options) {
  Blocks of_a(a, statistic), of_b(b, statistic);
  const std::size_t blocks = std::min(of_a.count(), of_b.count());
  if (blocks < fewest_blocks) return {};
  ws::Random random(options.seed);
  std::vector<double> replicates;
  for (std::uint32_t i = 0; i < options.replicates; ++i)
    replicates.push_back(of_b.draw(random) - of_a.draw(random));
  const Interval within =
      cut_tails(std::move(replicates), expanded_tail(options.confidence, static_cast<double>(blocks)));
  const double between = boost::math::quantile(boost::math::normal(), 0.5 + options.confidence / 2) *
                         options.assumed_spread * std::sqrt(2);
  return Interval{centre - std::hypot(centre - within.low, between),
                  centre + std::hypot(within.high - centre, between)};
}

/// All runs of a side as one.
MeasuredRun concatenate(std::span<const MeasuredRun> runs) {
  MeasuredRun all;
  for (const MeasuredRun& run : runs) all.insert(all.end(), run.begin(), run.end());
  return all;
}

Comparison::Verdict judge(const Comparison& comparison, double margin) {
  if (comparison.low > 1 && comparison.ratio > 1 + margin) return Comparison::Verdict::higher;
  if (comparison.high < 1 && comparison.ratio < 1 - margin) return Comparison::Verdict::lower;
  return Comparison::Verdict::no_difference;
}

}  // namespace

double evaluate(const Statistic& statistic, const Histogram& samples, double seconds) {
  switch (statistic.kind) {
    case Statistic::Kind::percentile: return static_cast<double>(samples.percentile(statistic.percent));
    case Statistic::Kind::mean: return samples.mean();
    case Statistic::Kind::rate: return seconds <= 0 ? 0 : static_cast<double>(samples.count()) / seconds;
  }
  return 0;
}

Comparison compare(std::span<const MeasuredRun> a, std::span<const MeasuredRun> b, const Statistic& statistic,
                   const ComparisonOptions& options) {
  const std::size_t pairs = std::min(a.size(), b.size());
  std::vector<double> of_a, of_b, differences;
  for (std::size_t i = 0; i < pairs; ++i) {
    of_a.push_back(std::log(evaluate_run(statistic, a[i])));
    of_b.push_back(std::log(evaluate_run(statistic, b[i])));
    differences.push_back(of_b.back() - of_a.back());
  }
  Comparison comparison;
  // The logarithm of nothing: a side that measured nothing, or no time at all.
  if (pairs == 0 || !std::isfinite(mean(differences))) return comparison;
  const double centre = mean(differences);
  comparison.a = std::exp(mean(of_a));
  comparison.b = std::exp(mean(of_b));
  comparison.ratio = std::exp(centre);
  comparison.between_runs = pairs >= fewest_pairs;
  const auto interval = comparison.between_runs
                            ? std::optional(resample_pairs(differences, options))
                            : resample_blocks(concatenate(a), concatenate(b), statistic, centre, options);
  if (!interval) return comparison;
  comparison.low = std::exp(interval->low);
  comparison.high = std::exp(interval->high);
  comparison.verdict = judge(comparison, options.margin);
  return comparison;
}

}  // namespace wsrig::stats
