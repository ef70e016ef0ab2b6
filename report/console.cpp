#include <algorithm>
#include <fmt/format.h>

#include "report/result.hpp"
#include "report/text.hpp"
#include "report/totals.hpp"

namespace wsrig::report {

namespace {

constexpr std::size_t most_octets = 400;   ///< of one fact
constexpr std::size_t most_failures = 20;  ///< named again in the summary
constexpr std::size_t label_width = 10;    ///< "non-strict"
constexpr std::size_t margin = 2 + label_width + 2;

/// Select Graphic Rendition, or nothing without colours.
std::string painted(std::string_view text, std::string_view code, const ConsoleStyle& style) {
  return style.color && !code.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string{text};
}
constexpr std::string_view bold = "1", dim = "2", red = "1;31";

std::string_view color_of(Grade grade) {
  switch (grade) {
    case Grade::ok: return "32";
    case Grade::informational: return "36";
    case Grade::non_strict: return "33";
    case Grade::skip: return dim;
    case Grade::fail: return "31";
    case Grade::error: return "35";
  }
  return {};
}

/// "info", "FAIL": what stands in front of a case.
std::string label_of(const CaseResult& result) {
  if (result.fails_run) return result.grade == Grade::error ? "ERROR" : "FAIL";
  return std::string{result.grade == Grade::informational ? "info" : name(result.grade)};
}

std::string label(const CaseResult& result, const ConsoleStyle& style) {
  const std::string padded = fmt::format("{:<{}}", label_of(result), label_width);
  return fmt::format("  {}  ", painted(padded, result.fails_run ? red : color_of(result.grade), style));
}

std::string one_line(std::string_view text) { return shorten(visible(text, Controls::escape), most_octets); }

/// `expected  close 1002`; the further lines of a fact stand below its first.
std::string fact_lines(const Fact& fact, const ConsoleStyle& style) {
  std::string text = shorten(visible(fact.text), most_octets);
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += margin + label_width + 1) {
    text.insert(at + 1, margin + label_width, ' ');
  }
  const std::string padded = fmt::format("{:<{}}", fact.label, label_width);
  return fmt::format("{:{}}{}{}\n", "", margin, painted(padded, dim, style), text);
}

std::string block(const CaseResult& result, const ConsoleStyle& style) {
  const std::string requirement = fmt::format("{}  {}", name(result.level), section_of(result));
  std::string out =
      fmt::format("\n{}{}   {}\n{:{}}{}\n", label(result, style), painted(one_line(result.id), bold, style),
                  painted(requirement, dim, style), "", margin, one_line(reason_of(result)));
  for (const Fact& fact : facts_of(result)) out += fact_lines(fact, style);
  return out;
}

std::string line(const CaseResult& result, const ConsoleStyle& style) {
  const std::string reason =
      result.grade == Grade::ok && !result.fails_run ? human(result.duration) : one_line(reason_of(result));
  return fmt::format("{}{}   {}\n", label(result, style), one_line(result.id), painted(reason, dim, style));
}

/// The grades that occur at all: the others get no column.
std::vector<Grade> columns_of(const Totals& all) {
  std::vector<Grade> columns{Grade::ok};
  for (const Grade grade : grades) {
    if (grade != Grade::ok && all.count(grade) > 0) columns.push_back(grade);
  }
  return columns;
}

std::string table(const RunResult& run, const ConsoleStyle& style) {
  const Totals all = totals(run);
  const std::vector<Totals> suites = totals_by_suite(run);
  const std::vector<Grade> columns = columns_of(all);
  std::size_t width = 5;
  for (const Totals& suite : suites) width = std::max(width, one_line(suite.suite).size());
  const auto row = [&](std::string_view title, const Totals& counts) {
    std::string out = fmt::format("  {:<{}}", title, width);
    for (const Grade grade : columns) {
      const std::size_t count = counts.count(grade);
      const std::string cell =
          fmt::format("{:>{}}", count == 0 ? "." : std::to_string(count), name(grade).size() + 3);
      out += painted(cell, count == 0 ? dim : color_of(grade), style);
    }
    return out + '\n';
  };
  std::string head = fmt::format("  {:<{}}", "suite", width);
  for (const Grade grade : columns) head += fmt::format("   {}", name(grade));
  std::string out = painted(head, dim, style) + '\n';
  for (const Totals& suite : suites) out += row(one_line(suite.suite), suite);
  return suites.size() > 1 ? out + row("total", all) : out;
}

std::string failures(const RunResult& run, const ConsoleStyle& style) {
  std::string out;
  std::size_t shown = 0;
  for (const CaseResult& result : run.cases) {
    if (result.fails_run && shown++ < most_failures) out += line(result, style);
  }
  if (shown > most_failures) out += fmt::format("{:{}}… and {} more\n", "", margin, shown - most_failures);
  return out.empty() ? out : '\n' + out;
}

}  // namespace

std::string console_case(const CaseResult& result, const ConsoleStyle& style) {
  if (result.fails_run) return block(result, style);
  const bool is_quiet = result.grade == Grade::ok || result.grade == Grade::skip;
  return is_quiet && !style.verbose ? std::string{} : line(result, style);
}

std::string console_summary(const RunResult& run, const ConsoleStyle& style) {
  std::string out = run.cases.empty() ? std::string{} : '\n' + table(run, style) + failures(run, style);
  const bool good = run.exit_code() == 0;
  const std::string verdict = painted(good ? "PASSED" : "FAILED", good ? "1;32" : red, style);
  const std::string facts = fmt::format("{} cases, {}, seed {}, {}", run.cases.size(), human(run.duration),
                                        run.seed, one_line(run.subject));
  out += fmt::format("\n  {}  {}   {}\n", verdict, headline(run), painted(facts, dim, style));
  for (const std::string& remark : remarks(run)) out += fmt::format("          {}\n", one_line(remark));
  return out;
}

}  // namespace wsrig::report
