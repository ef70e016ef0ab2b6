#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loadgen/result.hpp"

namespace wsrig::loadgen {

/// Finds the highest rate that passes: doubles it until one fails, then halves the gap until it is a
/// twentieth of the rate. Pure: it is told how each rate went, and says which to try next.
class LimitStepper {
 public:
  explicit LimitStepper(double first_rate) : next_(first_rate) {}

  /// The rate to try; empty when the limit is known.
  std::optional<double> next() const { return next_; }
  void report(bool passed);
  /// The highest rate that passed; 0: none did.
  double limit() const { return passed_; }

 private:
  std::optional<double> next_;
  double passed_ = 0;
  double failed_ = 0;  ///< the lowest that did; 0: none yet
};

/// Did a phase at a rate hold what is asked of it, at a generator that kept its schedule?
Probe judge_probe(double rate, const Phase& phase, const Meta& meta,
                  const std::vector<std::string>& criterion);

/// Find-the-limit: the steps, and what is known so far.
class RateSearch {
 public:
  RateSearch(std::vector<std::string> criterion, double first_rate);

  std::optional<double> next_rate() const { return stepper_.next(); }
  void report(Phase phase, const Meta& meta);
  /// The whole curve; and the phase at the highest rate that passed, or where none did the last one.
  LimitSearch result() const { return search_; }
  Phase take_phase() { return std::move(best_); }

 private:
  std::vector<std::string> criterion_;
  LimitStepper stepper_;
  LimitSearch search_;
  Phase best_;
};

}  // namespace wsrig::loadgen
