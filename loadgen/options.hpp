#pragma once

#include "cli/options.hpp"
#include "loadgen/config.hpp"

namespace wsrig::loadgen {

/// The option table of wsrig-load, without those of its outputs.
std::vector<cli::Option> load_options();
/// The program: load_options() and all that its outputs know.
cli::Command command();
/// What the options ask for. Every value is checked; a mistake says how to write it.
diag::Result<Config> read_options(const cli::Values& values);

}  // namespace wsrig::loadgen
