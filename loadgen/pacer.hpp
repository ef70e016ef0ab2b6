#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "loadgen/rate.hpp"

namespace wsrig::loadgen {

using std::chrono::nanoseconds;

/// When event n of a stretch is due, counted from its start: event 0 when the first may happen. A pure
/// function of n, so that a late event keeps the time it was meant for (open loop).
class Pacer {
 public:
  /// Behind the end of `duration` the last rate goes on. The seed is that of Poisson arrivals.
  Pacer(const RatePlan& plan, nanoseconds duration, std::uint64_t seed = 0);

  /// Even arrivals are exact to the nanosecond, rounded up. Never decreases with n; nanoseconds::max() for an
  /// event that never comes (the rate has fallen to 0).
  nanoseconds due(std::uint64_t n) const;
  /// How many events are due before `end`.
  std::uint64_t count_before(nanoseconds end) const;

 private:
  /// A stretch in which the rate changes evenly. `events` came before it, in units of 10^-12.
  struct Segment {
    nanoseconds begin{};
    nanoseconds length{};
    Rate from{}, to{};
    long double events = 0;
  };

  void add_segment(nanoseconds begin, nanoseconds length, Rate from, Rate to);
  nanoseconds exact_due(std::uint64_t n) const;
  nanoseconds due_at(long double events) const;
  const Segment& segment_of(long double events) const;
  long double poisson_events(std::uint64_t n) const;
  std::uint64_t count_on(nanoseconds end) const;

  std::vector<Segment> segments_;
  std::uint64_t seed_;
  bool is_poisson_;
  /// Memory of the last answer: a sum of n random gaps is built upon the one before.
  mutable std::uint64_t last_n_ = 0;
  mutable long double last_events_ = 0;
};

}  // namespace wsrig::loadgen
