#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/loop.hpp"
#include "scenarios/engine/run/settings.hpp"

namespace wsrig::engine {

/// A first look at the subject, before any case: two connections at once, each asked as the oracle says.
/// Judges nothing; it tells early what would otherwise be found out case by case.
class Preflight {
 public:
  struct Findings {
    bool reachable = true;       ///< false: no TCP (or TLS) connection could be made
    bool one_at_a_time = false;  ///< the second connection was only served once the first was gone
    bool silent = false;         ///< connections are taken, the opening handshake is not answered
    std::string text{};          ///< what is wrong, or a hint; one line
  };
  Preflight(net::Loop& loop, const CaseSettings& settings, std::function<void(Findings)> done);
  ~Preflight();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace wsrig::engine
