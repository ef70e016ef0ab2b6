#pragma once

#include "diag/diagnostic.hpp"
#include "echo/behaviour.hpp"
#include "echo/config.hpp"

namespace wsrig::echo {

/// What the configuration asks of the WebSocket side, misbehaviours included. `config` must outlive it.
diag::Result<Behaviour> make_behaviour(const Config& config);

/// Serves until SIGINT or SIGTERM; returns an exit code. Prints one JSON object a listener to standard
/// output:
/// {"event":"listening","program":"wsrig-echo","name":"ws","url":"ws://127.0.0.1:40123/","address":…}.
diag::Result<int> run(const Config& config);

}  // namespace wsrig::echo
