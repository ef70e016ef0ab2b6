#include "scenarios/engine/case_run.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

#include "cli/options.hpp"
#include "scenarios/engine/backend.hpp"
#include "scenarios/engine/overload.hpp"
#include "scenarios/engine/services.hpp"

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

constexpr std::size_t max_early_pongs = 1000;
constexpr std::string_view tcp_close_section = "RFC 6455 §7.1.1";
constexpr std::string_view close_reply_section = "RFC 6455 §5.5.1";

bool is_silence(const Alternative& alternative) {
  return std::holds_alternative<ExpectSilence>(alternative.pattern);
}

/// The alternative that nothing comes; null without one.
const Alternative* find_silence(const Expect& expect) {
  const auto found = std::find_if(expect.alternatives.begin(), expect.alternatives.end(), is_silence);
  return found == expect.alternatives.end() ? nullptr : &*found;
}

bool awaits(const Expect& expect, auto predicate) {
  return std::any_of(expect.alternatives.begin(), expect.alternatives.end(), predicate);
}

bool awaits_eof(const Expect& expect) {
  return awaits(expect,
                [](const Alternative& one) { return std::holds_alternative<ExpectEof>(one.pattern); });
}

/// Octets of the capture of one case; what comes behind them is left out.
constexpr std::size_t largest_recording = 16 * 1024 * 1024;

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

void CaseRun::open_with_proof(const std::string& connection) {
  std::optional<std::string> nonce;
  if (instance_.definition->prove_alive) {
    nonce = fmt::format("wsrig alive {:016x}", random_.next_word());
  }
  peers_[connection].key = new_key();
  auto opening = plan_opening(settings_, instance_, connection, peers_[connection].key, std::move(nonce));
  std::move(opening.begin(), opening.end(), std::back_inserter(tasks_));
}

void CaseRun::open_through_proxy() {
  std::optional<std::string> nonce;
  if (instance_.definition->prove_alive) nonce = fmt::format("wsrig alive {:016x}", random_.next_word());
  const auto key_of = [this](const std::string& client) { return peers_[client].key = new_key(); };
  auto opening = plan_proxy_opening(settings_, instance_, key_of, std::move(nonce));
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
  const auto* silence = expect == nullptr ? nullptr : find_silence(*expect);
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

// ---- actions ----

CaseRun::Progress CaseRun::run(const Task& task, const SendFrame& send) {
  Peer& peer = peer_of(task);
  auto spec = ws::resolve(send.frame, scope_for(peer));
  if (!spec) {
    mistake(task, spec.error());
    return Progress::done;
  }
  count_sent(task, *spec);
  peer.connection->send_frame(*spec);
  return Progress::done;
}

/// Notices when more goes out than the subject declares to take.
void CaseRun::count_sent(const Task& task, const ws::FrameSpec& frame) {
  if (ws::is_control(frame.opcode)) return;
  Peer& peer = peer_of(task);
  if (frame.opcode != ws::Opcode::continuation) peer.message_size = 0;
  const std::uint64_t size = frame.claimed_length.value_or(frame.payload.size());
  peer.message_size += size;
  const Subject& subject = settings_.subject;
  if (peer.message_size > subject.max_message.value_or(UINT64_MAX) ||
      size > subject.max_frame.value_or(UINT64_MAX)) {
    peer.over_limit = true;
  }
}

CaseRun::Progress CaseRun::run(const Task& task, const SendRaw& send) {
  Peer& peer = peer_of(task);
  const auto scope = scope_for(peer);
  const auto bytes = ws::evaluate(send.bytes, scope);
  const auto cut = ws::resolve_cut(send.attributes, scope);
  if (!bytes || !cut) {
    mistake(task, bytes ? cut.error() : bytes.error());
    return Progress::done;
  }
  peer.connection->send_bytes(*bytes, *cut, "raw " + ws::print_payload(ws::as_bytes(*bytes), 120));
  return Progress::done;
}

CaseRun::Progress CaseRun::run(const Task& task, const SendHttp& send) {
  Peer& peer = peer_of(task);
  if (task.stage == Stage::body) peer.key = new_key();
  const auto scope = scope_for(peer);
  const auto text = ws::evaluate(send.text, scope);
  const auto cut = ws::resolve_cut(send.attributes, scope);
  if (!text || !cut) {
    mistake(task, text ? cut.error() : text.error());
    return Progress::done;
  }
  peer.connection->send_http(*text, *cut);
  return Progress::done;
}

CaseRun::Progress CaseRun::run(const Task& task, const Shutdown&) {
  peer_of(task).shut_down = true;
  peer_of(task).connection->shutdown();
  return Progress::done;
}

CaseRun::Progress CaseRun::run(const Task& task, const Reset&) {
  peer_of(task).connection->reset();
  return Progress::done;
}

/// Connects, first or again. Written in a case it brings the runner's handshake with it.
CaseRun::Progress CaseRun::run(const Task& task, const Reconnect&) {
  Peer& peer = peer_of(task);
  if (!wait_began_) {
    peer.connection = connect(task.step.connection);
    begin_wait(settings_.connect_timeout * 2);
    peer.connection->open();
  }
  if (const auto& error = peer.connection->dial_error()) {
    decide(Grade::error, error->message, &task);
    result_.unreachable = true;
    return Progress::done;
  }
  if (peer.connection->phase() == Connection::Phase::dialling) return Progress::waiting;
  end_wait();
  if (task.stage == Stage::body) {
    peer.key = new_key();
    peer.shut_down = peer.over_limit = false;
    auto opening = plan_opening(settings_, instance_, task.step.connection, peer.key, std::nullopt);
    const auto next = tasks_.begin() + static_cast<std::ptrdiff_t>(position_) + 1;
    // An earlier round of `times` has left its handshake here.
    const auto old_end =
        std::find_if(next, tasks_.end(), [](const Task& one) { return one.stage != Stage::handshake; });
    tasks_.insert(tasks_.erase(next, old_end), opening.begin() + 1, opening.end());
  }
  return Progress::done;
}

CaseRun::Progress CaseRun::run(const Task& task, const Hold&) {
  peer_of(task).connection->hold();
  return Progress::done;
}

CaseRun::Progress CaseRun::run(const Task& task, const Resume&) {
  peer_of(task).connection->resume();
  return Progress::done;
}

CaseRun::Progress CaseRun::run(const Task&, const Pause& pause) {
  if (!wait_began_) begin_wait(pause.duration);
  if (waited() < pause.duration) return Progress::waiting;
  end_wait();
  return Progress::done;
}

CaseRun::Progress CaseRun::run(const Task& task, const Times& times) {
  const ws::Scope scope{.lookup = [this](std::string_view name) { return lookup(Peer{}, name); }};
  const auto count = rounds_of(times, scope);
  if (!count) {
    mistake(task, count.error());
  } else {
    rounds_.push_back({position_, *count});
  }
  return Progress::done;
}

CaseRun::Progress CaseRun::run(const Task&, const EndTimes&) {
  Round& round = rounds_.back();
  if (--round.left > 0) {
    position_ = round.first;
  } else {
    rounds_.pop_back();
  }
  return Progress::done;
}

// ---- services ----

ChildProcess* CaseRun::process_of(const Task& task) const {
  return settings_.processes->process(task.step.connection);
}

ProcessUsage CaseRun::usage_of(const std::string& service) const {
  return usage_of_group(settings_.processes->process(service)->pid());
}

/// When the runner's own steps are over: what a connection costs by itself is no growth.
void CaseRun::note_memory(Stage stage) {
  if (stage != Stage::body || std::exchange(memory_noted_, true)) return;
  for (const auto& service : instance_.definition->script.services)
    memory_before_[service] = usage_of(service).memory;
}

CaseRun::Progress CaseRun::run(const Task& task, const SendSignal& signal) {
  process_of(task)->send_signal(signal.number);
  return Progress::done;
}

CaseRun::Progress CaseRun::run(const Task& task, const ExpectExit& expect) {
  const ChildProcess& process = *process_of(task);
  std::string expected = fmt::format("exit status {}", expect.status);
  if (process.is_running()) return look_again(task, expect.within, std::move(expected), "still running");
  end_wait();
  if (process.exit_status() == expect.status) return Progress::done;
  result_.expected = std::move(expected);
  result_.received = process.exit_text();
  decide(Grade::fail, "the service ended otherwise", &task);
  return Progress::done;
}

CaseRun::Progress CaseRun::run(const Task& task, const ExpectUsage& expect) {
  const std::string& service = task.step.connection;
  const bool is_memory = expect.what == ExpectUsage::What::memory;
  const ProcessUsage usage = usage_of(service);
  const std::uint64_t now = is_memory ? usage.memory : usage.connections;
  const std::uint64_t before = is_memory ? memory_before_[service] : sockets_before_[service];
  const std::uint64_t grown = now - std::min(now, before);
  if (grown <= expect.most) {
    end_wait();
    return Progress::done;
  }
  const std::string_view unit = is_memory ? "octets" : "sockets";
  return look_again(task, expect.within,
                    fmt::format("at most {} {} more than at the beginning", expect.most, unit),
                    fmt::format("{} {} more than at the beginning", grown, unit));
}

CaseRun::Progress CaseRun::look_again(const Task& task, std::optional<microseconds> within,
                                      std::string expected, std::string received) {
  constexpr std::chrono::milliseconds interval{50};
  if (!wait_began_) wait_began_ = std::chrono::steady_clock::now();
  const microseconds longest = within.value_or(instance_.definition->within.value_or(settings_.within));
  if (waited() < longest) {
    timer_.start(interval, [this] { pump(); });
    return Progress::waiting;
  }
  end_wait();
  result_.expected = std::move(expected);
  result_.received = std::move(received);
  decide(Grade::fail, fmt::format("not so within {} ms", longest.count() / 1000), &task);
  return Progress::done;
}

CaseRun::Progress CaseRun::run(const Task& task, const Expect& expect) {
  if (!wait_began_) {
    near_miss_.clear();
    begin_wait(longest_wait(expect, task.stage));
    if (judge_early_pongs(task, expect) || judge_raw(task, expect)) {
      end_wait();
      return Progress::done;
    }
  }
  while (auto seen = peer_of(task).connection->take()) {
    if (judge(task, expect, *seen)) {
      end_wait();
      return Progress::done;
    }
  }
  return check_time(task, expect);
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

microseconds CaseRun::deadline_of(const Alternative& alternative, Stage stage) const {
  if (const auto* silence = std::get_if<ExpectSilence>(&alternative.pattern)) return silence->duration;
  if (alternative.within) return *alternative.within;
  if (stage == Stage::handshake) return settings_.handshake_timeout;
  return instance_.definition->within.value_or(settings_.within);
}

/// Silence decides when its time is over; without it the longest deadline does.
microseconds CaseRun::longest_wait(const Expect& expect, Stage stage) const {
  microseconds longest{0};
  for (const auto& alternative : expect.alternatives) {
    if (is_silence(alternative)) return deadline_of(alternative, stage);
    longest = std::max(longest, deadline_of(alternative, stage));
  }
  return longest;
}

/// A timer that rings late tells that this machine had no time for us, and perhaps none for the subject: it
/// gets its time again. So a verdict does not depend on what else is running.
bool CaseRun::was_held_up(microseconds longest) {
  constexpr microseconds late{100'000};
  constexpr unsigned most = 20;
  if (waited() - longest < late || times_held_up_ == most) return false;
  ++times_held_up_;
  begin_wait(longest);
  return true;
}

CaseRun::Progress CaseRun::check_time(const Task& task, const Expect& expect) {
  const auto longest = longest_wait(expect, task.stage);
  if (waited() < longest) {
    timer_.start(longest - waited(), [this] { pump(); });
    return Progress::waiting;
  }
  if (was_held_up(longest)) return Progress::waiting;
  const Alternative* silence = find_silence(expect);
  end_wait();
  if (silence != nullptr) {
    settle(task, *silence, nullptr);
  } else {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(longest).count();
    fail_expectation(task, expect, near_miss_.empty() ? fmt::format("nothing within {} ms", ms) : near_miss_,
                     near_miss_.empty() ? fmt::format("no answer within {} ms", ms)
                                        : fmt::format("nothing that fits within {} ms", ms));
  }
  return Progress::done;
}

// ---- judging ----

bool CaseRun::judge(const Task& task, const Expect& expect, const Observation& seen) {
  if (const auto* violation = std::get_if<SawViolation>(&seen.what)) {
    fail_rule(task, violation->violation->section, std::string(violation->violation->text));
    return true;
  }
  if (const auto* piece = std::get_if<SawBytes>(&seen.what)) {
    peer_of(task).raw += piece->bytes;
    return judge_raw(task, expect);
  }
  if (judge_alternatives(task, expect, seen)) return true;
  return judge_unmatched(task, expect, seen);
}

bool CaseRun::judge_alternatives(const Task& task, const Expect& expect, const Observation& seen) {
  Peer& peer = peer_of(task);
  const auto scope = scope_for(peer);
  for (const auto& alternative : expect.alternatives) {
    if (alternative.within && waited() > *alternative.within) continue;
    auto found =
        match(alternative.pattern, seen,
              {.scope = &scope, .oracle = &settings_.subject.oracle, .key = peer.connection->request().key});
    if (!found) {
      mistake(task, found.error());
      return true;
    }
    if (!found->matched) {
      if (!found->why_not.empty()) near_miss_ = describe(seen) + " (" + found->why_not + ")";
      continue;
    }
    for (auto& capture : found->captures) captures_.push_back(std::move(capture));
    settle(task, alternative, &seen);
    return true;
  }
  return false;
}

/// A Pong may overtake messages that were asked for before it: one that came early counts when it is awaited.
bool CaseRun::judge_early_pongs(const Task& task, const Expect& expect) {
  auto& early = peer_of(task).early_pongs;
  if (!awaits(expect, [](const Alternative& one) { return std::holds_alternative<ExpectPong>(one.pattern); }))
    return false;
  for (auto pong = early.begin(); pong != early.end(); ++pong) {
    if (!judge_alternatives(task, expect, *pong)) continue;
    early.erase(pong);
    return true;
  }
  return false;
}

/// Octets of a stream count however they were cut: what was awaited is taken off, what is more is kept.
bool CaseRun::judge_raw(const Task& task, const Expect& expect) {
  std::string& raw = peer_of(task).raw;
  for (const auto& alternative : expect.alternatives) {
    const auto* wanted = std::get_if<ExpectRaw>(&alternative.pattern);
    if (wanted == nullptr || raw.empty()) continue;
    auto found = match_stream(*wanted, raw, scope_for(peer_of(task)));
    if (!found) {
      mistake(task, found.error());
      return true;
    }
    if (found->verdict == StreamMatch::Verdict::undecided) continue;
    if (found->verdict == StreamMatch::Verdict::other) {
      fail_expectation(task, expect, "raw " + ws::print_payload(ws::as_bytes(raw), 120),
                       "the octets are others");
      return true;
    }
    raw.erase(0, found->size);
    for (auto& capture : found->captures) captures_.push_back(std::move(capture));
    settle(task, alternative, nullptr);
    return true;
  }
  return false;
}

/// What fits no alternative: something the subject may always do, something the oracle says nothing about, or
/// the failure of the case.
bool CaseRun::judge_unmatched(const Task& task, const Expect& expect, const Observation& seen) {
  const auto* frame = std::get_if<SawFrame>(&seen.what);
  auto& early = peer_of(task).early_pongs;
  if (frame != nullptr && frame->frame.header.opcode == ws::Opcode::pong) {
    // Of a flood the latest count: an older Ping need not have been answered (RFC 6455 §5.5.3).
    if (early.size() == max_early_pongs) early.erase(early.begin());
    early.push_back(seen);
  }
  if (is_legal_extra(seen, expect) || is_expected_rest(task, expect, seen)) return false;
  if (const auto* end = std::get_if<SawEnd>(&seen.what)) return judge_unmatched_end(task, expect, seen, *end);
  const bool is_close = frame != nullptr && frame->frame.header.opcode == ws::Opcode::close;
  if (is_close && peer_of(task).over_limit &&
      ws::parse_close(frame->frame.payload).code == ws::close_code::message_too_big) {
    decide(Grade::ok, "refused by the declared limit", &task);
    return true;
  }
  fail_expectation(task, expect, describe(seen), near_miss_);
  return true;
}

/// A message whose frames were judged one by one, one that `eventually` skips, one that the case did not wait
/// for, or one of a subject that does not echo: what it says means nothing here.
bool CaseRun::is_expected_rest(const Task& task, const Expect& expect, const Observation& seen) {
  if (!std::holds_alternative<SawMessage>(seen.what)) return false;
  if (std::exchange(peer_of(task).frames_judged, false)) return true;
  return task.stage == Stage::closing || !settings_.subject.oracle.echoes() ||
         awaits(expect, [](const Alternative& alternative) { return alternative.eventually; });
}

/// RST instead of FIN is the kernel's doing where the subject closed with our bytes unread: harmless once its
/// Close has come, else worth a lower grade.
bool CaseRun::judge_unmatched_end(const Task& task, const Expect& expect, const Observation& seen,
                                  const SawEnd& end) {
  if (end.how != SawEnd::How::reset || !awaits_eof(expect)) {
    fail_expectation(task, expect, describe(seen), near_miss_);
    return true;
  }
  const auto eof =
      std::find_if(expect.alternatives.begin(), expect.alternatives.end(),
                   [](const Alternative& one) { return std::holds_alternative<ExpectEof>(one.pattern); });
  if (!peer_of(task).connection->close_received())
    lower_to(Grade::non_strict, "TCP was reset without a Close");
  settle(task, *eof, &seen);
  return true;
}

void CaseRun::settle(const Task& task, const Alternative& alternative, const Observation* seen) {
  if (seen != nullptr) {
    if (const auto* response = std::get_if<SawHead>(&seen->what)) check_response(task, *response);
    const auto* frame = std::get_if<SawFrame>(&seen->what);
    if (frame != nullptr && is_data(*frame)) peer_of(task).frames_judged = true;
    if (frame != nullptr && frame->frame.header.opcode == ws::Opcode::close)
      peer_of(task).close_judged = true;
  }
  if (decided_) return;
  if (alternative.grade == Grade::fail) {
    fail_expectation(task, std::get<Expect>(task.step.action), seen == nullptr ? "silence" : describe(*seen),
                     "this must not be the answer");
    return;
  }
  if (alternative.grade != Grade::ok) {
    const std::string_view allowed = alternative.grade == Grade::non_strict ? "not strict: " : "noted: ";
    lower_to(alternative.grade, std::string(allowed) + (seen == nullptr ? "silence" : describe(*seen)));
  }
  if (!alternative.goes_on) skip_body();
}

/// The case's own steps are over: what is left is the closing handshake.
void CaseRun::skip_body() { position_ = tasks_.size(); }

/// A 101 must be right in all that a client checks (RFC 6455 §4.1), whatever the case looks at. What the
/// client checks there, the server is told in §4.2.2.
void CaseRun::check_response(const Task& task, const SawHead& seen) {
  if (seen.head->status() != 101) return;
  for (const auto& finding : seen.findings) {
    // §11.3.2 forbids what §4.2.2 (step 5, item 6) allows: readings differ.
    if (finding.id == "extensions-repeated") continue;
    const bool is_from_client_list = finding.section == "RFC 6455 §4.1";
    return fail_rule(task, is_from_client_list ? "RFC 6455 §4.2.2" : finding.section,
                     "the handshake is not valid: " + finding.message);
  }
  const auto& needs = instance_.definition->needs;
  const bool needs_deflate = std::find(needs.begin(), needs.end(), "deflate") != needs.end();
  if (needs_deflate && task.stage == Stage::handshake && !peer_of(task).connection->agreement().deflate) {
    decide(Grade::skip, "the subject did not agree on permessage-deflate", &task);
  }
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
      decide(Grade::error,
             "the subject was not alive before the case began: " + (why.empty() ? "another answer" : why),
             &task);
      return;
    case Stage::closing:
      result_.rule_section = awaits_eof(expect) ? tcp_close_section : close_reply_section;
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
