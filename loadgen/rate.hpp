#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.hpp"

namespace wsrig::loadgen {

/// Events a second, exact to a thousandth.
struct Rate {
  std::uint64_t thousandths = 0;

  double per_second() const { return static_cast<double>(thousandths) / 1000; }
  friend bool operator==(const Rate&, const Rate&) = default;
};
/// "20000/s", "30/m" (exact to a thousandth a second), "2.5/s"; a bare number is refused where
/// `unit_required`. At most 10^9 a second.
diag::Result<Rate> parse_rate(std::string_view text, bool unit_required = true);
std::string print(Rate rate);  ///< "20000/s"

/// How a rate goes over a stretch of time, in the user's words.
struct RatePlan {
  enum class Shape : std::uint8_t {
    constant,  ///< "20000/s"
    ramp,      ///< "0..20000/s": evenly from the first to the second
    steps,     ///< "steps(1000/s, 2000/s)": each for an equal part of the time
  } shape = Shape::constant;
  std::vector<Rate> rates{};  ///< 1, 2, or one a step
  bool is_poisson = false;    ///< "poisson(20000/s)": independent arrivals at that rate, instead of even ones

  Rate last() const { return rates.back(); }
  friend bool operator==(const RatePlan&, const RatePlan&) = default;
};
diag::Result<RatePlan> parse_rate_plan(std::string_view text, bool unit_required = true);
std::string print(const RatePlan& plan);

}  // namespace wsrig::loadgen
