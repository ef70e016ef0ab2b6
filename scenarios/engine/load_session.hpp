#pragma once

#include <memory>

#include "loadgen/session.hpp"
#include "scenarios/engine/script.hpp"
#include "ws/random.hpp"

namespace wsrig::engine {

/// The `session:` of a load: steps that each of its connections goes through first. It may send frames,
/// pause, and await messages, of which it captures parts; what a message has to be is judged by the matcher
/// of the cases.
class LoadSession final : public loadgen::Session {
 public:
  /// `script` and what `services` refers to must outlive it.
  LoadSession(const Script& script, loadgen::SessionPeer& peer, ws::Lookup services, std::uint64_t seed);
  ~LoadSession() override;

  void start() override;
  void on_message(const ws::Message& message) override;
  std::optional<std::string> captured(std::string_view name) const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What of a script a session cannot do: `http`, `raw`, a named connection … with its place in the script.
std::optional<diag::Diagnostic> check_session(const Script& script);

}  // namespace wsrig::engine
