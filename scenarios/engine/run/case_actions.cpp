// What the steps of a case do, but for what they await.
#include <algorithm>
#include <fmt/format.h>

#include "scenarios/engine/run/case_run.hpp"
#include "scenarios/engine/run/services.hpp"

namespace wsrig::engine {

using report::Grade;
using std::chrono::microseconds;

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
  peer.largest_sent = std::max(peer.largest_sent, peer.message_size);
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
  peer.largest_sent = std::max<std::uint64_t>(peer.largest_sent, bytes->size());
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

}  // namespace wsrig::engine
