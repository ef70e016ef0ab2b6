#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/recording.hpp"
#include "net/loop.hpp"
#include "report/result.hpp"
#include "scenarios/engine/run/case_plan.hpp"
#include "scenarios/engine/run/child_process.hpp"
#include "scenarios/engine/run/connection.hpp"
#include "scenarios/engine/run/process_usage.hpp"
#include "scenarios/engine/run/running_case.hpp"
#include "scenarios/engine/run/settings.hpp"

namespace wsrig::engine {

/// Runs one case on a loop, task by task. Always ends, whatever the subject does: every wait has a deadline.
class CaseRun final : public RunningCase {
 public:
  CaseRun(net::Loop& loop, const CaseSettings& settings, const CaseInstance& instance, Done done);
  ~CaseRun() override;

  void start() override;
  void interrupt() override;

 private:
  enum class Progress : std::uint8_t { done, waiting };
  /// The tester's side of one named connection.
  struct Peer {
    std::unique_ptr<Connection> connection;
    std::string raw{};                       ///< of a stream, what came and was not yet awaited
    std::string key;                         ///< Sec-WebSocket-Key of the latest handshake
    std::uint64_t message_size = 0;          ///< octets sent of the data message at hand
    std::vector<Observation> early_pongs{};  ///< came while something else was awaited
    bool accepted = false;                   ///< of a backend: the proxy has connected
    bool absent = false;                     ///< of a backend: it was judged that the proxy does not connect
    bool frames_judged = false;  ///< frames of the message that is coming in were judged one by one
    bool close_judged = false;   ///< the subject's Close was awaited and has come
    bool shut_down = false;
    std::uint64_t largest_sent = 0;  ///< octets of the largest data message or raw step
    bool over_limit = false;         ///< more was sent than the subject declares to take
  };

  // The way through the tasks (case_run.cpp).
  void pump();
  void pump_later();
  void end_of_tasks();
  void skip_body();
  Progress advance(const Task& task);
  void open_with_proof(const std::string& connection);
  void open_through_proxy();
  void close_through_proxy();
  /// What is known of the proxy's connection to a backend.
  enum class Arrival : std::uint8_t { awaited, here, settled };
  Arrival await_backend(const Task& task);
  Arrival judge_absence(const Task& task);

  // What a step does (case_actions.cpp).
  Progress run(const Task& task, const SendFrame& send);
  Progress run(const Task& task, const SendRaw& send);
  Progress run(const Task& task, const SendHttp& send);
  Progress run(const Task& task, const Shutdown& shutdown);
  Progress run(const Task& task, const Reset& reset);
  Progress run(const Task& task, const Reconnect& reconnect);
  Progress run(const Task& task, const Hold& hold);
  Progress run(const Task& task, const Resume& resume);
  Progress run(const Task& task, const Pause& pause);
  Progress run(const Task& task, const Times& times);
  Progress run(const Task& task, const EndTimes&);
  Progress run(const Task& task, const SendSignal& signal);
  Progress run(const Task& task, const ExpectExit& expect);
  Progress run(const Task& task, const ExpectUsage& expect);
  void count_sent(const Task& task, const ws::FrameSpec& frame);
  ChildProcess* process_of(const Task& task) const;
  ProcessUsage usage_of(const std::string& service) const;
  void note_memory(Stage stage);
  /// Looks again soon, or fails the case when the deadline is over.
  Progress look_again(const Task& task, std::optional<std::chrono::microseconds> within, std::string expected,
                      std::string received);

  // What a step awaits (case_judging.cpp). `true`: the task is done, or the case is decided.
  Progress run(const Task& task, const Expect& expect);
  std::chrono::microseconds deadline_of(const Alternative& alternative, Stage stage) const;
  std::chrono::microseconds longest_wait(const Expect& expect, Stage stage) const;
  Progress check_time(const Task& task, const Expect& expect);
  bool was_held_up(std::chrono::microseconds longest);
  bool judge(const Task& task, const Expect& expect, const Observation& seen);
  bool judge_alternatives(const Task& task, const Expect& expect, const Observation& seen);
  bool judge_early_pongs(const Task& task, const Expect& expect);
  bool judge_raw(const Task& task, const Expect& expect);
  bool is_echo_of_1010(const Task& task, const ws::Violation& violation);
  bool judge_too_big(const Task& task);
  bool judge_unmatched(const Task& task, const Expect& expect, const Observation& seen);
  bool judge_unmatched_end(const Task& task, const Expect& expect, const Observation& seen,
                           const SawEnd& end);
  bool is_expected_rest(const Task& task, const Expect& expect, const Observation& seen);
  void settle(const Task& task, const Alternative& alternative, const Observation* seen);
  void check_response(const Task& task, const SawHead& seen);

  // Waiting, deciding, values (case_run.cpp).
  void begin_wait(std::chrono::microseconds longest);
  void end_wait();
  std::chrono::microseconds waited() const;
  void lower_to(report::Grade grade, std::string reason);
  void decide(report::Grade grade, std::string message, const Task* task);
  void fail_expectation(const Task& task, const Expect& expect, std::string received, std::string why);
  void fail_rule(const Task& task, std::string_view section, std::string text);
  void mistake(const Task& task, const diag::Diagnostic& diagnostic);
  void finish();
  std::unique_ptr<Connection> connect(const std::string& name);
  Peer& peer_of(const Task& task) { return peers_[task.step.connection]; }
  bool is_proxy_case() const { return instance_.definition->subject == SubjectKind::proxy; }
  /// The text of the Ping that shows a subject to be alive; nothing for a case that does not ask for it.
  std::optional<std::string> new_proof();
  std::string new_key();
  ws::Scope scope_for(Peer& peer);
  std::optional<std::string> lookup(const Peer& peer, std::string_view name) const;

  net::Loop& loop_;
  const CaseSettings& settings_;
  const CaseInstance& instance_;
  Done done_;
  Random random_;
  std::chrono::steady_clock::time_point epoch_;
  Transcript transcript_;
  Variables captures_;
  report::CaseResult result_;
  std::unique_ptr<capture::Recording> recording_;  ///< into result_.capture
  std::map<std::string, Peer> peers_;
  // Of the services that steps are about.
  std::map<std::string, std::uint64_t> sockets_before_;  ///< before the case's connections
  std::map<std::string, std::uint64_t> memory_before_;   ///< before its own steps
  bool memory_noted_ = false;

  std::vector<Task> tasks_;
  std::size_t position_ = 0;
  /// Where the steps begin that run again, and how often they still do; the innermost last.
  struct Round {
    std::size_t first = 0;
    std::uint64_t left = 0;
  };
  std::vector<Round> rounds_;
  unsigned times_held_up_ = 0;
  bool closing_planned_ = false;
  net::Timer timer_;
  std::optional<std::chrono::steady_clock::time_point> wait_began_;
  std::string near_miss_;  ///< of the expectation at hand: the same kind with other content

  bool decided_ = false;
  std::shared_ptr<bool> alive_;
};

}  // namespace wsrig::engine
