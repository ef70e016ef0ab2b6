#pragma once

#include "cli/options.hpp"
#include "diag/diagnostic.hpp"
#include "proxy/config.hpp"

namespace wsrig::proxy {

/// The option table of wsrig-proxy.
cli::Command command();
/// The configuration that options, environment and configuration files ask for.
diag::Result<Config> read_options(const cli::Values& values);

}  // namespace wsrig::proxy
