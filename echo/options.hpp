#pragma once

#include "cli/options.hpp"
#include "echo/config.hpp"

namespace wsrig::echo {

/// The option table of wsrig-echo.
cli::Command command();
/// What the options ask for. Every value is checked; a mistake says how to write it.
diag::Result<Config> read_options(const cli::Values& values);

}  // namespace wsrig::echo
