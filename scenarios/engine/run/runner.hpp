#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/result.hpp"
#include "report/result.hpp"
#include "scenarios/engine/format/model.hpp"
#include "scenarios/engine/run/baseline.hpp"
#include "scenarios/engine/run/settings.hpp"

namespace wsrig::engine {

/// What fails a run.
struct Severity {
  report::Level fail_on = report::Level::must;  ///< the weakest level whose failure counts
  bool strict = false;                          ///< a non-strict grade counts as failure
};

struct RunOptions {
  std::string subject_url;  ///< empty: the file's `use: echo`, or an echo of our own
  bool own_echo_over_tls = false;
  std::string backend_address = "127.0.0.1:0";  ///< where the tester's end behind a proxy listens
  CaseSettings cases;                           ///< its subject's URL and TLS are filled in by the runner
  net::TlsClientOptions tls;
  std::size_t jobs = 8;  ///< cases side by side
  bool fail_fast = false;
  Severity severity;
  std::optional<Baseline> baseline;
  std::vector<std::string> argv;  ///< as given, for the reports
  std::string reproduce;          ///< the command, to which `--only ID` is added
  std::function<void(const report::RunResult&, std::size_t selected)> on_start;
  std::function<void(const report::CaseResult&)> on_case;
  /// Before the on_case of a load, whose verdict it may add to.
  std::function<void(report::CaseResult& verdict, const loadgen::Result&)> on_load;
  std::function<void(std::size_t done, std::size_t total)> on_progress;
  std::chrono::milliseconds progress_every{10'000};
  std::function<void(std::string)> on_note;  ///< a hint for the user, one line
};

/// Runs cases side by side on one loop in this thread; files with services of their own one after the other.
/// SIGINT and SIGTERM end it with a complete report of what ran.
report::RunResult run_cases(const std::vector<CaseInstance>& instances, const RunOptions& options);

}  // namespace wsrig::engine
