#include "loadgen/compare.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "cli/options.hpp"
#include "loadgen/percentiles.hpp"
#include "loadgen/units.hpp"
#include "report/json_writer.hpp"
#include "report/text.hpp"
#include "report/text_table.hpp"

namespace wsrig::loadgen {

namespace {

using stats::Statistic;
using Verdict = stats::Comparison::Verdict;

/// The seconds of the phases that count, or those phases whole where they have none.
stats::MeasuredRun measured(const Result& result, bool of_throughput) {
  stats::MeasuredRun run;
  const auto add = [&](const Figures& figures) {
    stats::Stretch stretch{.seconds = std::chrono::duration<double>(figures.duration).count()};
    stretch.samples = figures.timings[Timing::rtt];
    // The last instants of a phase are no second, and their few messages no rate.
    if (!of_throughput || stretch.seconds > 0.1) run.push_back(std::move(stretch));
  };
  for (const Phase& phase : result.phases) {
    if (!phase.recorded) continue;
    if (phase.seconds.empty()) add(phase.figures);
    for (const Second& second : phase.seconds) add(second.figures);
  }
  return run;
}

std::vector<stats::MeasuredRun> measured(const std::vector<Result>& results, bool of_throughput) {
  std::vector<stats::MeasuredRun> runs;
  for (const Result& result : results) runs.push_back(measured(result, of_throughput));
  return runs;
}

void add_warnings(ComparisonReport& report, std::string_view side, const std::vector<Result>& results) {
  std::uint64_t errors = 0;
  for (const Result& result : results) errors += result.total().error_count();
  if (errors > 0) report.warnings.push_back(fmt::format("{} had {} errors", side, print_count(errors)));
  for (const Result& result : results) {
    for (const Remark& remark : result.remarks) {
      if (remark.concern == Concern::note) continue;
      std::string text = fmt::format("{}: {}", side, remark.text);
      if (std::ranges::find(report.warnings, text) == report.warnings.end())
        report.warnings.push_back(std::move(text));
    }
  }
}

/// What was asked of a subject, in words.
std::string load_of(const Result& result) {
  std::string text;
  for (const Phase& phase : result.phases) text += fmt::format("{} {}; ", name(phase.model), phase.asked);
  return text;
}

std::string title(const std::vector<Result>& results, std::string_view fallback) {
  if (results.empty()) return std::string(fallback);
  const Meta& meta = results.front().meta;
  return meta.name.empty() ? meta.url : meta.name;
}

std::string print_value(const ComparedFigure& figure, double value) {
  return figure.is_time ? print_time(value) : print_short(value) + "/s";
}

/// "+10.2 %"
std::string print_change(double ratio) { return fmt::format("{:+.1f} %", (ratio - 1) * 100); }

/// What a verdict says of B, in the words of the figure.
std::string_view words(const ComparedFigure& figure) {
  const bool is_time = figure.is_time;
  switch (figure.comparison.verdict) {
    case Verdict::higher: return is_time ? "slower" : "more";
    case Verdict::lower: return is_time ? "faster" : "less";
    case Verdict::no_difference: return "no difference";
    case Verdict::unknown: break;
  }
  return "too little to tell";
}

bool is_worse(const ComparedFigure& figure) {
  return figure.comparison.verdict == (figure.higher_is_worse ? Verdict::higher : Verdict::lower);
}

bool is_better(const ComparedFigure& figure) {
  return figure.comparison.verdict == (figure.higher_is_worse ? Verdict::lower : Verdict::higher);
}

template <class Wanted>
std::vector<std::string> judged_names(const ComparisonReport& report, const Wanted& wanted) {
  std::vector<std::string> names;
  for (const ComparedFigure& figure : report.figures) {
    if (figure.is_judged && wanted(figure)) names.push_back(figure.name);
  }
  return names;
}

bool is_any_known(const ComparisonReport& report) {
  return std::ranges::any_of(report.figures, [](const ComparedFigure& figure) {
    return figure.is_judged && figure.comparison.verdict != Verdict::unknown;
  });
}

std::string headline(const ComparisonReport& report) {
  const auto worse = report.worse(), better = report.better();
  if (!is_any_known(report)) return "too little was measured to tell A from B";
  if (worse.empty() && better.empty()) return "no difference";
  std::string text;
  if (!worse.empty()) text = fmt::format("B is worse: {}", fmt::join(worse, ", "));
  if (!better.empty())
    text += fmt::format("{}B is better: {}", text.empty() ? "" : "; ", fmt::join(better, ", "));
  return text;
}

std::string method(const ComparisonReport& report) {
  const bool between = std::ranges::any_of(
      report.figures, [](const ComparedFigure& figure) { return figure.comparison.between_runs; });
  const std::string runs = fmt::format("{} run{} of each", report.pairs, report.pairs == 1 ? "" : "s");
  return between ? runs + ", compared in pairs"
                 : runs + ": the spread between runs is assumed; three pairs or more would measure it";
}

}  // namespace

std::vector<std::string> ComparisonReport::worse() const { return judged_names(*this, is_worse); }
std::vector<std::string> ComparisonReport::better() const { return judged_names(*this, is_better); }

int ComparisonReport::exit_code() const {
  return worse().empty() && is_any_known(*this) ? cli::exit_code::ok : cli::exit_code::failed;
}

ComparisonReport compare_results(const std::vector<Result>& a, const std::vector<Result>& b,
                                 const stats::ComparisonOptions& options) {
  ComparisonReport report{.a = title(a, "A"), .b = title(b, "B"), .pairs = std::min(a.size(), b.size())};
  using Kind = Statistic::Kind;
  const auto add = [&](std::string name, bool is_judged, const Statistic& statistic) {
    const bool is_rate = statistic.kind == Kind::rate;
    report.figures.push_back(
        {.name = std::move(name),
         .is_judged = is_judged,
         .higher_is_worse = !is_rate,
         .is_time = !is_rate,
         .comparison = stats::compare(measured(a, is_rate), measured(b, is_rate), statistic, options)});
  };
  add("rtt p50", true, {.percent = 50});
  add("rtt p90", false, {.percent = 90});
  add("rtt p99", true, {.percent = 99});
  add("rtt p99.9", false, {.percent = 99.9});
  add("rtt mean", false, {.kind = Kind::mean});
  add("replies", true, {.kind = Kind::rate});
  add_warnings(report, "A", a);
  add_warnings(report, "B", b);
  if (!a.empty() && !b.empty() && load_of(a.front()) != load_of(b.front())) {
    report.warnings.push_back(
        fmt::format("the loads differ: A {} B {}", load_of(a.front()), load_of(b.front())));
  }
  return report;
}

std::string comparison_table(const ComparisonReport& report, bool color) {
  report::TextTable table({"", "A", "B", "B against A", "interval", ""});
  for (const ComparedFigure& figure : report.figures) {
    const stats::Comparison& seen = figure.comparison;
    const bool is_known = seen.verdict != Verdict::unknown;
    const std::string verdict{figure.is_judged ? words(figure) : is_known ? "–" : words(figure)};
    table.add({figure.name, print_value(figure, seen.a), print_value(figure, seen.b),
               is_known ? print_change(seen.ratio) : "",
               is_known ? fmt::format("{} … {}", print_change(seen.low), print_change(seen.high)) : "",
               verdict});
  }
  const auto clean = [](const std::string& text) { return report::visible(text, report::Controls::escape); };
  std::string out =
      fmt::format("\n  A  {}\n  B  {}\n\n{}\n", clean(report.a), clean(report.b), table.print(color));
  for (const std::string& warning : report.warnings) out += fmt::format("  careful: {}\n", clean(warning));
  const std::string verdict = headline(report);
  const std::string_view paint = !report.worse().empty() ? "1;31" : "32";
  return out + fmt::format("  {}\n  {}\n", color ? fmt::format("\x1b[{}m{}\x1b[0m", paint, verdict) : verdict,
                           method(report));
}

std::string comparison_json(const ComparisonReport& report) {
  report::JsonWriter out;
  out.begin_object().member("schema", "wsrig-load-comparison/1").member("version", cli::version_number());
  out.member("a", report.a).member("b", report.b).member("pairs", report.pairs);
  out.member("verdict", headline(report)).member("exit_code", report.exit_code());
  out.key("figures").begin_array();
  for (const ComparedFigure& figure : report.figures) {
    const stats::Comparison& seen = figure.comparison;
    out.begin_object().member("name", figure.name).member("judged", figure.is_judged);
    out.member("verdict", words(figure)).member("unit", figure.is_time ? "ns" : "1/s");
    out.member("a", seen.a).member("b", seen.b).member("ratio", seen.ratio);
    out.member("low", seen.low)
        .member("high", seen.high)
        .member("between_runs", seen.between_runs)
        .end_object();
  }
  out.end_array().key("warnings").begin_array();
  for (const std::string& warning : report.warnings) out.value(warning);
  return out.end_array().end_object().text() + '\n';
}

}  // namespace wsrig::loadgen
