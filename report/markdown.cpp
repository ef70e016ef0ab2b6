#include <algorithm>
#include <fmt/format.h>

#include "report/result.hpp"
#include "report/text.hpp"
#include "report/totals.hpp"

namespace wsrig::report {

namespace {

constexpr std::size_t most_cases = 50;     ///< a job summary may have 1 MiB
constexpr std::size_t most_octets = 2000;  ///< of one fact

/// Text of ours or of a peer within a line or a table cell: nothing in it is Markdown or HTML.
std::string plain(std::string_view text) {
  constexpr std::string_view special = "\\`*_[]#|~<>&";
  std::string out;
  for (const char c : visible(text, Controls::escape)) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// A block of code with a fence longer than any in the text.
std::string fenced(std::string_view text) {
  std::size_t longest = 2, current = 0;
  for (const char c : text) {
    current = c == '`' ? current + 1 : 0;
    longest = std::max(longest, current);
  }
  const std::string fence(longest + 1, '`');
  return fmt::format("{}text\n{}\n{}\n", fence, text, fence);
}

std::string section_link(const std::string& section) {
  const std::string url = section_url(section);
  return url.empty() ? plain(section) : fmt::format("[{}]({})", plain(section), url);
}

std::string table(const RunResult& run) {
  std::string out =
      "| suite | ok | informational | non-strict | skip | fail | error |\n|---|--:|--:|--:|--:|--:|--:|\n";
  const auto row = [&out](const std::string& title, const Totals& totals) {
    out += "| " + title + " |";
    for (const Grade grade : grades) {
      out += totals.count(grade) == 0 ? "  |" : fmt::format(" {} |", totals.count(grade));
    }
    out += '\n';
  };
  for (const Totals& suite : totals_by_suite(run)) row(plain(suite.suite), suite);
  row("**total**", totals(run));
  return out;
}

std::string failing_case(const CaseResult& result) {
  std::string facts;
  for (const Fact& fact : facts_of(result)) {
    facts += fmt::format("{:<9} {}\n", fact.label, shorten(visible(fact.text), most_octets));
  }
  if (!facts.empty()) facts.pop_back();
  return fmt::format("\n#### {}\n\n{} · {} · {}: {}\n\n{}", plain(result.id), name(result.grade),
                     name(result.level), section_link(section_of(result)),
                     plain(shorten(reason_of(result), most_octets)), fenced(facts));
}

}  // namespace

std::string to_markdown(const RunResult& run) {
  const std::size_t failing = run.failing();
  std::string out = fmt::format("## {} {}: {}\n\n{} cases against {}, seed {}, {}\n\n",
                                run.exit_code() == 0 ? "✅" : "❌", plain(run.program), plain(headline(run)),
                                run.cases.size(), plain(run.subject), run.seed, human(run.duration));
  for (const std::string& remark : remarks(run)) out += fmt::format("> {}\n\n", plain(remark));
  if (!run.cases.empty()) out += table(run);
  std::size_t shown = 0;
  for (const CaseResult& result : run.cases) {
    if (result.fails_run && shown++ < most_cases) out += failing_case(result);
  }
  if (failing > most_cases) out += fmt::format("\n… and {} more\n", failing - most_cases);
  return out;
}

}  // namespace wsrig::report
