#include "capture/time_resolution.hpp"

#include <algorithm>
#include <limits>

namespace wsrig::capture {
namespace {

constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;
/// Whole seconds that fit, either way, with any fraction behind them.
constexpr std::int64_t most_seconds = std::numeric_limits<std::int64_t>::max() / 1'000'000'000 - 1;

/// a * b / c, without loss in between; c > a.
std::uint64_t scale(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(Wide{a} * b / c);
}

}  // namespace

bool TimeResolution::set(std::uint8_t if_tsresol) {
  const unsigned exponent = if_tsresol & 0x7fu;
  const bool binary = (if_tsresol & 0x80u) != 0;
  if (exponent > (binary ? 63u : 19u)) return false;
  per_second_ = 1;
  for (unsigned i = 0; i < exponent; ++i) per_second_ *= binary ? 2 : 10;
  return true;
}

Timestamp TimeResolution::time(std::uint64_t stamp) const {
  const std::uint64_t whole = stamp / per_second_;
  const std::uint64_t fraction = scale(stamp % per_second_, nanoseconds_per_second, per_second_);
  const auto seconds = static_cast<std::int64_t>(std::min<std::uint64_t>(whole, most_seconds));
  const std::int64_t offset = std::clamp(offset_, -most_seconds, most_seconds);
  return std::chrono::seconds(std::clamp(seconds + offset, -most_seconds, most_seconds)) +
         Timestamp(static_cast<std::int64_t>(fraction));
}

}  // namespace wsrig::capture
