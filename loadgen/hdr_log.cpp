#include <cmath>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "loadgen/text_formats.hpp"
#include "stats/hdr_encoding.hpp"
#include "ws/base64.hpp"

namespace wsrig::loadgen {

namespace {

constexpr double milliseconds = 1e6;  ///< nanoseconds

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

std::string log_header(const Meta& meta) {
  const auto start = static_cast<std::time_t>(meta.start.count() / 1'000'000'000);
  return fmt::format(
      "#[Logged by {} {}]\n#[Histogram log format version 1.3]\n#[StartTime: {:.3f} (seconds since epoch), "
      "{:%a %b %d %T UTC %Y}]\n\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
      "\"Interval_Compressed_Histogram\"\n",
      meta.program, meta.version, seconds(meta.start), fmt::gmtime(start));
}

/// Timestamps are seconds since the start: a reader takes small ones as that.
void add_second(std::string& out, const Second& second) {
  for (const auto& [timing, name, title] : timing_names()) {
    const stats::Histogram& histogram = second.figures.timings[timing];
    if (histogram.empty()) continue;
    out += fmt::format("Tag={},{:.3f},{:.3f},{:.3f},{}\n", name, static_cast<double>(second.number),
                       seconds(second.figures.duration), static_cast<double>(histogram.max()) / milliseconds,
                       ws::base64(stats::encode_hdr(histogram)));
  }
}

constexpr int ticks_per_half = 5;  ///< lines each time what is left above is halved

/// How many lines fall upon 100 % of the samples where the distance to the end is like that of `percent`.
double ticks_at(double percent) {
  const double halvings = std::floor(std::log2(100 / (100 - percent))) + 1;
  return ticks_per_half * std::exp2(halvings);
}

double in_milliseconds(std::uint64_t value) { return static_cast<double>(value) / milliseconds; }

void add_lines(std::string& out, const stats::Histogram& histogram) {
  std::uint64_t seen = 0;
  double wanted = 0;
  for (const stats::Bucket& bucket : histogram.buckets()) {
    seen += bucket.count;
    const double reached = 100 * static_cast<double>(seen) / static_cast<double>(histogram.count());
    const double value = in_milliseconds(std::min(bucket.highest(), histogram.max()));
    for (; wanted <= reached && wanted < 100 && seen < histogram.count(); wanted += 100 / ticks_at(wanted)) {
      out += fmt::format("{:12.3f} {:2.12f} {:10d} {:14.2f}\n", value, wanted / 100, seen,
                         1 / (1 - wanted / 100));
    }
  }
  out += fmt::format("{:12.3f} {:2.12f} {:10d}\n", in_milliseconds(histogram.max()), 1.0, seen);
}

void add_distribution(std::string& out, std::string_view name, const stats::Histogram& histogram) {
  out += fmt::format("# {}\n       Value     Percentile TotalCount 1/(1-Percentile)\n\n", name);
  add_lines(out, histogram);
  out += fmt::format("#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n", histogram.mean() / milliseconds,
                     histogram.stddev() / milliseconds);
  out += fmt::format("#[Max     = {:12.3f}, Total count    = {:12d}]\n", in_milliseconds(histogram.max()),
                     histogram.count());
  // Of a histogram from 1 ns to an hour with 3 digits, as the log has it.
  out += fmt::format("#[Buckets = {:12d}, SubBuckets     = {:12d}]\n", 32, 2048);
}

}  // namespace

std::string to_hdr_log(const Result& result) {
  std::string out = log_header(result.meta);
  for (const Phase& phase : result.phases) {
    for (const Second& second : phase.seconds) add_second(out, second);
  }
  return out;
}

std::string to_percentile_text(const Result& result) {
  const Figures total = result.total();
  std::string out;
  for (const auto& [timing, name, title] : timing_names()) {
    if (!total.timings[timing].empty()) add_distribution(out, name, total.timings[timing]);
  }
  return out;
}

}  // namespace wsrig::loadgen
