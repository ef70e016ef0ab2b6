#pragma once

#include <cstdint>

namespace wsrig::stats {

/// How many samples it takes to say anything about a percentile: with fewer, none of them lies beyond it in
/// more than one run of twenty, and the greatest sample would pass for it. 59 for p95, 299 for p99, 2995 for
/// p99.9.
std::uint64_t samples_needed(double percent);

}  // namespace wsrig::stats
