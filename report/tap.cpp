#include <fmt/format.h>

#include "report/result.hpp"
#include "report/text.hpp"

namespace wsrig::report {

namespace {

/// A line of text in TAP: `#` would begin a directive, and `\` is the escape.
std::string description(std::string_view text) {
  std::string out;
  for (const char c : visible(text, Controls::escape)) {
    if (c == '#' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string yaml(std::string_view key, std::string_view value) {
  return value.empty() ? std::string{} : fmt::format("  {}: {}\n", key, json_string(value));
}

/// The YAML block below a test point.
std::string diagnostics(const CaseResult& result) {
  std::string out = "  ---\n" + yaml("message", reason_of(result)) + yaml("severity", name(result.grade)) +
                    yaml("level", name(result.level)) + yaml("section", section_of(result)) +
                    yaml("expected", result.expected) + yaml("received", result.received);
  if (!result.file.empty())
    out += fmt::format("  at:\n    file: {}\n    line: {}\n", json_string(result.file), result.line);
  out += yaml("step", result.step) + yaml("baseline", result.baseline) + yaml("rerun", result.reproduce);
  if (!result.transcript.empty()) out += "  transcript:\n";
  for (const TranscriptLine& line : result.transcript) {
    out += fmt::format("    - {}\n", json_string(transcript_line(line)));
  }
  return out + fmt::format("  duration_ms: {}.{:03}\n  ...\n", result.duration.count() / 1000,
                           result.duration.count() % 1000);
}

/// `not ok … # TODO` is TAP's word for a failure that is tolerated.
std::string directive(const CaseResult& result) {
  if (result.fails_run) return {};
  if (result.grade == Grade::skip) return " # SKIP " + description(reason_of(result));
  return is_tolerated(result) ? " # TODO " + description(reason_of(result)) : std::string{};
}

}  // namespace

std::string to_tap(const RunResult& run) {
  std::string out = fmt::format(
      "TAP version 14\n# schema: wsrig-tap/1\n# {} {}\n# seed: {}\n# argv: {}\n# subject: {}\n1..{}\n",
      run.program, run.version, run.seed, visible(shell_line(run.argv), Controls::escape),
      visible(run.subject, Controls::escape), run.cases.size());
  std::size_t number = 0;
  for (const CaseResult& result : run.cases) {
    const bool good = !result.fails_run && !is_tolerated(result);
    out += fmt::format("{} {} - {}{}\n", good ? "ok" : "not ok", ++number, description(result.id),
                       directive(result));
    if (result.grade != Grade::ok || result.fails_run) out += diagnostics(result);
  }
  if (!run.environment_error.empty()) out += "Bail out! " + description(run.environment_error) + '\n';
  if (run.interrupted) out += "Bail out! interrupted\n";
  return out;
}

}  // namespace wsrig::report
