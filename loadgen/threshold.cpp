#include "loadgen/threshold.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "loadgen/percentiles.hpp"
#include "loadgen/units.hpp"
#include "loadgen/verdicts.hpp"
#include "stats/confidence.hpp"

namespace wsrig::loadgen {

namespace {

/// What a run shows for a metric, or why it shows nothing that could be judged.
struct Observed {
  double value = 0;
  std::string missing{};
};

Observed nothing(std::string why) { return {.missing = std::move(why)}; }

/// The stretch that a threshold speaks of.
struct Stretch {
  Figures figures;
  std::uint64_t connections = 0;
};

std::optional<Stretch> find_stretch(const Threshold& threshold, const Result& result) {
  Stretch all{.figures = threshold.phase.empty() ? result.total() : Figures{}};
  bool found = threshold.phase.empty();
  for (const Phase& phase : result.phases) {
    const bool is_meant = threshold.phase.empty() ? phase.recorded : phase.name == threshold.phase;
    if (!is_meant) continue;
    if (!threshold.phase.empty()) all.figures.append(phase.figures);
    all.connections = std::max(all.connections, phase.connections);
    found = true;
  }
  return found ? std::optional(std::move(all)) : std::nullopt;
}

double statistic(const OfTiming& of, const stats::Histogram& histogram) {
  switch (of.statistic) {
    case OfTiming::Statistic::percentile: return static_cast<double>(histogram.percentile(of.percent));
    case OfTiming::Statistic::min: return static_cast<double>(histogram.min());
    case OfTiming::Statistic::max: return static_cast<double>(histogram.max());
    case OfTiming::Statistic::mean: return histogram.mean();
    case OfTiming::Statistic::stddev: return histogram.stddev();
    case OfTiming::Statistic::count: return static_cast<double>(histogram.count());
  }
  return 0;
}

/// What a counter is a share of.
std::uint64_t Counters::* base_of(std::uint64_t Counters::* counter) {
  if (counter == &Counters::missed_sends) return &Counters::scheduled;
  if (counter == &Counters::violations_missed) return &Counters::violations_sent;
  if (counter == &Counters::pongs_received) return &Counters::pings_sent;
  if (counter == &Counters::connects_opened || counter == &Counters::retries)
    return &Counters::connects_attempted;
  if (counter == &Counters::disconnected) return &Counters::connects_opened;
  return &Counters::messages_sent;
}

bool has_done_something(const Stretch& stretch) {
  const Counters& counters = stretch.figures.counters;
  return stretch.connections + counters.messages_sent + counters.messages_received +
             counters.connects_attempted + counters.pings_sent + counters.violations_sent >
         0;
}

/// Looks a metric up in the figures of a stretch and of the whole run.
class Observer {
 public:
  Observer(const Result& result, const Stretch& stretch, Unit unit)
      : result_(result), stretch_(stretch), unit_(unit) {}

  Observed operator()(const OfTiming& of) const {
    const stats::Histogram& histogram = stretch_.figures.timings[of.timing];
    // A count of nothing is a fact, but a threshold on it would pass without a run too.
    if (histogram.empty()) return nothing("no sample was taken");
    if (of.statistic == OfTiming::Statistic::percentile) {
      const std::uint64_t needed = stats::samples_needed(of.percent);
      if (histogram.count() < needed) {
        return {.value = statistic(of, histogram),
                .missing = fmt::format("the run is too short for it: {} of at least {} samples",
                                       print_count(histogram.count()), print_count(needed))};
      }
    }
    return {.value = statistic(of, histogram)};
  }

  Observed operator()(const OfCounter& of) const {
    const Figures& figures = stretch_.figures;
    if (!has_done_something(stretch_)) return nothing("nothing was sent or received");
    const std::uint64_t count = of.counter == nullptr ? figures.error_count() : figures.counters.*of.counter;
    if (unit_ == Unit::rate || unit_ == Unit::octet_rate)
      return {.value = per_second(count, figures.duration)};
    if (unit_ != Unit::share) return {.value = static_cast<double>(count)};
    const std::uint64_t base = figures.counters.*base_of(of.counter);
    if (base == 0) return nothing("there is nothing that it could be a share of");
    return {.value = static_cast<double>(count) / static_cast<double>(base)};
  }

  Observed operator()(const OfCode& of) const {
    if (!has_done_something(stretch_)) return nothing("nothing was sent or received");
    const auto& codes = stretch_.figures.*of.codes;
    const auto found = codes.find(of.code);
    return {.value = found == codes.end() ? 0.0 : static_cast<double>(found->second)};
  }

  Observed operator()(const OfService& of) const {
    const auto found = std::ranges::find(result_.services, of.name, &ServiceUsage::name);
    if (found == result_.services.end()) return nothing(fmt::format("no service is called '{}'", of.name));
    if (found->samples.size() < 2) return nothing("no sample was taken");
    if (of.is_memory) {
      return {.value =
                  static_cast<double>(std::ranges::max(found->samples, {}, &UsageSample::memory).memory)};
    }
    const UsageSample &first = found->samples.front(), &last = found->samples.back();
    return {.value = static_cast<double>((last.processor_time - first.processor_time).count()) /
                     static_cast<double>((last.at - first.at).count())};
  }

  Observed operator()(const OfConnections&) const {
    return {.value = static_cast<double>(stretch_.connections)};
  }

  Observed operator()(const OfLimit&) const {
    return result_.search ? Observed{.value = result_.search->limit} : nothing("no limit was searched for");
  }

  Observed operator()(const OfProcessor&) const {
    return {.value = processor_share(result_.meta, stretch_.figures)};
  }

 private:
  const Result& result_;
  const Stretch& stretch_;
  Unit unit_;
};

bool holds(Comparison comparison, double observed, double value) {
  switch (comparison) {
    case Comparison::less: return observed < value;
    case Comparison::at_most: return observed <= value;
    case Comparison::equal: return observed == value;
    case Comparison::not_equal: return observed != value;
    case Comparison::at_least: return observed >= value;
    case Comparison::greater: return observed > value;
  }
  return false;
}

std::string print(Unit unit, double value) {
  switch (unit) {
    case Unit::count: return print_count(static_cast<std::uint64_t>(value));
    case Unit::time: return print_time(value);
    case Unit::octets: return print_octets(value);
    case Unit::rate: return print_short(value) + "/s";
    case Unit::octet_rate: return print_octets(value) + "/s";
    case Unit::share: return print_percent(value);
  }
  return {};
}

/// The subject did not meet the load that was asked for.
bool is_limit_of_ours(const Remark& remark) {
  return remark.concern == Concern::generator || remark.concern == Concern::resource;
}

}  // namespace

Judgement judge(const Threshold& threshold, const Result& result) {
  Judgement judgement{.threshold = threshold.text};
  const auto stretch = find_stretch(threshold, result);
  if (!stretch) {
    judgement.why = threshold.phase.empty() ? "no phase was recorded"
                                            : fmt::format("no phase is called '{}'", threshold.phase);
    return judgement;
  }
  const Observed observed = std::visit(Observer(result, *stretch, threshold.unit), threshold.metric);
  judgement.why = observed.missing;
  if (observed.missing.empty() || observed.value != 0)
    judgement.observed = print(threshold.unit, observed.value);
  judgement.passed = observed.missing.empty() && holds(threshold.comparison, observed.value, threshold.value);
  return judgement;
}

std::vector<Judgement> judge_all(const Result& result) {
  const auto limited = std::ranges::find_if(result.remarks, is_limit_of_ours);
  std::vector<Judgement> judgements;
  for (const std::string& text : result.meta.thresholds) {
    const auto threshold = parse_threshold(text);
    judgements.push_back(threshold ? judge(*threshold, result)
                                   : Judgement{.threshold = text, .why = threshold.error().message});
    if (limited == result.remarks.end()) continue;
    judgements.back().passed = false;
    judgements.back().why = "not to be trusted: " + limited->text;
  }
  return judgements;
}

}  // namespace wsrig::loadgen
