#pragma once

#include <span>

namespace wsrig::stats {

/// Whether a series that ought to be level drifted.
struct Drift {
  bool is_known = false;  ///< false: fewer than `fewest_points`, nothing can be said
  double share = 0;       ///< how far it moved from the first point to the last, as a part of its median
  bool is_significant = false;  ///< chance moves a level series that way less than once in a hundred
};
inline constexpr std::size_t fewest_points = 8;

/// Looks at one value a second (throughput, a percentile). Theil and Sen's slope tells how far it drifted and
/// Mann and Kendall's test whether that is more than chance: neither minds a few seconds that stand out.
Drift find_drift(std::span<const double> series);

}  // namespace wsrig::stats
