#include "scenarios/engine/run/load_run.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <sstream>
#include <utility>

#include "cli/options.hpp"
#include "loadgen/console.hpp"
#include "loadgen/threshold.hpp"
#include "loadgen/verdicts.hpp"
#include "scenarios/engine/run/load_session.hpp"
#include "scenarios/engine/run/process_usage.hpp"

namespace wsrig::engine {
namespace {

using namespace std::chrono_literals;
using report::Grade;

constexpr auto usage_interval = 500ms;

report::CaseResult describe(const CaseInstance& instance) {
  report::CaseResult result;
  result.id = instance.id;
  result.suite = instance.file->suite;
  result.section = instance.definition->section;
  result.about = instance.definition->about;
  result.file = instance.file->source->name();
  result.line = instance.definition->line;
  return result;
}

/// The table, as remarks: it stands in every report.
std::vector<report::TranscriptLine> table_lines(const loadgen::Result& result) {
  std::vector<report::TranscriptLine> lines;
  std::istringstream table(loadgen::final_table(result));
  for (std::string line; std::getline(table, line);) {
    if (!line.empty()) lines.push_back({.text = line});
  }
  return lines;
}

}  // namespace

struct LoadRun::State {
  State(net::Loop& the_loop, const CaseSettings& the_settings, const CaseInstance& the_instance,
        const std::vector<std::string>& the_argv, Done the_done)
      : loop(the_loop),
        settings(the_settings),
        instance(the_instance),
        argv(the_argv),
        done(std::move(the_done)),
        verdict(describe(the_instance)),
        usage_timer(the_loop) {}

  void start();
  std::optional<std::string> prepare();
  std::optional<std::string> value_of(std::string_view name) const;
  std::optional<std::string> read_secrets(const Script& session);
  void watch_services();
  void finish(loadgen::Result result);
  void judge(const loadgen::Result& result);
  void tell(loadgen::Result result);

  net::Loop& loop;
  const CaseSettings& settings;
  const CaseInstance& instance;
  const std::vector<std::string>& argv;
  Done done;
  report::CaseResult verdict;
  loadgen::Config config;
  std::optional<net::TlsContext> tls;
  std::unique_ptr<loadgen::Run> run;
  net::Timer usage_timer;
  std::chrono::steady_clock::time_point began{};
  std::vector<loadgen::ServiceUsage> usage;
  Variables secrets;
  std::uint64_t sessions = 0;  ///< made so far
};

void LoadRun::State::start() {
  began = std::chrono::steady_clock::now();
  if (auto problem = prepare()) {
    verdict.grade = Grade::error;
    verdict.message = std::move(*problem);
    return loop.post([this] { tell({}); });
  }
  for (const Service& service : instance.file->services) usage.push_back({.name = service.name});
  run = std::make_unique<loadgen::Run>(loop, config, tls ? &*tls : nullptr, loadgen::RunEvents{},
                                       [this](loadgen::Result result) { finish(std::move(result)); });
  watch_services();
  run->start();
}

/// Of a service, or of a secret that the session names.
std::optional<std::string> LoadRun::State::value_of(std::string_view name) const {
  for (const Variables* const known : {&settings.services, &secrets}) {
    const auto found = std::ranges::find_if(*known, [&](const auto& one) { return one.first == name; });
    if (found != known->end()) return found->second;
  }
  return std::nullopt;
}

/// Reads the secrets of the session, once for all connections. Gives what is wrong, in one line.
std::optional<std::string> LoadRun::State::read_secrets(const Script& session) {
  for (const ws::Variable& variable : free_variables(session)) {
    if (!cli::is_secret(variable.name) || value_of(variable.name)) continue;
    auto value = cli::expand_secrets("${" + variable.name + "}");
    if (!value) return value.error().message;
    secrets.emplace_back(variable.name, std::move(*value));
  }
  return std::nullopt;
}

/// Gives what is wrong, in one line.
std::optional<std::string> LoadRun::State::prepare() {
  const auto lookup = [this](std::string_view name) { return value_of(name); };
  auto settled = settle(*instance.definition->load, settings.subject.url.print(), lookup);
  if (!settled) return settled.error().message;
  config = std::move(*settled);
  config.seed = settings.seed;
  if (const auto& session = instance.definition->load->session) {
    if (auto problem = read_secrets(*session)) return problem;
    config.session = [this, lookup, script = &*session](loadgen::SessionPeer& peer) {
      return std::make_unique<LoadSession>(*script, peer, lookup, settings.seed + ++sessions);
    };
  }
  config.meta.program = "wsrig";
  config.meta.version = cli::version_number();
  config.meta.argv = argv;
  config.meta.name = instance.id;
  if (!config.target.url.is_tls()) return std::nullopt;
  auto context = net::TlsContext::client(config.target.tls);
  if (!context) return context.error();
  tls = std::move(*context);
  return std::nullopt;
}

void LoadRun::State::watch_services() {
  for (loadgen::ServiceUsage& service : usage) {
    const ChildProcess* const process = settings.processes->process(service.name);
    if (process == nullptr || !process->is_running()) continue;
    const ProcessUsage now = usage_of_group(process->pid());
    service.samples.push_back({.at = std::chrono::steady_clock::now() - began,
                               .memory = now.memory,
                               .processor_time = now.processor_time});
  }
  usage_timer.start(usage_interval, [this] { watch_services(); });
}

void LoadRun::State::finish(loadgen::Result result) {
  watch_services();
  usage_timer.cancel();
  std::erase_if(usage, [](const loadgen::ServiceUsage& service) { return service.samples.empty(); });
  result.services = std::move(usage);
  loadgen::add_verdicts(result);
  result.judgements = loadgen::judge_all(result);
  judge(result);
  tell(std::move(result));
}

/// Whoever is told may destroy the run.
void LoadRun::State::tell(loadgen::Result result) {
  const Done call = std::exchange(done, nullptr);
  call(std::move(verdict), std::move(result));
}

void LoadRun::State::judge(const loadgen::Result& result) {
  verdict.duration =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
  verdict.transcript = table_lines(result);
  if (result.exit_code() == cli::exit_code::environment) {
    verdict.grade = Grade::error;
    verdict.message = "no connection to " + config.target.url.print() + " could be made";
    verdict.unreachable = true;
  }
  if (result.meta.interrupted) {
    verdict.grade = Grade::error;
    verdict.message = "interrupted";
  }
  const auto failed = std::ranges::find(result.judgements, false, &loadgen::Judgement::passed);
  if (verdict.grade != Grade::ok || failed == result.judgements.end()) return;
  verdict.grade = Grade::fail;
  verdict.expected = failed->threshold;
  verdict.received = failed->observed;
  verdict.message = failed->why.empty() ? "a threshold does not hold" : failed->why;
}

LoadRun::LoadRun(net::Loop& loop, const CaseSettings& settings, const CaseInstance& instance,
                 const std::vector<std::string>& argv, Done done)
    : state_(std::make_unique<State>(loop, settings, instance, argv, std::move(done))) {}
LoadRun::~LoadRun() = default;
void LoadRun::start() { state_->start(); }
void LoadRun::interrupt() {
  if (state_->run) state_->run->interrupt();
}

}  // namespace wsrig::engine
