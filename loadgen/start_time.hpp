#pragma once

#include <chrono>
#include <string_view>

#include "diag/diagnostic.hpp"

namespace wsrig::loadgen {

/// When the shards of a run begin, since the epoch. Their clocks may differ: `agreed` is by the clock of the
/// one who set it, `here` the same moment by the clock of this machine (CLOCK_REALTIME).
struct AgreedStart {
  std::chrono::nanoseconds agreed{};  ///< 0: nothing was agreed
  std::chrono::nanoseconds here{};
};

/// "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.250Z", seconds since the epoch ("@1767323045.5"), or so long
/// from now
/// ("+5s"). The diagnostic has no place: the text is an option's.
diag::Result<std::chrono::nanoseconds> parse_start_time(std::string_view text, std::chrono::nanoseconds now);

/// CLOCK_REALTIME, since the epoch.
std::chrono::nanoseconds real_time();

/// Sleeps until then, or not at all where it is past or nothing was agreed. Returns when it really went on,
/// by the clock that `agreed` is of: their difference is the skew.
std::chrono::nanoseconds wait_for(const AgreedStart& start);

}  // namespace wsrig::loadgen
