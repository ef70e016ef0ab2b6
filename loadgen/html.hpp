#pragma once

#include <string>

#include "loadgen/result.hpp"

namespace wsrig::loadgen {

/// The run as one self-contained HTML page: verdicts, tables, and plots in inline SVG (latency by percentile,
/// latency and throughput over time, connections, errors, the curve of find-the-limit). Nothing is fetched
/// and no script runs.
std::string to_html(const Result& result);

}  // namespace wsrig::loadgen
