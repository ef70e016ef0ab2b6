#include <algorithm>
#include <fmt/format.h>

#include "report/result.hpp"
#include "report/text.hpp"
#include "report/totals.hpp"

namespace wsrig::report {

namespace {

/// How JUnit readers are told: what fails the run is a failure (or an error, when it could not be judged),
/// what is skipped or tolerated is skipped, and the rest has passed.
enum class Mark { passed, failure, error, skipped };

Mark mark_of(const CaseResult& result) {
  if (result.fails_run) return result.grade == Grade::error ? Mark::error : Mark::failure;
  if (result.grade == Grade::skip || is_tolerated(result)) return Mark::skipped;
  return Mark::passed;
}

std::string counts(const std::vector<const CaseResult*>& cases) {
  const auto count = [&](Mark mark) {
    return std::ranges::count_if(cases,
                                 [mark](const CaseResult* result) { return mark_of(*result) == mark; });
  };
  return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}")", cases.size(),
                     count(Mark::failure), count(Mark::error), count(Mark::skipped));
}

/// The facts and the transcript as plain lines: what a reader shows below the message.
std::string details(const CaseResult& result) {
  std::string out = fmt::format("{}\n{} {}\n", reason_of(result), name(result.level), section_of(result));
  for (const Fact& fact : facts_of(result)) out += fmt::format("{}: {}\n", fact.label, fact.text);
  if (!result.transcript.empty()) out += "transcript:\n";
  for (const TranscriptLine& line : result.transcript) out += "  " + transcript_line(line) + '\n';
  return out;
}

/// A line end in an attribute has to be a reference, or a reader makes a blank of it.
std::string attribute(std::string_view text) { return markup(visible(text, Controls::escape)); }

std::string verdict(const CaseResult& result) {
  const std::string message = attribute(reason_of(result));
  const std::string_view grade = name(result.grade);
  switch (mark_of(result)) {
    case Mark::failure:
      return fmt::format("      <failure message=\"{}\" type=\"{}\">{}</failure>\n", message, grade,
                         markup(details(result)));
    case Mark::error:
      return fmt::format("      <error message=\"{}\" type=\"{}\">{}</error>\n", message, grade,
                         markup(details(result)));
    case Mark::skipped:
      return fmt::format("      <skipped message=\"{}{}\"/>\n", is_tolerated(result) ? "tolerated: " : "",
                         message);
    case Mark::passed: break;
  }
  if (result.grade == Grade::ok) return {};
  return fmt::format("      <system-out>{}: {}</system-out>\n", grade, markup(details(result)));
}

std::string test_case(const CaseResult& result) {
  std::string_view local_name = result.id;
  if (local_name.starts_with(result.suite + "/")) local_name.remove_prefix(result.suite.size() + 1);
  std::string place;
  if (!result.file.empty())
    place = fmt::format(" file=\"{}\" line=\"{}\"", attribute(result.file), result.line);
  const std::string head =
      fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"{}\"{}", attribute(local_name),
                  attribute(result.suite), seconds(result.duration), place);
  const std::string body = verdict(result);
  return body.empty() ? head + "/>\n" : head + ">\n" + body + "    </testcase>\n";
}

std::string property(std::string_view name, std::string_view value) {
  return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, attribute(value));
}

std::string properties(const RunResult& run) {
  return "    <properties>\n" + property("schema", "wsrig-junit/1") + property("version", run.version) +
         property("seed", std::to_string(run.seed)) + property("subject", run.subject) +
         property("argv", shell_line(run.argv)) + "    </properties>\n";
}

/// JUnit wants a local time without an offset: ours is UTC, and its Z is left out.
std::string timestamp(std::string_view iso) {
  if (iso.ends_with('Z')) iso.remove_suffix(1);
  return attribute(iso);
}

std::string test_suite(const RunResult& run, const Totals& suite) {
  std::vector<const CaseResult*> cases;
  for (const CaseResult& result : run.cases) {
    if (result.suite == suite.suite) cases.push_back(&result);
  }
  std::string out =
      fmt::format("  <testsuite name=\"{}\" {} time=\"{}\" timestamp=\"{}\">\n", attribute(suite.suite),
                  counts(cases), seconds(suite.duration), timestamp(run.started));
  out += properties(run);
  for (const CaseResult* result : cases) out += test_case(*result);
  return out + "  </testsuite>\n";
}

/// A run that judged nothing must not look like one without failures.
std::string environment_suite(const RunResult& run) {
  return fmt::format(
      "  <testsuite name=\"environment\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\" "
      "time=\"0\" timestamp=\"{}\">\n{}    <testcase name=\"subject\" classname=\"environment\" "
      "time=\"0\">\n      <error message=\"{}\" type=\"environment\"/>\n    </testcase>\n"
      "  </testsuite>\n",
      timestamp(run.started), properties(run), attribute(run.environment_error));
}

}  // namespace

std::string to_junit(const RunResult& run) {
  std::string out =
      fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" time=\"{}\">\n",
                  attribute(run.program), seconds(run.duration));
  for (const Totals& suite : totals_by_suite(run)) out += test_suite(run, suite);
  if (!run.environment_error.empty()) out += environment_suite(run);
  return out + "</testsuites>\n";
}

}  // namespace wsrig::report
