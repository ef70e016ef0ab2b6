#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsrig::report {

/// How a case ended. `error`: it could not be judged (no connection, no sign of life before the
/// provocation); counts as failed.
enum class Grade : std::uint8_t { ok, informational, non_strict, skip, fail, error };
/// The requirement's level. `contested`: readings differ, or the probe breaks a MUST itself; never fails a
/// peer by default.
enum class Level : std::uint8_t { must, should, may, contested };

std::string_view name(Grade grade);  ///< "ok", "non-strict", …
std::string_view name(Level level);
std::optional<Grade> grade_from_name(std::string_view name);
std::optional<Level> level_from_name(std::string_view name);

/// One line of what went over the wire, in the notation.
struct TranscriptLine {
  std::chrono::microseconds at{};  ///< since the case began
  std::string connection{};        ///< empty for the only one
  char direction = '-';            ///< '>' sent by the tester, '<' by the subject, '-' a remark
  std::string text{};
};

struct CaseResult {
  std::string id{};  ///< suite/case[cut=1B]
  std::string suite{};
  std::vector<std::string> aliases{};
  std::vector<std::string> tags{};
  std::vector<std::string> requirements{};  ///< that the case covers: R067
  Level level = Level::must;
  std::string section{};  ///< "RFC 6455 §5.4": what the case tests
  std::string about{};
  Grade grade = Grade::ok;
  bool fails_run = false;      ///< decided by level, --fail-on, --strict and the baseline
  std::string message{};       ///< one line: why the grade is not ok
  std::string rule_section{};  ///< the section that was broken, when it is another than the case's
  std::string expected{};      ///< in notation; empty when ok
  std::string received{};      ///< in notation, with hex where it helps
  std::string file{};          ///< scenario file, or built-in:…
  std::size_t line = 0;        ///< of the step that decided
  std::string step{};          ///< that step's text
  std::string reproduce{};     ///< one command
  std::chrono::microseconds duration{};
  std::vector<TranscriptLine> transcript{};
  std::vector<std::uint8_t>
      capture{};  ///< a pcapng file of what went over the wire; empty where nobody wants it
  std::vector<std::string> documents{};  ///< files that tell more of it: of a load, its own report
  bool unreachable = false;              ///< no connection to the subject could be made
  std::string baseline{};                ///< the reason, when a baseline expected this grade
};

struct RunResult {
  std::string program = "wsrig";
  std::string version{};
  std::vector<std::string> argv{};
  std::string subject{};  ///< URL, or how it was started
  std::uint64_t seed = 0;
  std::string started{};  ///< ISO 8601, UTC
  std::chrono::microseconds duration{};
  bool interrupted = false;
  std::string environment_error{};  ///< why nothing could be judged; empty otherwise
  std::string first_unreachable{};  ///< the id of the case that first found the subject gone
  std::vector<CaseResult> cases{};  ///< in the order of the files

  std::size_t count(Grade grade) const;
  std::size_t failing() const;  ///< cases that fail the run
  std::size_t judged() const;   ///< cases that got a grade: neither skipped nor in error
  /// 0: all as expected; 1: something failed the run, or nothing could be judged; 3: the environment failed
  /// before any case was judged; 130: interrupted.
  int exit_code() const;
};

// Writers: each returns the whole document. Octets that are not UTF-8 appear as \xNN, control characters as
// \u00NN wherever the format cannot hold them.
std::string to_json(const RunResult& run);
std::string to_junit(const RunResult& run);
std::string to_tap(const RunResult& run);
std::string to_html(const RunResult& run);
std::string to_markdown(const RunResult& run);  ///< a job summary
std::string to_github_annotations(const RunResult& run);
// JSON lines while running: one event a line, without its line end.
std::string start_event(const RunResult& run, std::size_t selected);
std::string case_event(const CaseResult& result);
std::string end_event(const RunResult& run);

// Console: a block with expected and received for a case that fails the run, one line for another that is not
// ok, nothing for ok and skip; and the summary by suite. Both end with a line end or are empty.
struct ConsoleStyle {
  bool color = false;
  bool verbose = false;  ///< a line for every case
};
std::string console_case(const CaseResult& result, const ConsoleStyle& style);
std::string console_summary(const RunResult& run, const ConsoleStyle& style);

}  // namespace wsrig::report
