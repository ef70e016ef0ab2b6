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
