#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

/// What tables, documents and plots show of a histogram and of a counter.
namespace wsrig::loadgen {

struct Percentile {
  double percent;
  std::string_view name;
};
inline constexpr std::array<Percentile, 7> shown_percentiles{
    {{50, "p50"}, {75, "p75"}, {90, "p90"}, {95, "p95"}, {99, "p99"}, {99.9, "p99.9"}, {99.99, "p99.99"}}};

/// 0 where no time has passed.
constexpr double per_second(std::uint64_t count, std::chrono::nanoseconds duration) {
  return duration.count() <= 0 ? 0 : static_cast<double>(count) * 1e9 / static_cast<double>(duration.count());
}

}  // namespace wsrig::loadgen
