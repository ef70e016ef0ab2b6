#include "loadgen/search_table.hpp"

#include "loadgen/percentiles.hpp"
#include "loadgen/units.hpp"

namespace wsrig::loadgen {

std::vector<std::string> search_columns() {
  return {"asked", "got", "rtt p50", "rtt p99", "rtt p99.9", "missed", "errors", ""};
}

std::vector<std::string> search_row(const Probe& probe) {
  const Figures& figures = probe.figures;
  const stats::Histogram& rtt = figures.timings[Timing::rtt];
  return {print_short(probe.rate) + "/s",
          print_short(per_second(figures.counters.messages_received, figures.duration)) + "/s",
          print_time(rtt.percentile(50)),
          print_time(rtt.percentile(99)),
          print_time(rtt.percentile(99.9)),
          print_count(figures.counters.missed_sends),
          print_count(figures.error_count())};
}

}  // namespace wsrig::loadgen
