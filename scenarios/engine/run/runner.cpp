#include "scenarios/engine/run/runner.hpp"

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <list>
#include <map>
#include <utility>

#include "cli/options.hpp"
#include "net/loop.hpp"
#include "scenarios/engine/run/backend.hpp"
#include "scenarios/engine/run/captured_run.hpp"
#include "scenarios/engine/run/case_group.hpp"
#include "scenarios/engine/run/case_run.hpp"
#include "scenarios/engine/run/decode_run.hpp"
#include "scenarios/engine/run/load_run.hpp"
#include "scenarios/engine/run/preflight.hpp"
#include "scenarios/engine/run/services.hpp"

namespace wsrig::engine {

using report::CaseResult;
using report::Grade;
using report::RunResult;

namespace {

/// Where a subject says nothing every case runs out its deadline: nothing but waiting, done side by side.
constexpr std::size_t jobs_of_silence = 100;

bool fails(const CaseResult& result, const Severity& severity) {
  switch (result.grade) {
    case Grade::error: return true;
    case Grade::fail: return result.level <= severity.fail_on;
    case Grade::non_strict: return severity.strict;
    case Grade::ok:
    case Grade::informational:
    case Grade::skip: return false;
  }
  return true;
}

/// Sees to it that what a baseline expects does not fail the run, and that everything else it names does.
void apply_baseline(CaseResult& result, const std::optional<Baseline>& baseline) {
  const auto* entry = baseline ? baseline->find(result.id) : nullptr;
  if (entry == nullptr) return;
  if (entry->status == result.grade) {
    result.fails_run = false;
    result.baseline = entry->reason;
  } else if (result.grade != Grade::skip) {
    result.fails_run = true;
    result.baseline = fmt::format("expected {}: {}", report::name(entry->status), entry->reason);
    if (result.grade == Grade::ok) result.message = "better than the baseline expects";
  }
}

Service own_echo(bool over_tls) {
  Service echo;
  echo.name = "echo";
  echo.use = "echo";
  echo.listen = over_tls ? "wss" : "ws";
  return echo;
}

}  // namespace

/// The run as a chain of callbacks on one loop: for each group start its services, look at the subject, run
/// its cases, stop the services.
class Run {
 public:
  Run(const std::vector<CaseInstance>& instances, const RunOptions& options)
      : options_(options),
        instances_(instances),
        groups_(group_by_services(instances)),
        settings_(options.cases),
        total_(instances.size()) {
    result_.version = cli::version_number();
    result_.seed = options.cases.seed;
    result_.subject = options.subject_url;
    result_.argv = options.argv;
    result_.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now()));
    results_.resize(instances.size());
  }

  RunResult run() {
    const auto began = std::chrono::steady_clock::now();
    net::on_stop_signals(loop_, [this](int) { interrupt(); });
    loop_.post([this] { start_group(); });
    loop_.run();
    for (auto& one : results_) {
      if (one) result_.cases.push_back(std::move(*one));
    }
    result_.duration =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
    return std::move(result_);
  }

 private:
  void start_group() {
    if (stopping_ || group_ == groups_.size()) return loop_.stop();
    if (is_offline(*groups_[group_].file)) return start_offline_group();
    used_ = unsure_ = false;
    std::vector<Service> services = groups_[group_].file->services;
    if (auto problem = open_backend(); !problem.empty()) return give_up(std::move(problem));
    if (backend_ && !options_.subject_url.empty()) replace_proxy(services);
    const bool has_echo =
        std::any_of(services.begin(), services.end(), [](const Service& one) { return one.use == "echo"; });
    if (options_.subject_url.empty() && !has_echo && !backend_)
      services.push_back(own_echo(options_.own_echo_over_tls));
    services_ = std::make_unique<ServiceSet>(loop_, std::move(services), backend_variables());
    services_->start([this](std::string error) { on_services(std::move(error)); });
  }

  void start_offline_group() {
    services_.reset();
    backend_.reset();
    if (result_.subject.empty()) result_.subject = "captures";
    announce();
    fill();
  }

  /// Once, when the first case is about to run.
  void announce() {
    if (std::exchange(announced_, true)) return;
    show_progress_later();
    if (options_.on_start) options_.on_start(result_, total_);
  }

  /// The user's URL takes the place of the proxy that the file would start.
  void replace_proxy(std::vector<Service>& services) const {
    const auto proxy = find_subject(services, "proxy");
    if (proxy == services.end()) return;
    Service running;
    running.name = proxy->name;
    running.url = options_.subject_url;
    running.needs = proxy->needs;
    *proxy = std::move(running);
  }

  void on_services(std::string error) {
    if (!error.empty()) return give_up(std::move(error));
    settings_.services = services_->variables();
    settings_.processes = services_.get();
    const std::string text =
        options_.subject_url.empty() ? services_->url_of(backend_ ? "proxy" : "echo") : options_.subject_url;
    const auto url = net::parse_url(text);
    if (!url) {
      return give_up(fmt::format("{}: {}", text, url.error()));
    }
    settings_.subject.url = *url;
    if (auto problem = prepare_settings(); !problem.empty()) return give_up(std::move(problem));
    if (result_.subject.empty()) result_.subject = url->print();
    announce();
    if (!std::exchange(looked_, true) && !backend_) return look_first();
    fill();
  }

  /// Cases of a proxy have the tester at both ends; there is one backend, so they run one at a time.
  std::string open_backend() {
    const auto& cases = groups_[group_].cases;
    backend_.reset();
    settings_.backend = nullptr;
    if (std::none_of(cases.begin(), cases.end(),
                     [](const auto* one) { return one->definition->subject == SubjectKind::proxy; }))
      return {};
    auto opened = Backend::open(loop_, options_.backend_address);
    if (!opened) return opened.error();
    backend_ = std::move(*opened);
    settings_.backend = backend_.get();
    return {};
  }

  /// How many cases may run side by side, with this one.
  std::size_t jobs_with(const CaseInstance& instance) const {
    const auto& cases = groups_[group_].cases;
    const bool alone = backend_ || std::any_of(cases.begin(), cases.end(), [](const CaseInstance* one) {
                         return one->definition->load || !one->definition->script.services.empty();
                       });
    if (alone) return 1;
    return demand_of(instance) == Demand::heavy ? std::min(jobs_, heavy_jobs_) : jobs_;
  }

  bool may_run_now(const CaseInstance& instance) const {
    return running_.empty() || (running_.size() < jobs_with(instance) && demand_of(instance) == demand_);
  }

  Variables backend_variables() const {
    if (!backend_) return {};
    const std::string address = backend_->address();
    const auto colon = address.rfind(':');
    return {{"backend.address", address},
            {"backend.host", address.substr(0, colon)},
            {"backend.port", address.substr(colon + 1)},
            {"backend.url", "ws://" + address + "/"}};
  }

  /// Cases differ in what they say of TLS: one context, and so one set of settings, for each that says it
  /// otherwise.
  std::string prepare_settings() {
    variants_.clear();
    for (const CaseInstance* instance : groups_[group_].cases) {
      const Tls& tls = instance->definition->tls;
      if (variant_of(tls) != variants_.end()) continue;
      variants_.push_back({tls, {}, settings_});
      if (!settings_.subject.url.is_tls()) continue;
      auto context = net::TlsContext::client(tls_options(tls));
      if (!context) return context.error();
      variants_.back().context = std::move(*context);
      variants_.back().settings.subject.tls = &*variants_.back().context;
    }
    return {};
  }

  /// The command line goes before the file.
  net::TlsClientOptions tls_options(const Tls& said) const {
    net::TlsClientOptions tls = options_.tls;
    if (tls.ca_file.empty()) tls.ca_file = said.ca_file;
    if (tls.server_name.empty()) tls.server_name = said.server_name;
    if (tls.cert_file.empty())
      std::tie(tls.cert_file, tls.key_file) = std::tie(said.cert_file, said.key_file);
    // Our own echo makes its certificate itself: there is nothing to verify it by.
    tls.insecure = tls.insecure || said.insecure || options_.subject_url.empty();
    return tls;
  }

  /// Before the first case: is anybody there, does it answer as declared, can it serve two at a time?
  void look_first() {
    preflight_ = std::make_unique<Preflight>(loop_, variants_.front().settings,
                                             [this](const Preflight::Findings& findings) {
                                               if (!findings.reachable) return give_up(findings.text);
                                               if (!findings.text.empty() && options_.on_note)
                                                 options_.on_note(findings.text);
                                               for (auto& variant : variants_)
                                                 variant.settings.is_silent = findings.silent;
                                               if (findings.one_at_a_time) jobs_ = 1;
                                               if (findings.silent && jobs_ > 1)
                                                 jobs_ = heavy_jobs_ = std::max(jobs_, jobs_of_silence);
                                               fill();
                                             });
  }

  void show_progress_later() {
    if (!options_.on_progress) return;
    progress_timer_.start(options_.progress_every, [this] {
      options_.on_progress(done_, total_);
      show_progress_later();
    });
  }

  void fill() {
    auto& cases = groups_[group_].cases;
    while (!stopping_ && !must_restart() && next_case_ < cases.size() && may_run_now(*cases[next_case_])) {
      const CaseInstance& instance = *cases[next_case_++];
      demand_ = demand_of(instance);
      const auto slot = static_cast<std::size_t>(&instance - instances_.data());
      used_ = true;
      unsure_ = leaves_services_unsure(*instance.definition);
      const auto running = running_.emplace(slot, make_run(instance, slot)).first;
      running->second->start();
    }
    if (!running_.empty()) return;
    const bool goes_on = !stopping_ && next_case_ < cases.size();
    goes_on ? restart_services() : finish_group();
  }

  std::unique_ptr<RunningCase> make_run(const CaseInstance& instance, std::size_t slot) {
    if (instance.definition->load) return make_load_run(instance, slot);
    auto done = [this, slot](CaseResult result) { on_result(slot, std::move(result)); };
    if (instance.definition->decode) return std::make_unique<DecodeRun>(loop_, instance, std::move(done));
    const CaseSettings& settings = variant_of(instance.definition->tls)->settings;
    if (instance.definition->capture)
      return std::make_unique<CapturedRun>(loop_, settings, instance, std::move(done));
    return std::make_unique<CaseRun>(loop_, settings, instance, std::move(done));
  }

  std::unique_ptr<RunningCase> make_load_run(const CaseInstance& instance, std::size_t slot) {
    auto done = [this, slot](CaseResult verdict, const loadgen::Result& result) {
      const bool ran = !result.phases.empty();
      if (ran && options_.on_load) options_.on_load(verdict, result);
      on_result(slot, std::move(verdict));
    };
    return std::make_unique<LoadRun>(loop_, variant_of(instance.definition->tls)->settings, instance,
                                     options_.argv, std::move(done));
  }

  /// Nobody knows what they still can do after a signal, and a proxy may go on for long with a connection
  /// that nobody took.
  static bool leaves_services_unsure(const Case& definition) {
    return definition.script.sends_signals() || definition.backend == BackendKind::unreachable;
  }

  /// Memory that an earlier case took and that goes back late would hide what this one takes.
  static bool needs_new_services(const Case& definition) { return definition.script.awaits_memory(); }

  /// Is there a next case, and are the services no longer good enough for it?
  bool must_restart() const {
    const auto& cases = groups_[group_].cases;
    return next_case_ < cases.size() && used_ &&
           (unsure_ || needs_new_services(*cases[next_case_]->definition));
  }

  void restart_services() {
    services_->stop([this] { start_group(); });
  }

  void on_result(std::size_t slot, CaseResult result) {
    result.fails_run = fails(result, options_.severity);
    apply_baseline(result, options_.baseline);
    if (result.grade != Grade::ok) {
      result.reproduce = fmt::format("{} --only '{}' --seed {}", options_.reproduce, result.id, result_.seed);
    }
    if (result.unreachable && result_.first_unreachable.empty()) result_.first_unreachable = result.id;
    ++done_;
    if (options_.on_case) options_.on_case(result);
    result.capture = {};  // written by now
    if (result.fails_run && options_.fail_fast) stopping_ = true;
    results_[slot] = std::move(result);
    running_.erase(slot);
    fill();
  }

  void finish_group() {
    if (backend_) backend_->forget();
    const auto go_on = [this] {
      ++group_;
      next_case_ = 0;
      start_group();
    };
    services_ ? services_->stop(go_on) : loop_.post(go_on);
  }

  void give_up(std::string error) {
    result_.environment_error = std::move(error);
    stopping_ = true;
    finish_group();
  }

  void interrupt() {
    result_.interrupted = true;
    stopping_ = true;
    preflight_.reset();
    if (running_.empty()) return services_ ? finish_group() : loop_.stop();
    for (auto& [slot, run] : running_) run->interrupt();
  }

  const RunOptions& options_;
  const std::vector<CaseInstance>& instances_;
  net::Loop loop_;
  std::vector<CaseGroup> groups_;
  CaseSettings settings_;
  std::size_t total_;
  std::size_t jobs_ = options_.jobs;
  std::size_t heavy_jobs_ = 2;  ///< of them with large messages
  struct Variant {
    Tls tls;
    std::optional<net::TlsContext> context;
    CaseSettings settings;
  };
  std::list<Variant>::iterator variant_of(const Tls& tls) {
    return std::find_if(variants_.begin(), variants_.end(),
                        [&](const Variant& one) { return one.tls == tls; });
  }

  std::list<Variant> variants_;  ///< of the group at hand
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<ServiceSet> services_;
  std::unique_ptr<Preflight> preflight_;
  std::map<std::size_t, std::unique_ptr<RunningCase>> running_;
  std::vector<std::optional<CaseResult>> results_;
  RunResult result_;
  net::Timer progress_timer_{loop_};
  Demand demand_ = Demand::brief;  ///< of the cases that run now
  std::size_t done_ = 0;
  std::size_t group_ = 0;
  std::size_t next_case_ = 0;
  bool announced_ = false;
  bool looked_ = false;  ///< at the subject, before the first case that needs it
  bool used_ = false;    ///< a case has run with the services as they are
  bool unsure_ = false;  ///< and the last one left them so that they have to be started anew
  bool stopping_ = false;
};

RunResult run_cases(const std::vector<CaseInstance>& instances, const RunOptions& options) {
  return Run(instances, options).run();
}

}  // namespace wsrig::engine
