#include "loadgen/limit_search.hpp"

#include <algorithm>
#include <utility>

#include "loadgen/threshold.hpp"
#include "loadgen/verdicts.hpp"

namespace wsrig::loadgen {
namespace {

constexpr double precision = 0.05;
constexpr double lowest_rate = 1;
constexpr double highest_rate = 1e9;

}  // namespace

void LimitStepper::report(bool passed) {
  (passed ? passed_ : failed_) = *next_;
  if (failed_ == 0) {
    next_ = passed_ * 2;
    if (*next_ > highest_rate) next_.reset();
    return;
  }
  const bool is_known = failed_ - passed_ <= precision * failed_ || failed_ <= lowest_rate;
  next_ = is_known ? std::nullopt : std::optional((passed_ + failed_) / 2);
}

Probe judge_probe(double rate, const Phase& phase, const Meta& meta,
                  const std::vector<std::string>& criterion) {
  Result alone{.meta = meta, .phases = {phase}};
  alone.meta.thresholds = criterion;
  add_verdicts(alone);
  Probe probe{.rate = rate, .figures = phase.figures, .passed = true};
  for (const Judgement& judgement : judge_all(alone)) {
    if (judgement.passed || !probe.passed) continue;
    probe.passed = false;
    probe.why = judgement.why.empty() ? judgement.threshold + ": " + judgement.observed : judgement.why;
  }
  return probe;
}

RateSearch::RateSearch(std::vector<std::string> criterion, double first_rate)
    : criterion_(std::move(criterion)), stepper_(first_rate) {
  for (const std::string& one : criterion_)
    search_.criterion += (search_.criterion.empty() ? "" : ", ") + one;
}

void RateSearch::report(Phase phase, const Meta& meta) {
  search_.probes.push_back(judge_probe(*stepper_.next(), phase, meta, criterion_));
  const bool passed = search_.probes.back().passed;
  const bool is_best = passed && *stepper_.next() > search_.limit;
  if (is_best || search_.limit == 0) best_ = std::move(phase);
  if (is_best) search_.limit = *stepper_.next();
  stepper_.report(passed);
}

}  // namespace wsrig::loadgen
