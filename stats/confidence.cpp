#include "stats/confidence.hpp"

#include <algorithm>
#include <cmath>

namespace wsrig::stats {

std::uint64_t samples_needed(double percent) {
  // All of n samples lie below the percentile q with probability q^n. The extremes are what they are.
  const double share = std::clamp(percent, 0.0, 100.0) / 100;
  if (share <= 0 || share >= 1) return 1;
  return static_cast<std::uint64_t>(std::ceil(std::log(0.05) / std::log(share)));
}

}  // namespace wsrig::stats
