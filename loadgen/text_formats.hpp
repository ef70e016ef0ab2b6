#pragma once

#include <string>

#include "loadgen/result.hpp"

/// A run in the formats of others.
namespace wsrig::loadgen {

/// An interval log as HdrHistogram's tools read it (version 1.3): a line a second and timing, tagged with its
/// name; values are nanoseconds, the column of maxima milliseconds.
std::string to_hdr_log(const Result& result);

/// HdrHistogram's percentile distribution (what its plotters take) of every timing of the total, in
/// milliseconds, each under a line `# NAME`.
std::string to_percentile_text(const Result& result);

/// The text exposition format 0.0.4 of Prometheus: counters, and each timing as a summary in seconds.
/// `figures` are all since the start of the run.
std::string to_prometheus(const Figures& figures, std::uint64_t connections);

/// What happened in a second as statsd's lines, each metric below `wsrig_load.`: counters (c), the number of
/// connections (g) and percentiles of timings in milliseconds (g: statsd has no way to be given a histogram).
/// Each string is a datagram that fits into an Ethernet frame.
std::vector<std::string> to_statsd(const Second& second);

}  // namespace wsrig::loadgen
