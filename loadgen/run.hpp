#pragma once

#include <functional>
#include <memory>

#include "loadgen/config.hpp"
#include "loadgen/result.hpp"
#include "net/loop.hpp"
#include "net/tls.hpp"

namespace wsrig::loadgen {

/// Told while a run goes on.
struct RunEvents {
  /// Begins to measure; `ahead` is what the clock that counts is ahead of ours.
  using Begin = std::function<void(nanoseconds ahead)>;

  /// The connections of a phase are there: its time begins with the call of `begin`, which may come at once
  /// or never. Empty: at once.
  std::function<void(const Phase&, Begin begin)> on_ready{};
  std::function<void(const Meta&)> on_start{};
  std::function<void(const Phase&, const Second&)> on_second{};  ///< the phase has no figures of its own yet
};

/// One run of a load on a loop: its phases, one after the other. Whatever the subject does, it ends in a
/// result.
class Run {
 public:
  using Done = std::function<void(Result)>;
  /// `config`, and `tls` for a wss subject, must outlive the run. `done` is called once, in a turn of its
  /// own.
  Run(net::Loop& loop, const Config& config, const net::TlsContext* tls, RunEvents events, Done done);
  ~Run();
  void start();
  /// Ends it early, with a complete report of what ran.
  void interrupt();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wsrig::loadgen
