#pragma once

#include "pcap/options.hpp"

namespace wsrig::pcap {

/// Reads the capture and writes what is asked for; returns the exit code. What is wrong with the capture goes
/// to standard error. The diagnostic is about the options: a filter that is none.
diag::Result<int> run(const Config& config);

}  // namespace wsrig::pcap
