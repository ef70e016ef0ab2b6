#include "loadgen/html.hpp"

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cli/options.hpp"
#include "loadgen/percentiles.hpp"
#include "loadgen/plots.hpp"
#include "loadgen/search_table.hpp"
#include "loadgen/units.hpp"
#include "loadgen/verdicts.hpp"
#include "report/html_page.hpp"
#include "report/plot.hpp"
#include "report/text.hpp"

namespace wsrig::loadgen {

namespace {

using report::markup;

constexpr std::string_view load_style = R"css(
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.6rem, 1fr)); gap: .7rem; margin: 1.2rem 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .55rem .9rem; }
.tile b { display: block; font-size: 1.35rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.tile span { color: var(--faint); font-size: .85rem; }
.tile.bad b { color: var(--fail); }
.suites { font-variant-numeric: tabular-nums; font-size: .9rem; }
.suites td, .suites th { padding: .32rem .55rem; white-space: nowrap; }
.suites td:first-child { text-align: left; }
.suites .asked { display: block; text-align: left; white-space: normal; min-width: 9rem; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 0 1rem; }
.suites.words td, .suites.words th { text-align: left; white-space: normal; }
.wide { overflow-x: auto; }
.indented { padding-left: 1.8rem !important; color: var(--faint); }
)css";

// ---- the top ----

std::size_t failed(const Result& result) {
  return static_cast<std::size_t>(std::ranges::count(result.judgements, false, &Judgement::passed));
}

std::string headline(const Result& result) {
  const std::size_t all = result.judgements.size();
  if (result.meta.interrupted) return "interrupted: this is what ran until then";
  if (result.exit_code() == cli::exit_code::environment) return "no connection was ever made";
  if (failed(result) > 0)
    return fmt::format("{} of {} threshold{} failed", failed(result), all, all == 1 ? "" : "s");
  return all == 0 ? "load test" : "all thresholds hold";
}

std::string start_text(const Meta& meta) {
  const auto seconds = static_cast<std::time_t>(meta.start.count() / 1'000'000'000);
  return fmt::format("{:%F %T} UTC", fmt::gmtime(seconds));
}

std::string hosts_text(const std::vector<Shard>& shards) {
  if (shards.size() == 1) return shards.front().host;
  return fmt::format("{} shards", shards.size());
}

std::string header(const Result& result) {
  const Meta& meta = result.meta;
  const bool good = result.exit_code() == cli::exit_code::ok;
  std::string out = fmt::format(
      "<header class=\"{}\">\n<h1>{}</h1>\n<p class=\"subject\"><code>{}</code> {}</p>\n"
      "<p class=\"meta\">{} {} · {} · {} · seed <code>{}</code></p>\n",
      good ? "good" : "bad", markup(headline(result)), markup(meta.url), markup(meta.name),
      markup(meta.program), markup(meta.version), start_text(meta), markup(hosts_text(meta.shards)),
      meta.seed);
  for (const Remark& remark : result.remarks) {
    const std::string where = remark.phase.empty() ? "" : remark.phase + ": ";
    out += fmt::format("<p class=\"{}\">{}</p>\n", remark.concern == Concern::note ? "meta" : "remark",
                       markup(where + remark.text));
  }
  return out + fmt::format("<p class=\"meta\"><code>{}</code></p>\n</header>\n",
                           markup(report::shell_line(meta.argv)));
}

std::string tile(std::string_view what, const std::string& value, bool bad = false) {
  return fmt::format("<div class=\"tile{}\"><b>{}</b><span>{}</span></div>\n", bad ? " bad" : "",
                     markup(value), markup(what));
}

std::string tiles(const Result& result, const Figures& total) {
  const stats::Histogram& rtt = total.timings[Timing::rtt];
  std::uint64_t connections = 0;
  for (const Phase& phase : result.phases) connections = std::max(connections, phase.connections);
  std::string out = "<div class=\"tiles\">\n";
  out += tile("messages/s", print_short(per_second(total.counters.messages_received, total.duration)));
  if (!rtt.empty()) {
    out += tile("rtt p50", print_time(rtt.percentile(50)));
    out += tile("rtt p99", print_time(rtt.percentile(99)));
    out += tile("rtt max", print_time(rtt.max()));
  }
  if (result.search) out += tile("the limit", print_short(result.search->limit) + "/s");
  out += tile("connections at once", print_count(connections));
  out += tile("errors", print_count(total.error_count()), total.error_count() > 0);
  return out + "</div>\n";
}

// ---- tables ----

/// Rows of cells that are markup already; the first row is the heading.
std::string table(const std::vector<std::vector<std::string>>& rows, std::string_view classes = "suites") {
  if (rows.size() < 2) return {};
  std::string out = fmt::format("<div class=\"wide\"><table class=\"{}\">\n", classes);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out += i == 0 ? "<thead><tr>" : "<tr>";
    for (const std::string& cell : rows[i]) out += fmt::format("<{0}>{1}</{0}>", i == 0 ? "th" : "td", cell);
    out += i == 0 ? "</tr></thead>\n<tbody>\n" : "</tr>\n";
  }
  return out + "</tbody>\n</table></div>\n";
}

std::string section(std::string_view title, const std::string& content) {
  return content.empty() ? content : fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", title, content);
}

std::string thresholds(const Result& result) {
  std::vector<std::vector<std::string>> rows{{"threshold", "verdict", "observed", ""}};
  for (const Judgement& judgement : result.judgements) {
    rows.push_back({"<code>" + markup(judgement.threshold) + "</code>",
                    fmt::format("<span class=\"badge {0}\">{0}</span>", judgement.passed ? "ok" : "fail"),
                    markup(judgement.observed), markup(judgement.why)});
  }
  return section("Thresholds", table(rows, "suites words"));
}

std::vector<std::string> timing_row(std::string label, const stats::Histogram& histogram) {
  std::vector<std::string> row{std::move(label)};
  for (const Percentile& percentile : shown_percentiles)
    row.push_back(print_time(histogram.percentile(percentile.percent)));
  row.push_back(print_time(histogram.max()));
  row.push_back(print_time(histogram.mean()));
  row.push_back(print_count(histogram.count()));
  return row;
}

std::string timings(const Figures& total) {
  std::vector<std::vector<std::string>> rows{{""}};
  for (const Percentile& percentile : shown_percentiles) rows.front().emplace_back(percentile.name);
  for (const char* more : {"max", "mean", "samples"}) rows.front().emplace_back(more);
  for (const auto& [timing, name, title] : timing_names()) {
    if (!total.timings[timing].empty()) rows.push_back(timing_row(markup(title), total.timings[timing]));
    if (timing != Timing::rtt) continue;
    for (const auto& [label, histogram] : total.rtt_by_message) {
      if (!histogram.empty()) {
        rows.push_back(timing_row("<span class=\"indented\">" + markup(label) + "</span>", histogram));
      }
    }
  }
  return section("Timings", table(rows));
}

std::string phases(const Result& result) {
  std::vector<std::vector<std::string>> rows{{"phase", "<span class=\"asked\">asked</span>", "time",
                                              "connections", "messages/s", "rtt p50", "rtt p99", "rtt p99.9",
                                              "missed", "errors"}};
  for (const Phase& phase : result.phases) {
    const Figures& figures = phase.figures;
    std::vector<std::string> row{
        markup(phase.name) + (phase.recorded ? "" : " <i>warm-up</i>"),
        fmt::format("<span class=\"asked\">{} loop, {}</span>", name(phase.model), markup(phase.asked)),
        print_time(figures.duration), print_count(phase.connections),
        print_short(per_second(figures.counters.messages_received, figures.duration))};
    const stats::Histogram& rtt = figures.timings[Timing::rtt];
    for (const double percent : {50.0, 99.0, 99.9}) {
      row.push_back(rtt.empty() ? "–" : print_time(rtt.percentile(percent)));
    }
    row.push_back(print_count(figures.counters.missed_sends));
    row.push_back(print_count(figures.error_count()));
    rows.push_back(std::move(row));
  }
  return section("Phases", table(rows));
}

std::string search(const Result& result) {
  if (!result.search) return {};
  std::vector<std::vector<std::string>> rows{search_columns()};
  for (const Probe& probe : result.search->probes) {
    rows.push_back(search_row(probe));
    rows.back().push_back(probe.passed ? "<span class=\"badge ok\">holds</span>"
                                       : "<span class=\"badge fail\">" + markup(probe.why) + "</span>");
  }
  return section(fmt::format("The search for the limit: {}", markup(result.search->criterion)), table(rows));
}

std::string counters(const Figures& total) {
  std::vector<std::vector<std::string>> rows{{"counter", "", "a second"}};
  for (const auto& field : counter_names()) {
    const std::uint64_t count = total.counters.*field.counter;
    if (count == 0) continue;
    rows.push_back({markup(field.title), print_count(count), print_short(per_second(count, total.duration))});
  }
  return section("Counters", table(rows));
}

template <class Key>
void add_codes(std::vector<std::vector<std::string>>& rows, std::string_view what,
               const std::map<Key, std::uint64_t>& codes) {
  for (const auto& [code, count] : codes) {
    rows.push_back({fmt::format("{} {}", what, markup(fmt::format("{}", code))), print_count(count)});
  }
}

std::string answers(const Figures& total) {
  std::vector<std::vector<std::string>> rows{{"what came back", ""}};
  add_codes(rows, "error:", total.errors);
  add_codes(rows, "close code", total.close_codes);
  add_codes(rows, "HTTP status", total.http_statuses);
  return section("Errors, close codes, HTTP statuses", table(rows));
}

std::string shards(const Result& result) {
  const Meta& meta = result.meta;
  if (meta.shards.size() < 2) return {};
  std::vector<std::vector<std::string>> rows{
      {"shard", "host", "loops", "behind the agreed start", "behind the first"}};
  const auto first = std::ranges::min(meta.shards, {}, &Shard::start).start;
  for (const Shard& shard : meta.shards) {
    rows.push_back(
        {fmt::format("{} of {}", shard.rank, shard.world), markup(shard.host), std::to_string(shard.loops),
         shard.agreed_start.count() == 0 ? "–" : print_time(shard.skew()), print_time(shard.start - first)});
  }
  std::string text = table(rows);
  for (const Phase& phase : result.phases) {
    text += fmt::format("<p class=\"about\">{}: all began to measure within {}.</p>\n", markup(phase.name),
                        print_time(phase.start_spread));
  }
  return section("Shards", text);
}

std::string belief(const Result& result, const Figures& total) {
  return section(
      "How far to believe it",
      fmt::format(
          "<p class=\"about\">The generator used {:.0f} % of its processors; the clock has steps of {}. A "
          "figure "
          "from a histogram is off by less than 0.1 % of itself. rtt counts from the intended send time, so "
          "that a stall is felt by every message it delayed; “from actual send” leaves that out and stands "
          "beside it.</p>\n",
          processor_share(result.meta, total) * 100, print_time(result.meta.clock_resolution)));
}

}  // namespace

std::string to_html(const Result& result) {
  const Figures total = result.total();
  const std::string style = std::string(report::plot_style()) + std::string(load_style);
  std::string out = report::page_begin(result.meta.program + " " + result.meta.version,
                                       result.meta.url + ": " + headline(result), style);
  out += header(result) + "<main>\n" + tiles(result, total) + thresholds(result);
  out += section("Plots", "<div class=\"plots\">\n" + to_plots(result) + "</div>\n");
  out += timings(total) + phases(result) + search(result);
  out += "<div class=\"columns\">\n" + counters(total) + answers(total) + "</div>\n" + shards(result);
  return out + belief(result, total) + "</main>\n" + std::string(report::page_end);
}

}  // namespace wsrig::loadgen
