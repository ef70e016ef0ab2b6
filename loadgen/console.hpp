#pragma once

#include <string>

#include "loadgen/result.hpp"

/// A run for people at a terminal.
namespace wsrig::loadgen {

/// The final table: what was run, the timings with their units, traffic, connections, errors, thresholds,
/// remarks.
std::string final_table(const Result& result, bool color = false);

/// One line about the second that has just passed: `  12 s  steady  20.0 k/s  rtt p50 85.2 µs  p99 …`.
std::string progress_line(const Phase& phase, const Second& second);

}  // namespace wsrig::loadgen
