#pragma once

#include <string>

#include "loadgen/result.hpp"

namespace wsrig::loadgen {

/// The plots of a run as <figure>s: latency by percentile, latency, throughput, connections and errors over
/// time, the services' memory and processor time, the curve of find-the-limit. What has no data is left out.
std::string to_plots(const Result& result);

}  // namespace wsrig::loadgen
