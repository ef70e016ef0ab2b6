#include "stats/steadiness.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace wsrig::stats {

namespace {

/// Expects at least one value.
double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

Drift find_drift(std::span<const double> series) {
  if (series.size() < fewest_points) return {};
  std::vector<double> slopes;
  double rises = 0;  // pairs that rise, less pairs that fall
  for (std::size_t i = 0; i < series.size(); ++i) {
    for (std::size_t j = i + 1; j < series.size(); ++j) {
      const double step = series[j] - series[i];
      slopes.push_back(step / static_cast<double>(j - i));
      rises += step > 0 ? 1 : step < 0 ? -1 : 0;
    }
  }
  const double level = median({series.begin(), series.end()});
  const auto n = static_cast<double>(series.size());
  const double spread = std::sqrt(n * (n - 1) * (2 * n + 5) / 18);  // of `rises`, where nothing drifts
  Drift drift{.is_known = true};
  if (level != 0) drift.share = median(std::move(slopes)) * (n - 1) / level;
  drift.is_significant = (std::abs(rises) - 1) / spread > 2.576;
  return drift;
}

}  // namespace wsrig::stats
