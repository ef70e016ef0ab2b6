#include "scenarios/engine/run/case_run.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

#include "cli/options.hpp"
#include "scenarios/engine/run/backend.hpp"
#include "scenarios/engine/run/services.hpp"
#include "scenarios/engine/steps/overload.hpp"

namespace wsrig::engine {

using report::Grade;
using std::chrono::microseconds;

namespace {

int severity(Grade grade) {
  switch (grade) {
    case Grade::ok: return 0;
    case Grade::informational: return 1;
    case Grade::non_strict: return 2;
    case Grade::skip: return 3;
    case Grade::fail: return 4;
    case Grade::error: return 5;
  }
  return 5;
}

constexpr std::string_view tcp_close_section = "RFC 6455 §7.1.1";
constexpr std::string_view close_reply_section = "RFC 6455 §5.5.1";

/// Octets of the capture of one case; what comes behind them is left out.
constexpr std::size_t largest_recording = std::size_t{16} * 1024 * 1024;

}  // namespace

CaseRun::CaseRun(net::Loop& loop, const CaseSettings& settings, const CaseInstance& instance, Done done)
    : loop_(loop),
      settings_(settings),
      instance_(instance),
      done_(std::move(done)),
      random_(settings.seed, instance.id, "case"),
      epoch_(std::chrono::steady_clock::now()),
      result_(describe_case(instance)),
      timer_(loop),
      alive_(std::make_shared<bool>(true)) {}

CaseRun::~CaseRun() = default;

void CaseRun::start() {
  epoch_ = std::chrono::steady_clock::now();
  if (settings_.record || instance_.definition->capture)
    recording_ = capture::Recording::in_memory(result_.capture, largest_recording, "wsrig");
  if (const auto missing = missing_capability(settings_, instance_)) {
    decide(Grade::skip, "needs " + *missing, nullptr);
    return;
  }
  for (const auto& service : instance_.definition->script.services)
    sockets_before_[service] = usage_of(service).connections;
  if (is_proxy_case()) {
    if (auto problem = settings_.backend->become(instance_.definition->backend); !problem.empty())
      return decide(Grade::error, std::move(problem), nullptr);
    open_through_proxy();
  } else {
    for (const auto& connection : instance_.definition->script.connections) open_with_proof(connection);
  }
  auto body = plan_body(settings_, instance_);
  std::move(body.begin(), body.end(), std::back_inserter(tasks_));
  pump();
}

std::optional<std::string> CaseRun::new_proof() {
  if (!instance_.definition->prove_alive) return std::nullopt;
  return fmt::format("wsrig alive {:016x}", random_.next_word());
}

void CaseRun::open_with_proof(const std::string& connection) {
  auto proof = new_proof();
  peers_[connection].key = new_key();
  auto opening = plan_opening(settings_, instance_, connection, peers_[connection].key, std::move(proof));
  std::move(opening.begin(), opening.end(), std::back_inserter(tasks_));
}

void CaseRun::open_through_proxy() {
  auto proof = new_proof();
  const auto key_of = [this](const std::string& client) { return peers_[client].key = new_key(); };
  auto opening = plan_proxy_opening(settings_, instance_, key_of, std::move(proof));
  std::move(opening.begin(), opening.end(), std::back_inserter(tasks_));
}

void CaseRun::pump_later() {
  loop_.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) pump();
  });
}

void CaseRun::interrupt() { decide(Grade::error, "interrupted", nullptr); }

void CaseRun::pump() {
  while (!decided_ && position_ < tasks_.size()) {
    const Task task = tasks_[position_];  // a copy: a reconnect inserts behind it
    if (advance(task) == Progress::waiting) return;
    position_ = std::min(position_ + 1, tasks_.size());
  }
  if (!decided_) end_of_tasks();
}

/// The case's own steps are over: what is left is the closing handshake.
void CaseRun::skip_body() { position_ = tasks_.size(); }

/// Behind the last step: the closing handshake, once; then the verdict.
void CaseRun::end_of_tasks() {
  if (std::exchange(closing_planned_, true) || !instance_.definition->must_close) {
    decide(result_.grade, result_.message, nullptr);
    return;
  }
  if (is_proxy_case()) {
    close_through_proxy();
    return pump();
  }
  for (const auto& [name, peer] : peers_) {
    const auto* connection = peer.connection.get();
    if (connection == nullptr || connection->phase() != Connection::Phase::websocket) continue;
    if (!connection->is_open() && !connection->has_observation()) continue;
    auto closing = plan_closing(name, {.close_sent = connection->close_sent(),
                                       .close_received = peer.close_judged,
                                       .shut_down = peer.shut_down});
    std::move(closing.begin(), closing.end(), std::back_inserter(tasks_));
  }
  pump();
}

/// Where both ends are still open: a closing handshake from end to end. Where not, the case has seen to it.
void CaseRun::close_through_proxy() {
  const auto is_whole = [](const Peer& peer) {
    const auto* connection = peer.connection.get();
    return connection != nullptr && connection->is_open() && !connection->close_sent() &&
           !connection->close_received() && !peer.shut_down && connection->phase() != Connection::Phase::http;
  };
  std::vector<std::string> clients;
  std::vector<std::string> backends;
  for (const auto& name : instance_.definition->script.connections) {
    if (is_whole(peers_[name])) (is_backend(name) ? backends : clients).push_back(name);
  }
  if (clients.size() != backends.size()) return;
  for (std::size_t index = 0; index < clients.size(); ++index) {
    const bool is_raw = instance_.definition->backend == BackendKind::tcp;
    auto closing = plan_proxy_closing(clients[index], backends[index], is_raw);
    std::move(closing.begin(), closing.end(), std::back_inserter(tasks_));
  }
}

/// The proxy's connection to the backend is awaited when the backend has its first step.
CaseRun::Arrival CaseRun::await_backend(const Task& task) {
  Peer& peer = peer_of(task);
  if (!peer.connection) {
    peer.connection = connect(task.step.connection);
    begin_wait(settings_.handshake_timeout);
    settings_.backend->take([this, &peer](std::unique_ptr<net::Channel> channel) {
      peer.connection->adopt(std::move(channel));
      pump_later();
    });
    return Arrival::awaited;
  }
  if (peer.connection->phase() != Connection::Phase::closed || peer.absent) {
    if (!std::exchange(peer.accepted, true)) end_wait();
    return Arrival::here;
  }
  return judge_absence(task);
}

/// A proxy that does not connect is judged by the `silence` that the step awaits, where it does.
CaseRun::Arrival CaseRun::judge_absence(const Task& task) {
  const auto* expect = std::get_if<Expect>(&task.step.action);
  const auto* silence = expect == nullptr ? nullptr : expect->find<ExpectSilence>();
  const microseconds longest =
      silence == nullptr ? settings_.handshake_timeout : deadline_of(*silence, task.stage);
  if (waited() < longest) {
    timer_.start(longest - waited(), [this] { pump(); });
    return Arrival::awaited;
  }
  end_wait();
  if (silence == nullptr) {
    const Grade grade = task.stage == Stage::body ? Grade::fail : Grade::error;
    decide(grade, "the proxy did not connect to the backend", &task);
  } else {
    peer_of(task).absent = true;
    settle(task, *silence, nullptr);
  }
  return Arrival::settled;
}

CaseRun::Progress CaseRun::advance(const Task& task) {
  note_memory(task.stage);
  const bool reconnects = std::holds_alternative<Reconnect>(task.step.action);
  if (is_proxy_case() && is_backend(task.step.connection) && !is_about_service(task.step.action)) {
    if (reconnects) {
      peers_.erase(task.step.connection);
      return Progress::done;
    }
    const Arrival arrival = await_backend(task);
    if (arrival == Arrival::settled) return Progress::done;
    if (arrival == Arrival::awaited) return Progress::waiting;
  }
  return std::visit([&](const auto& action) { return run(task, action); }, task.step.action);
}
// ---- waiting ----

void CaseRun::begin_wait(microseconds longest) {
  wait_began_ = std::chrono::steady_clock::now();
  timer_.start(longest, [this] { pump(); });
}

void CaseRun::end_wait() {
  wait_began_.reset();
  timer_.cancel();
}

microseconds CaseRun::waited() const {
  return std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - *wait_began_);
}
// ---- deciding ----

void CaseRun::lower_to(Grade grade, std::string reason) {
  if (severity(grade) > severity(result_.grade)) {
    result_.grade = grade;
    result_.message = std::move(reason);
  }
}

void CaseRun::fail_expectation(const Task& task, const Expect& expect, std::string received,
                               std::string why) {
  result_.expected = describe(expect);
  result_.received = std::move(received);
  switch (task.stage) {
    case Stage::handshake:
      decide(Grade::error, "the handshake failed: " + (why.empty() ? "received " + result_.received : why),
             &task);
      return;
    case Stage::proof:
      decide(Grade::error, "no sign of life behind the handshake: " + (why.empty() ? "another answer" : why),
             &task);
      return;
    case Stage::closing:
      result_.rule_section = expect.find<ExpectEof>() != nullptr ? tcp_close_section : close_reply_section;
      decide(Grade::fail, "the closing handshake failed" + (why.empty() ? "" : ": " + why), &task);
      return;
    case Stage::body:
      decide(Grade::fail, why.empty() ? "another answer than expected" : std::move(why), &task);
      return;
  }
}

/// The subject broke a rule that no case has to ask about: a MUST, whatever the level of the case. Only where
/// the case itself breaks one (contested) may the subject have done no more than answer in kind.
void CaseRun::fail_rule(const Task& task, std::string_view section, std::string text) {
  result_.rule_section = section;
  if (result_.level != report::Level::contested) result_.level = report::Level::must;
  decide(Grade::fail, std::move(text), &task);
}

void CaseRun::mistake(const Task& task, const diag::Diagnostic& diagnostic) {
  decide(Grade::error, "the step cannot run: " + diagnostic.message, &task);
}

void CaseRun::decide(Grade grade, std::string message, const Task* task) {
  if (std::exchange(decided_, true)) return;
  timer_.cancel();
  result_.grade = grade;
  result_.message = std::move(message);
  if (task != nullptr) {
    result_.step = task->step.place.text;
    if (task->stage == Stage::body) result_.line = task->step.place.line;
  }
  loop_.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) finish();
  });
}

void CaseRun::finish() {
  result_.duration = std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - epoch_);
  result_.transcript = transcript_.lines();
  if (is_proxy_case() && settings_.backend != nullptr) settings_.backend->forget();
  peers_.clear();
  done_(std::move(result_));
}

// ---- values ----

std::unique_ptr<Connection> CaseRun::connect(const std::string& name) {
  const Script& script = instance_.definition->script;
  Connection::Options options;
  options.url = settings_.subject.url;
  options.dial = {.timeout = settings_.connect_timeout, .tls = settings_.subject.tls};
  options.name = name;
  options.epoch = epoch_;
  options.role = is_proxy_case() && is_backend(name) ? ws::Role::server : ws::Role::client;
  options.is_raw = options.role == ws::Role::server && instance_.definition->backend == BackendKind::tcp;
  options.recording = recording_.get();
  options.answer_ping = !awaits_ping(script, name);
  options.answer_close = !sends_close(script, name);
  return std::make_unique<Connection>(loop_, std::move(options), Random(settings_.seed, instance_.id, name),
                                      transcript_, [this] { pump(); });
}

std::string CaseRun::new_key() {
  std::array<std::uint8_t, 16> nonce{};
  random_.fill(nonce);
  return ws::make_key(nonce);
}

ws::Scope CaseRun::scope_for(Peer& peer) {
  ws::Scope scope;
  scope.lookup = [this, &peer](std::string_view name) { return lookup(peer, name); };
  scope.random = [this](ws::MutableBytes out) { random_.fill(out); };
  return scope;
}

std::optional<std::string> CaseRun::lookup(const Peer& peer, std::string_view name) const {
  const auto in = [&](const Variables& variables) -> std::optional<std::string> {
    const auto found = std::find_if(variables.rbegin(), variables.rend(),
                                    [&](const auto& one) { return one.first == name; });
    return found == variables.rend() ? std::nullopt : std::optional(found->second);
  };
  if (auto value = in(captures_)) return value;
  if (auto value = in(instance_.variables)) return value;
  if (auto value = in(settings_.services)) return value;
  const Subject& subject = settings_.subject;
  if (name == "key") return peer.key;
  constexpr std::string_view sent = ".sent";
  if (name.ends_with(sent)) {
    const auto other = peers_.find(std::string(name.substr(0, name.size() - sent.size())));
    if (other != peers_.end() && other->second.connection) return other->second.connection->last_sent();
  }
  if (name == "response" && peer.connection) return peer.connection->response();
  if (name == "accept" && peer.connection) return ws::accept_for(peer.connection->request().key);
  if (name == "host") return subject.url.authority();
  if (name == "target") return subject.url.target;
  if (name == "origin") return (subject.url.is_tls() ? "https://" : "http://") + subject.url.authority();
  if (name == "subprotocol") return subject.subprotocol;
  if (name == "limit" && subject.max_message) return std::to_string(*subject.max_message);
  if (name == "sent" && peer.connection) return peer.connection->last_sent();
  const auto secret = cli::expand_secrets(fmt::format("${{{}}}", name));
  return secret ? std::optional(*secret) : std::nullopt;
}

}  // namespace wsrig::engine
