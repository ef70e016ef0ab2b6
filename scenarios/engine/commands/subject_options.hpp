#pragma once

#include <vector>

#include "cli/options.hpp"
#include "scenarios/engine/run/runner.hpp"

/// The options that declare the subject, the run's timing and what fails it.
namespace wsrig::engine {

std::vector<cli::Option> subject_options();
std::vector<cli::Option> run_options();
/// Fills in everything but the subject's URL and the callbacks.
diag::Result<RunOptions> read_run_options(const cli::Values& values);

}  // namespace wsrig::engine
