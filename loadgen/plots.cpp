#include "loadgen/plots.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "loadgen/percentiles.hpp"
#include "loadgen/units.hpp"
#include "report/plot.hpp"

namespace wsrig::loadgen {

namespace {

using report::Axis;
using report::Plot;
using report::Point;
using report::Series;

constexpr double gap = std::numeric_limits<double>::quiet_NaN();
enum Color : unsigned { blue, orange, green, violet, red, grey };

std::string print_nanoseconds(double value) { return print_time(value); }
std::string print_seconds(double value) { return fmt::format("{:g} s", value); }
std::string print_mebibytes(double value) { return fmt::format("{:.3g} MiB", value); }
std::string print_rate(double value) { return print_short(value) + "/s"; }

/// All seconds of all phases, in the order of time.
std::vector<const Second*> all_seconds(const Result& result) {
  std::vector<const Second*> seconds;
  for (const Phase& phase : result.phases) {
    for (const Second& second : phase.seconds) seconds.push_back(&second);
  }
  return seconds;
}

/// The end of a second on the axis of time.
double end_of(const Second& second) { return static_cast<double>(second.number) + 1; }

Axis time_axis(const std::vector<const Second*>& seconds) {
  Axis axis = report::linear_axis("seconds since the start", end_of(*seconds.back()), print_seconds, 10);
  // Ticks are labelled without their unit, which the title has.
  for (report::Tick& tick : axis.ticks) tick.label = fmt::format("{:g}", tick.at);
  axis.to = std::max(1.0, end_of(*seconds.back()));
  std::erase_if(axis.ticks, [&](const report::Tick& tick) { return tick.at > axis.to; });
  return axis;
}

/// Phases are shown where there are several.
std::vector<report::Band> phase_bands(const Result& result) {
  std::vector<report::Band> bands;
  if (result.phases.size() < 2) return bands;
  for (const Phase& phase : result.phases) {
    if (phase.seconds.empty()) continue;
    bands.push_back(
        {static_cast<double>(phase.seconds.front().number), end_of(phase.seconds.back()), phase.name});
  }
  return bands;
}

template <class Value>
Series over_time(std::string name, Color color, const std::vector<const Second*>& seconds,
                 const Value& value) {
  Series series{.name = std::move(name), .color = color, .marks = seconds.size() < 3};
  for (const Second* second : seconds) series.points.push_back({end_of(*second), value(*second)});
  return series;
}

double greatest(const std::vector<Series>& all) {
  double most = 0;
  for (const Series& series : all) {
    for (const Point& point : series.points) {
      if (std::isfinite(point.y)) most = std::max(most, point.y);
    }
  }
  return most;
}

double least_above_zero(const std::vector<Series>& all) {
  double least = std::numeric_limits<double>::infinity();
  for (const Series& series : all) {
    for (const Point& point : series.points) {
      if (std::isfinite(point.y) && point.y > 0) least = std::min(least, point.y);
    }
  }
  return least;
}

/// Empty where nothing was measured.
std::string latency_figure(Plot plot) {
  const double most = greatest(plot.series);
  if (most <= 0) return {};
  plot.y = report::logarithmic_axis("latency", least_above_zero(plot.series), most, print_nanoseconds);
  return report::to_svg_figure(plot);
}

// ---- by percentile ----

/// Each further nine takes as much room as the one before.
double nines(double percent) { return -std::log10(1 - percent / 100); }

Axis percentile_axis(std::uint64_t samples) {
  Axis axis{.title = "percentile",
            .print = [](double nine) { return fmt::format("{:.7g} %", 100 * (1 - std::pow(10, -nine))); }};
  axis.to = std::max(1.0, std::log10(static_cast<double>(samples)));
  for (const double percent : {0.0, 50.0, 90.0, 99.0, 99.9, 99.99, 99.999, 99.9999, 99.99999}) {
    if (nines(percent) <= axis.to) axis.ticks.push_back({nines(percent), fmt::format("{:.8g}", percent)});
  }
  return axis;
}

/// More points than this would not be seen apart.
constexpr double points_per_nine = 60;

Series percentile_series(std::string name, Color color, const stats::Histogram& histogram) {
  Series series{.name = std::move(name), .color = color};
  const auto count = static_cast<double>(histogram.count());
  std::uint64_t seen = 0;
  for (const stats::Bucket& bucket : histogram.buckets()) {
    // The last sample would stand at infinity: it is drawn where there is one in `count` left.
    const double above = std::max((count - static_cast<double>(seen)) / count, 1 / count);
    const Point point{-std::log10(above), static_cast<double>(std::max<std::uint64_t>(bucket.highest(), 1))};
    const bool is_last = &bucket == &histogram.buckets().back();
    if (series.points.empty() || is_last || point.x - series.points.back().x > 1 / points_per_nine) {
      series.points.push_back(point);
    }
    seen += bucket.count;
  }
  return series;
}

std::string percentile_figure(const Figures& total) {
  const stats::Histogram& rtt = total.timings[Timing::rtt];
  if (rtt.empty()) return {};
  Plot plot{.title = "Latency by percentile", .x = percentile_axis(rtt.count()), .is_wide = true};
  plot.series.push_back(percentile_series("rtt", blue, rtt));
  const stats::Histogram& uncorrected = total.timings[Timing::rtt_uncorrected];
  if (!uncorrected.empty()) {
    plot.series.push_back(percentile_series("from actual send", orange, uncorrected));
    plot.series.back().dashed = true;
  }
  const stats::Histogram& lag = total.timings[Timing::send_lag];
  if (!lag.empty()) plot.series.push_back(percentile_series("send lag", grey, lag));
  return latency_figure(std::move(plot));
}

// ---- over time ----

std::string latency_over_time(const Result& result, const std::vector<const Second*>& seconds) {
  Plot plot{.title = "Latency over time", .x = time_axis(seconds), .bands = phase_bands(result)};
  const auto add = [&](std::string name, Color color, double percent) {
    plot.series.push_back(over_time(std::move(name), color, seconds, [percent](const Second& second) {
      const stats::Histogram& rtt = second.figures.timings[Timing::rtt];
      return rtt.empty() ? gap : static_cast<double>(std::max<std::uint64_t>(rtt.percentile(percent), 1));
    }));
  };
  add("p50", green, 50);
  add("p99", blue, 99);
  add("p99.9", violet, 99.9);
  add("max", orange, 100);
  return latency_figure(std::move(plot));
}

std::string throughput_over_time(const Result& result, const std::vector<const Second*>& seconds) {
  Plot plot{.title = "Throughput over time", .x = time_axis(seconds), .bands = phase_bands(result)};
  const auto add = [&](std::string name, Color color, std::uint64_t Counters::* counter) {
    plot.series.push_back(over_time(std::move(name), color, seconds, [counter](const Second& second) {
      return per_second(second.figures.counters.*counter, second.figures.duration);
    }));
  };
  add("received", blue, &Counters::messages_received);
  add("sent", orange, &Counters::messages_sent);
  plot.series.back().dashed = true;  // both are seen where they are the same
  if (greatest(plot.series) <= 0) return {};
  plot.y = report::linear_axis("messages/s", greatest(plot.series), print_rate);
  return report::to_svg_figure(plot);
}

std::string connections_over_time(const Result& result, const std::vector<const Second*>& seconds) {
  Plot plot{.title = "Connections", .x = time_axis(seconds), .bands = phase_bands(result)};
  plot.series.push_back(over_time(
      "open", blue, seconds, [](const Second& second) { return static_cast<double>(second.connections); }));
  plot.series.push_back(over_time("opened in this second", orange, seconds, [](const Second& second) {
    return static_cast<double>(second.figures.counters.connects_opened);
  }));
  plot.y = report::linear_axis("connections", std::max(5.0, greatest(plot.series)), print_short);
  return report::to_svg_figure(plot);
}

std::string errors_over_time(const Result& result, const std::vector<const Second*>& seconds) {
  Plot plot{.title = "Errors and missed sends", .x = time_axis(seconds), .bands = phase_bands(result)};
  plot.series.push_back(over_time("missed sends", grey, seconds, [](const Second& second) {
    return static_cast<double>(second.figures.counters.missed_sends);
  }));
  plot.series.push_back(over_time("errors", red, seconds, [](const Second& second) {
    return static_cast<double>(second.figures.error_count());
  }));
  for (Series& series : plot.series) series.columns = true;
  if (greatest(plot.series) <= 0) plot.bands = {{plot.x.from, plot.x.to, "none"}};
  plot.y = report::linear_axis("a second", std::max(5.0, greatest(plot.series)), print_short);
  return report::to_svg_figure(plot);
}

std::string figures_over_time(const Result& result) {
  const auto seconds = all_seconds(result);
  if (seconds.empty()) return {};
  return latency_over_time(result, seconds) + throughput_over_time(result, seconds) +
         connections_over_time(result, seconds) + errors_over_time(result, seconds);
}

// ---- the limit, the services ----

std::string curve_figure(const LimitSearch& search) {
  Plot plot{.title = "Latency by rate: " + search.criterion};
  std::vector<const Probe*> by_rate;
  for (const Probe& probe : search.probes) by_rate.push_back(&probe);
  std::ranges::stable_sort(by_rate, {}, &Probe::rate);
  for (const auto& [name, percent, color] :
       {std::tuple{"p50", 50.0, green}, std::tuple{"p99", 99.0, blue}, std::tuple{"p99.9", 99.9, violet}}) {
    Series series{.name = name, .color = color, .marks = true};
    for (const Probe* probe : by_rate) {
      const stats::Histogram& rtt = probe->figures.timings[Timing::rtt];
      series.points.push_back(
          {probe->rate, rtt.empty() ? gap : static_cast<double>(rtt.percentile(percent))});
    }
    plot.series.push_back(std::move(series));
  }
  if (by_rate.empty()) return {};
  plot.x = report::linear_axis("messages/s asked", by_rate.back()->rate, print_rate, 8);
  if (search.limit > 0) plot.bands = {{0, search.limit, "holds"}, {search.limit, plot.x.to, ""}};
  return latency_figure(std::move(plot));
}

template <class Value>
std::string service_figure(const Result& result, std::string title, double least,
                           std::string (*print)(double), const Value& value) {
  Plot plot{.title = std::move(title)};
  double end = 0;
  unsigned color = 0;
  for (const ServiceUsage& service : result.services) {
    Series series{.name = service.name, .color = color++ % 6, .marks = service.samples.size() < 4};
    for (std::size_t i = 1; i < service.samples.size(); ++i) {
      const double at = std::chrono::duration<double>(service.samples[i].at).count();
      series.points.push_back({at, value(service.samples[i - 1], service.samples[i])});
      end = std::max(end, at);
    }
    plot.series.push_back(std::move(series));
  }
  if (end <= 0) return {};
  plot.x = report::linear_axis("seconds since the start", end, print_seconds, 10);
  plot.y = report::linear_axis("", std::max(greatest(plot.series), least), print);
  return report::to_svg_figure(plot);
}

std::string services_figures(const Result& result) {
  const auto memory = [](const UsageSample&, const UsageSample& now) {
    return static_cast<double>(now.memory);
  };
  const auto processor = [](const UsageSample& before, const UsageSample& now) {
    const auto time = static_cast<double>((now.at - before.at).count());
    return time <= 0 ? gap : static_cast<double>((now.processor_time - before.processor_time).count()) / time;
  };
  return service_figure(result, "Memory of the services", 1, print_mebibytes, memory) +
         service_figure(result, "Processors the services used", 0.1, print_percent, processor);
}

}  // namespace

std::string to_plots(const Result& result) {
  return percentile_figure(result.total()) + (result.search ? curve_figure(*result.search) : std::string{}) +
         figures_over_time(result) + services_figures(result);
}

}  // namespace wsrig::loadgen
