#pragma once

#include <memory>

#include "loadgen/session.hpp"
#include "scenarios/engine/steps/script.hpp"
#include "ws/random.hpp"

namespace wsrig::engine {

/// The session of one connection: sends, pauses, and awaits answers and messages, of which it captures parts;
/// what they have to be is judged by the matcher of the cases.
class LoadSession final : public loadgen::Session {
 public:
  /// `script` and what `values` refers to must outlive it. `values` gives what the run knows: services,
  /// secrets.
  LoadSession(const Script& script, loadgen::SessionPeer& peer, ws::Lookup values, std::uint64_t seed);
  ~LoadSession() override;

  bool log_in() override;
  void start() override;
  bool on_message(const ws::Message& message) override;
  /// Empty for a group of a regular expression that took no part in what was found.
  std::optional<std::string> captured(std::string_view name) const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wsrig::engine
