#include <fmt/format.h>

#include "loadgen/percentiles.hpp"
#include "loadgen/text_formats.hpp"

/// A run as the metrics of a monitoring system.
namespace wsrig::loadgen {

namespace {

double seconds(std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; }

void add_head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

/// A label's value: only these three have an escape in the format.
std::string label(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

template <class Key>
void add_labelled(std::string& out, std::string_view name, std::string_view label_name, std::string_view help,
                  const std::map<Key, std::uint64_t>& counts) {
  if (counts.empty()) return;
  add_head(out, name, "counter", help);
  for (const auto& [key, count] : counts) {
    out += fmt::format("{}{{{}=\"{}\"}} {}\n", name, label_name, label(fmt::format("{}", key)), count);
  }
}

void add_summary(std::string& out, const TimingName& timing, const stats::Histogram& histogram) {
  if (histogram.empty()) return;
  const std::string name = fmt::format("wsrig_load_{}_seconds", timing.name);
  add_head(out, name, "summary", fmt::format("{}.", timing.title));
  for (const Percentile& percentile : shown_percentiles) {
    out += fmt::format("{}{{quantile=\"{:.6g}\"}} {}\n", name, percentile.percent / 100,
                       seconds(histogram.percentile(percentile.percent)));
  }
  out += fmt::format("{0}_sum {1}\n{0}_count {2}\n", name,
                     histogram.mean() / 1e9 * static_cast<double>(histogram.count()), histogram.count());
}

constexpr std::size_t datagram = 1400;

/// Joins lines, as many as go into a datagram.
class Datagrams {
 public:
  void add(std::string line) {
    if (datagrams_.empty() || datagrams_.back().size() + 1 + line.size() > datagram) {
      datagrams_.push_back(std::move(line));
    } else {
      datagrams_.back() += '\n' + line;
    }
  }
  std::vector<std::string> take() { return std::move(datagrams_); }

 private:
  std::vector<std::string> datagrams_;
};

}  // namespace

std::string to_prometheus(const Figures& figures, std::uint64_t connections) {
  std::string out;
  for (const auto& field : counter_names()) {
    const std::string name = fmt::format("wsrig_load_{}_total", field.name);
    add_head(out, name, "counter", fmt::format("{}.", field.title));
    out += fmt::format("{} {}\n", name, figures.counters.*field.counter);
  }
  add_labelled(out, "wsrig_load_errors_total", "kind", "Errors by kind.", figures.errors);
  add_labelled(out, "wsrig_load_close_codes_total", "code", "Close codes received.", figures.close_codes);
  add_labelled(out, "wsrig_load_http_statuses_total", "code", "Answers to the upgrade.",
               figures.http_statuses);
  add_head(out, "wsrig_load_connections", "gauge", "Connections open now.");
  out += fmt::format("wsrig_load_connections {}\n", connections);
  for (const auto& timing : timing_names()) add_summary(out, timing, figures.timings[timing.timing]);
  return out;
}

std::vector<std::string> to_statsd(const Second& second) {
  Datagrams out;
  for (const auto& field : counter_names()) {
    const std::uint64_t count = second.figures.counters.*field.counter;
    if (count != 0) out.add(fmt::format("wsrig_load.{}:{}|c", field.name, count));
  }
  out.add(fmt::format("wsrig_load.errors:{}|c", second.figures.error_count()));
  out.add(fmt::format("wsrig_load.connections:{}|g", second.connections));
  for (const auto& [timing, name, title] : timing_names()) {
    const stats::Histogram& histogram = second.figures.timings[timing];
    if (histogram.empty()) continue;
    for (const double percent : {50.0, 99.0}) {
      out.add(fmt::format("wsrig_load.{}.p{}:{:.6f}|g", name, percent,
                          static_cast<double>(histogram.percentile(percent)) / 1e6));
    }
    out.add(fmt::format("wsrig_load.{}.max:{:.6f}|g", name, static_cast<double>(histogram.max()) / 1e6));
  }
  return out.take();
}

}  // namespace wsrig::loadgen
