#pragma once

#include <functional>

#include "diag/diagnostic.hpp"
#include "proxy/config.hpp"

namespace wsrig::proxy {

/// Serves until SIGINT or SIGTERM; returns an exit code. Prints one JSON object a listener to standard
/// output:
/// {"event":"listening","program":"wsrig-proxy","name":"ws","url":"ws://127.0.0.1:40123/","address":…}.
/// SIGHUP reads the configuration again by `reread`; where that is wrong, it says so and goes on as before.
diag::Result<int> run(Config config, std::function<diag::Result<Config>()> reread);

}  // namespace wsrig::proxy
