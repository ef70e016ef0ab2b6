#include <algorithm>
#include <fmt/format.h>

#include "report/result.hpp"
#include "report/text.hpp"

namespace wsrig::report {

namespace {

/// The escapes of workflow commands, with those a property needs besides. (A carriage return is already
/// visible.)
std::string escaped(std::string_view text, bool is_property) {
  std::string out;
  for (const char c : visible(text)) {
    switch (c) {
      case '%': out += "%25"; break;
      case '\n': out += "%0A"; break;
      case ':': out += is_property ? "%3A" : ":"; break;
      case ',': out += is_property ? "%2C" : ","; break;
      default: out += c;
    }
  }
  return out;
}

/// A built-in case has no file that GitHub could point at.
std::string location(const CaseResult& result) {
  if (result.file.empty() || result.file.starts_with("built-in:")) return {};
  return fmt::format("file={},line={},", escaped(result.file, true), std::max<std::size_t>(result.line, 1));
}

std::string annotation(const CaseResult& result) {
  std::string text = fmt::format("{} ({}, {})", reason_of(result), name(result.level), section_of(result));
  for (const Fact& fact : facts_of(result))
    text += fmt::format("\n{}: {}", fact.label, shorten(fact.text, 500));
  return fmt::format("::{} {}title={}::{}\n", result.fails_run ? "error" : "warning", location(result),
                     escaped(result.id, true), escaped(text, false));
}

}  // namespace

std::string to_github_annotations(const RunResult& run) {
  std::string out;
  if (!run.environment_error.empty()) {
    out += fmt::format("::error title={}::{}\n", escaped(run.program, true),
                       escaped(run.environment_error, false));
  }
  for (const CaseResult& result : run.cases) {
    if (result.fails_run) out += annotation(result);
  }
  for (const CaseResult& result : run.cases) {
    if (is_tolerated(result)) out += annotation(result);
  }
  return out;
}

}  // namespace wsrig::report
