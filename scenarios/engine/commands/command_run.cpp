#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <fstream>

#include "loadgen/console.hpp"
#include "net/url.hpp"
#include "scenarios/engine/commands/commands.hpp"
#include "scenarios/engine/commands/report_files.hpp"
#include "scenarios/engine/commands/selection_options.hpp"
#include "scenarios/engine/commands/subject_options.hpp"
#include "scenarios/engine/run/runner.hpp"

/// `wsrig test` and `wsrig run`: the same but for where the cases come from.
namespace wsrig::engine {

namespace {

diag::Diagnostic wrong(std::string message) {
  diag::Diagnostic diagnostic;
  diagnostic.message = std::move(message);
  return diagnostic;
}

std::vector<cli::Option> all_run_options() {
  std::vector<cli::Option> options = selection_options();
  for (auto part : {subject_options(), run_options(), report_options()}) {
    options.insert(options.end(), part.begin(), part.end());
  }
  return options;
}

bool is_url(const std::string& text) { return text.find("://") != std::string::npos; }

/// A file that is expected to fail in known ways.
std::optional<diag::Diagnostic> read_baseline(const cli::Values& values, const ChosenCases& cases,
                                              RunOptions& options) {
  if (!values.given("expected")) {
    if (values.flag("update-expected")) return wrong("--update-expected needs --expected FILE");
    return std::nullopt;
  }
  auto baseline = Baseline::load(values.text("expected"), values.flag("update-expected"));
  if (!baseline) return baseline.error();
  std::vector<std::string> ids;
  for (const auto& instance : cases.all) ids.push_back(instance.id);
  const auto stale = baseline->stale(ids);
  if (!stale.empty() && !values.flag("update-expected")) return stale.front();
  options.baseline = std::move(*baseline);
  return std::nullopt;
}

/// What a user types to run one case again.
std::string reproduce_command(const cli::Command& command, const std::vector<std::string>& positionals,
                              const cli::Values& values) {
  std::string text = command.program;
  for (const auto& one : positionals) text += " " + one;
  for (const auto* name : {"oracle", "subprotocol", "ca", "server-name", "cert", "key"}) {
    if (values.given(name)) {
      text += fmt::format(" --{} '{}'", name, values.text(name));
    }
  }
  if (values.flag("insecure")) text += " --insecure";
  return text;
}

void print_error(std::string_view program, std::string_view text) {
  fmt::print(stderr, "{}: {}\n", program, text);
}

struct Prepared {
  ChosenCases cases;
  RunOptions options;
};

diag::Result<Prepared> prepare(const cli::Command& command, const std::string& url,
                               const std::vector<std::string>& paths, const cli::Values& values) {
  if (!url.empty()) {
    const auto parsed = net::parse_url(url);
    if (!parsed) {
      return wrong(fmt::format("{}: {}", url, parsed.error()));
    }
    if (!parsed->is_websocket()) {
      return wrong(fmt::format("{}: the subject must be ws:// or wss://", url));
    }
  }
  Prepared prepared;
  auto options = read_run_options(values);
  if (!options) return options.error();
  prepared.options = std::move(*options);
  auto cases = choose_cases(paths, values);
  if (!cases) return cases.error();
  prepared.cases = std::move(*cases);
  if (auto mistake = read_baseline(values, prepared.cases, prepared.options)) return *mistake;
  prepared.options.subject_url = url;
  prepared.options.reproduce = reproduce_command(command, values.positionals(), values);
  return prepared;
}

int write_baseline(const cli::Values& values, const RunOptions& options, const report::RunResult& run) {
  std::ofstream file(values.text("expected"), std::ios::binary | std::ios::trunc);
  file << options.baseline->updated(run);
  file.close();
  if (file.fail()) {
    print_error("wsrig", fmt::format("cannot write {}", values.text("expected")));
    return cli::exit_code::environment;
  }
  return cli::exit_code::ok;
}

diag::Result<int> run_and_report(const cli::Command& command, const std::string& url,
                                 const std::vector<std::string>& paths, const cli::Values& values) {
  auto prepared = prepare(command, url, paths, values);
  if (!prepared) return prepared.error();
  RunOptions& options = prepared->options;
  auto files = ReportFiles::open(values);
  if (!files) {
    print_error(command.program, files.error());
    return cli::exit_code::environment;
  }
  const report::ConsoleStyle style{.color = cli::use_color(values, 1), .verbose = values.flag("verbose")};
  options.cases.record = values.given("artifacts");
  options.own_echo_over_tls = values.flag("tls");
  if (values.given("backend")) options.backend_address = values.text("backend");
  options.argv = values.argv();
  options.on_start = [&](const report::RunResult& run, std::size_t selected) { files->start(run, selected); };
  const bool live = cli::is_live(2) && !values.flag("quiet");
  options.progress_every = live ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10'000);
  options.on_progress = [live](std::size_t done, std::size_t total) {
    fmt::print(stderr, "{}{} of {} cases{}", live ? "\r" : "", done, total, live ? "" : "\n");
  };
  options.on_note = [&](const std::string& note) { print_error(command.program, note); };
  options.on_case = [&](const report::CaseResult& result) {
    files->add(result);
    if (values.flag("quiet")) return;
    if (live) fmt::print(stderr, "\r\x1b[K");
    fmt::print("{}", report::console_case(result, style));
    std::fflush(stdout);  // who reads a pipe wants it while the run goes on
  };

  options.on_load = [&](report::CaseResult& verdict, const loadgen::Result& result) {
    files->add_load(verdict, result);
    if (!values.flag("quiet")) fmt::print("{}", loadgen::final_table(result, style.color));
  };

  const report::RunResult run = run_cases(prepared->cases.chosen, options);
  if (live) fmt::print(stderr, "\r\x1b[K");
  fmt::print("{}", report::console_summary(run, style));
  if (const std::string problems = files->finish(run); !problems.empty()) {
    print_error(command.program, problems);
    return cli::exit_code::environment;
  }
  if (values.flag("update-expected") && !run.interrupted) return write_baseline(values, options, run);
  return run.exit_code();
}

}  // namespace

cli::Program test_command() {
  cli::Command command{
      .program = "wsrig test",
      .summary = "judge a WebSocket server by the built-in standard suite",
      .description =
          "Runs the conformance cases that are compiled into wsrig against a running server, and tells what "
          "it violates, with the sections of the RFCs. The server is expected to echo what it is sent; for "
          "others say so with --oracle.",
      .positionals = {{.name = "URL",
                       .help = "the server: ws://host:port/path or wss://…",
                       .required = true}},
      .options = all_run_options(),
      .examples = {"wsrig test ws://127.0.0.1:9001",
                   "wsrig test wss://localhost:8443/chat --oracle ping --ca ca.pem",
                   "wsrig test ws://127.0.0.1:9001 --only 'rfc6455/5.4*' -v",
                   "wsrig test ws://127.0.0.1:9001 --junit out.xml --json out.json --html out.html"}};
  return {.command = command, .run = [command](const cli::Values& values) {
            return run_and_report(command, values.positionals().front(), {}, values);
          }};
}

cli::Program run_command() {
  cli::Command command{
      .program = "wsrig run",
      .summary = "run scenario files",
      .description =
          "Runs every case of the files, and of the *.yaml files below the folders. Without a URL the "
          "subject is the file's service `use: echo`, or else an echo server that is started for the run.",
      .positionals = {{.name = "URL|PATH",
                       .help = "the subject (ws://…), then files or folders",
                       .repeatable = true,
                       .required = true}},
      .options = all_run_options(),
      .examples = {"wsrig run scenarios/conformance",
                   "wsrig run ws://127.0.0.1:9001 my-cases.yaml --seed 42"}};
  command.options.push_back({.name = "tls",
                             .help = "without a URL: start the echo server with TLS",
                             .default_value = "",
                             .group = "The subject"});
  command.options.push_back({.name = "backend",
                             .value = "HOST:PORT",
                             .help = "where the tester's end behind a proxy under test listens",
                             .default_value = "127.0.0.1:0",
                             .group = "The subject"});
  return {.command = command, .run = [command](const cli::Values& values) -> diag::Result<int> {
            auto paths = values.positionals();
            std::string url;
            if (is_url(paths.front())) {
              url = paths.front();
              paths.erase(paths.begin());
            }
            if (paths.empty()) return wrong("nothing to run: name a scenario file or folder");
            return run_and_report(command, url, paths, values);
          }};
}

}  // namespace wsrig::engine
