#include "loadgen/console.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "loadgen/percentiles.hpp"
#include "loadgen/search_table.hpp"
#include "loadgen/units.hpp"
#include "loadgen/verdicts.hpp"
#include "report/text.hpp"
#include "report/text_table.hpp"

namespace wsrig::loadgen {

namespace {

using report::TextTable;

constexpr std::string_view bold = "1", faint = "2", red = "1;31", green = "32", yellow = "33";

std::string painted(std::string_view text, std::string_view code, bool color) {
  return color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

/// What a peer or a file said, on one line.
std::string clean(std::string_view text) {
  return report::shorten(report::visible(text, report::Controls::escape), 300);
}

/// `  label       text`
std::string fact(std::string_view label, const std::string& text, bool color) {
  return fmt::format("  {}  {}\n", painted(fmt::format("{:<12}", label), faint, color), text);
}

void add_timing(TextTable& table, const std::string& label, const stats::Histogram& histogram) {
  if (histogram.empty()) return;
  std::vector<std::string> row{clean(label)};
  for (const double percent : {50.0, 90.0, 99.0, 99.9})
    row.push_back(print_time(histogram.percentile(percent)));
  row.push_back(print_time(histogram.max()));
  row.push_back(print_time(histogram.mean()));
  row.push_back(print_count(histogram.count()));
  table.add(std::move(row));
}

std::string timings(const Figures& total, bool color) {
  TextTable table({"", "p50", "p90", "p99", "p99.9", "max", "mean", "samples"});
  for (const auto& [timing, name, title] : timing_names()) {
    add_timing(table, std::string(title), total.timings[timing]);
    if (timing != Timing::rtt) continue;
    for (const auto& [label, histogram] : total.rtt_by_message) add_timing(table, "  of " + label, histogram);
  }
  return table.has_rows() ? table.print(color) + '\n' : std::string{};
}

/// Phases side by side, where there are several.
std::string phases(const Result& result, bool color) {
  if (result.phases.size() < 2) return {};
  TextTable table(
      {"phase", "loop", "time", "connections", "messages/s", "rtt p50", "rtt p99", "rtt p99.9", "errors"});
  for (const Phase& phase : result.phases) {
    const Figures& figures = phase.figures;
    const stats::Histogram& rtt = figures.timings[Timing::rtt];
    const auto percentile = [&](double percent) {
      return rtt.empty() ? "–" : print_time(rtt.percentile(percent));
    };
    table.add({clean(phase.name) + (phase.recorded ? "" : " (warm-up)"), std::string(name(phase.model)),
               print_time(figures.duration), print_count(phase.connections),
               print_short(per_second(figures.counters.messages_received, figures.duration)), percentile(50),
               percentile(99), percentile(99.9), print_count(figures.error_count())});
  }
  return table.print(color) + '\n';
}

/// The curve of find-the-limit.
std::string curve(const LimitSearch& search, bool color) {
  TextTable table(search_columns());
  for (const Probe& probe : search.probes) {
    auto row = search_row(probe);
    row.push_back(probe.passed ? "holds" : clean(probe.why));
    table.add(std::move(row));
  }
  const std::string found = search.limit > 0 ? fmt::format("{}/s is the highest rate at which {}",
                                                           print_short(search.limit), search.criterion)
                                             : fmt::format("no rate was found at which {}", search.criterion);
  return table.print(color) + '\n' + fact("limit", clean(found), color);
}

std::string both_ways(std::uint64_t sent, std::uint64_t received, const Figures& figures) {
  return fmt::format("{} sent ({}/s), {} received ({}/s)", print_count(sent),
                     print_short(per_second(sent, figures.duration)), print_count(received),
                     print_short(per_second(received, figures.duration)));
}

std::string octets_text(const Figures& figures) {
  const auto text = [&](std::uint64_t octets) {
    return fmt::format("{} ({}/s)", print_octets(static_cast<double>(octets)),
                       print_octets(per_second(octets, figures.duration)));
  };
  return fmt::format("{} sent, {} received", text(figures.counters.octets_sent),
                     text(figures.counters.octets_received));
}

std::string connections_text(const Result& result, const Counters& counters) {
  std::uint64_t most = 0;
  for (const Phase& phase : result.phases) most = std::max(most, phase.connections);
  std::string text = fmt::format("{} of {} opened, {} at once", print_count(counters.connects_opened),
                                 print_count(counters.connects_attempted), print_count(most));
  if (counters.retries > 0) text += fmt::format(", {} retries", print_count(counters.retries));
  return text;
}

std::string schedule_text(const Counters& counters) {
  const double missed = static_cast<double>(counters.missed_sends) / static_cast<double>(counters.scheduled);
  std::string text = fmt::format("{} sends due, {} missed ({})", print_count(counters.scheduled),
                                 print_count(counters.missed_sends), print_percent(missed));
  if (counters.blocked_sends > 0) {
    text += fmt::format(", {} waited for the peer to read", print_count(counters.blocked_sends));
  }
  return text;
}

template <class Key>
std::string codes_text(const std::map<Key, std::uint64_t>& codes) {
  std::string text;
  for (const auto& [code, count] : codes) {
    text += fmt::format("{}{} × {}", text.empty() ? "" : ", ", print_count(count),
                        clean(fmt::format("{}", code)));
  }
  return text;
}

std::string errors_text(const Figures& figures) {
  if (figures.error_count() == 0) return "0";
  std::string text = print_count(figures.error_count());
  char separator = ':';
  const auto add = [&](std::string_view what, std::uint64_t count) {
    text += fmt::format("{} {} {}", separator, print_count(count), clean(what));
    separator = ',';
  };
  for (const auto& field : counter_names()) {
    const std::uint64_t count = figures.counters.*field.counter;
    if (field.kind == CounterKind::error && count > 0) add(field.title, count);
  }
  for (const auto& [kind, count] : figures.errors) add(kind, count);
  return text;
}

std::string generator_text(const Result& result, const Figures& total) {
  std::uint64_t loops = 0;
  for (const Shard& shard : result.meta.shards) loops += shard.loops;
  return fmt::format("{:.0f} % of {} processor{} busy, clock in steps of {}",
                     processor_share(result.meta, total) * 100, loops, loops == 1 ? "" : "s",
                     print_time(result.meta.clock_resolution));
}

std::string shards_text(const Result& result) {
  const std::vector<Shard>& shards = result.meta.shards;
  const auto [first, last] = std::ranges::minmax(shards, {}, &Shard::start);
  const auto spread = std::ranges::max(result.phases, {}, &Phase::start_spread).start_spread;
  return fmt::format("{} of {}, started within {}, began to measure within {}", shards.size(),
                     shards.front().world, print_time(last.start - first.start), print_time(spread));
}

std::string service_text(const ServiceUsage& service) {
  const UsageSample &first = service.samples.front(), &last = service.samples.back();
  const double busy = static_cast<double>((last.processor_time - first.processor_time).count()) /
                      static_cast<double>((last.at - first.at).count());
  const std::uint64_t memory = std::ranges::max(service.samples, {}, &UsageSample::memory).memory;
  return fmt::format("{}: {:.0f} % of a processor, {} of memory", clean(service.name), busy * 100,
                     print_octets(static_cast<double>(memory)));
}

std::string facts(const Result& result, const Figures& total, bool color) {
  const Counters& counters = total.counters;
  std::string out;
  out += fact("messages", both_ways(counters.messages_sent, counters.messages_received, total), color);
  out += fact("frames", both_ways(counters.frames_sent, counters.frames_received, total), color);
  if (counters.pings_sent > 0)
    out += fact("pings", both_ways(counters.pings_sent, counters.pongs_received, total), color);
  out += fact("octets", octets_text(total), color);
  if (counters.scheduled > 0) out += fact("schedule", schedule_text(counters), color);
  if (counters.violations_sent > 0) {
    out += fact("invalid",
                fmt::format("{} frames sent, {} not refused", print_count(counters.violations_sent),
                            print_count(counters.violations_missed)),
                color);
  }
  out += fact("connections", connections_text(result, counters), color);
  if (!total.http_statuses.empty()) out += fact("http", codes_text(total.http_statuses), color);
  if (!total.close_codes.empty()) out += fact("close codes", codes_text(total.close_codes), color);
  const bool good = total.error_count() == 0;
  out += fact("errors", painted(errors_text(total), good ? green : red, color), color);
  out += fact("generator", generator_text(result, total), color);
  if (result.meta.shards.size() > 1) out += fact("shards", shards_text(result), color);
  for (const ServiceUsage& service : result.services) {
    if (service.samples.size() > 1) out += fact("service", service_text(service), color);
  }
  return out;
}

std::string judgements(const Result& result, bool color) {
  std::string out;
  if (result.meta.is_part()) {
    const Shard& shard = result.meta.shards.front();
    return fmt::format("\n  shard {} of {}: 'wsrig merge' judges their sum\n", shard.rank, shard.world);
  }
  for (const Judgement& judgement : result.judgements) {
    const std::string label = fmt::format("{:<4}", judgement.passed ? "ok" : "FAIL");
    std::string text = clean(judgement.threshold);
    if (!judgement.observed.empty()) text += fmt::format("   it is {}", judgement.observed);
    if (!judgement.why.empty()) text += fmt::format("   {}", clean(judgement.why));
    out += fmt::format("  {}  {}\n", painted(label, judgement.passed ? green : red, color), text);
  }
  return out.empty() ? out : '\n' + out;
}

std::string remarks(const Result& result, bool color) {
  std::string out;
  for (const Remark& remark : result.remarks) {
    const std::string_view paint = remark.concern == Concern::note        ? faint
                                   : remark.concern == Concern::generator ? red
                                                                          : yellow;
    const std::string where = remark.phase.empty() ? "" : clean(remark.phase) + ": ";
    out += fmt::format("  {}\n", painted(where + clean(remark.text), paint, color));
  }
  return out.empty() ? out : '\n' + out;
}

std::string heading(const Result& result, bool color) {
  const Meta& meta = result.meta;
  std::string out = '\n' + fmt::format("  {}", painted(clean(meta.url), bold, color));
  if (!meta.name.empty()) out += "   " + clean(meta.name);
  for (const Phase& phase : result.phases) {
    if (result.phases.size() == 1)
      out += fmt::format("   {} loop, {}", name(phase.model), clean(phase.asked));
  }
  out += fmt::format("   {}\n\n", painted(fmt::format("seed {}", meta.seed), faint, color));
  if (meta.interrupted) out += painted("  interrupted: this is what ran until then", red, color) + "\n\n";
  return out;
}

}  // namespace

std::string final_table(const Result& result, bool color) {
  const Figures total = result.total();
  std::string out = heading(result, color) + phases(result, color);
  if (result.search) out += curve(*result.search, color) + '\n';
  return out + timings(total, color) + facts(result, total, color) + judgements(result, color) +
         remarks(result, color);
}

std::string progress_line(const Phase& phase, const Second& second) {
  const Figures& figures = second.figures;
  const stats::Histogram& rtt = figures.timings[Timing::rtt];
  std::string line =
      fmt::format("{:4} s  {}  {} connections  {}/s", second.number + 1, clean(phase.name),
                  print_count(second.connections),
                  print_short(per_second(figures.counters.messages_received, figures.duration)));
  if (!rtt.empty()) {
    line += fmt::format("  rtt p50 {}  p99 {}  max {}", print_time(rtt.percentile(50)),
                        print_time(rtt.percentile(99)), print_time(rtt.max()));
  }
  if (figures.error_count() > 0) line += fmt::format("  {} errors", print_count(figures.error_count()));
  return line;
}

}  // namespace wsrig::loadgen
