#include "loadgen/verdicts.hpp"

#include <cmath>
#include <fmt/format.h>

#include "loadgen/percentiles.hpp"
#include "loadgen/units.hpp"
#include "stats/steadiness.hpp"

namespace wsrig::loadgen {

namespace {

constexpr double busy = 0.95;         ///< of its processors: there was nothing left
constexpr double many_missed = 0.01;  ///< of the sends that the schedule asked for
constexpr double too_much_lag = 0.5;  ///< of the latency that is reported
constexpr double lag_to_tell = 0.1;   ///< the same, worth a remark
constexpr std::uint64_t least_lag =
    1'000'000;  ///< ns: below, a scheduler's whims are larger than what they spoil
constexpr std::uint64_t late_for_most = 10'000'000;  ///< ns, at p50: more than a busy machine's turns
constexpr std::uint64_t long_stall = 100'000'000;    ///< ns, at p99: no whim any more
constexpr double much_drift = 0.1;                   ///< from the first second of a phase to its last

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Schedule slots that were missed though the peer read what it got.
double missed_by_generator(const Counters& counters) {
  const std::uint64_t own =
      counters.missed_sends > counters.blocked_sends ? counters.missed_sends - counters.blocked_sends : 0;
  return share(own, counters.scheduled);
}

std::string processor_text(const Meta& meta, const Figures& figures) {
  return fmt::format("its processors were {:.0f} % busy", processor_share(meta, figures) * 100);
}

/// Is the latency at a percentile mostly the generator's own lag, and that lag no trifle?
bool is_mostly_lag(const Figures& figures, double percent, std::uint64_t least) {
  const std::uint64_t lag = figures.timings[Timing::send_lag].percentile(percent);
  return lag >= least && share(lag, figures.timings[Timing::rtt].percentile(percent)) > too_much_lag;
}

/// Sends that came late though the peer read what it got. Their lag is part of rtt, so it never flatters. On
/// a busy machine any process is late now and then: that is remarked; a generator that is far behind for most
/// of its messages (or behind, with all it has), or for very long, measured itself.
void judge_lag(Result& result, const Phase& phase) {
  const Figures& figures = phase.figures;
  if (share(figures.counters.blocked_sends, figures.counters.messages_sent) > many_missed) return;
  const bool is_busy = processor_share(result.meta, figures) >= busy;
  const bool is_limit = is_mostly_lag(figures, 50, is_busy ? least_lag : late_for_most) ||
                        is_mostly_lag(figures, 99, long_stall);
  const std::uint64_t lag = figures.timings[Timing::send_lag].percentile(99);
  const std::uint64_t rtt = figures.timings[Timing::rtt].percentile(99);
  if (!is_limit && (lag < least_lag || share(lag, rtt) <= lag_to_tell)) return;
  result.remarks.push_back(
      {is_limit ? Concern::generator : Concern::note, phase.name,
       fmt::format("{}: at p99 it sent {} late, of an rtt of {} ({})",
                   is_limit ? "the generator itself was the limit" : "the generator adds to the latency",
                   print_time(lag), print_time(rtt), processor_text(result.meta, figures))});
}

/// An open loop that the generator could not keep.
void judge_schedule(Result& result, const Phase& phase) {
  const Figures& figures = phase.figures;
  const double missed = missed_by_generator(figures.counters);
  if (missed > many_missed) {
    result.remarks.push_back(
        {Concern::generator, phase.name,
         fmt::format("the generator itself was the limit: it missed {} of the {} sends that were due ({})",
                     print_percent(missed), print_count(figures.counters.scheduled),
                     processor_text(result.meta, figures))});
    return;
  }
  judge_lag(result, phase);
}

/// As fast as it goes: what a busy generator reaches is a lower bound.
void judge_speed(Result& result, const Phase& phase) {
  if (processor_share(result.meta, phase.figures) < busy) return;
  result.remarks.push_back(
      {Concern::note, phase.name,
       fmt::format("the peer may be faster than this: the generator gave all it has ({})",
                   processor_text(result.meta, phase.figures))});
}

/// The seconds that lie wholly in the phase: the first and the last are cut.
std::vector<const Second*> whole_seconds(const Phase& phase) {
  std::vector<const Second*> seconds;
  for (const Second& second : phase.seconds) {
    if (second.figures.duration >= std::chrono::milliseconds(900)) seconds.push_back(&second);
  }
  return seconds;
}

void judge_series(Result& result, const Phase& phase, std::string_view what,
                  const std::vector<double>& series) {
  const stats::Drift drift = stats::find_drift(series);
  if (!drift.is_known || !drift.is_significant || std::abs(drift.share) <= much_drift) return;
  result.remarks.push_back(
      {Concern::not_steady, phase.name,
       fmt::format("not steady: {} {} by {:.0f} % from the first second to the last", what,
                   drift.share > 0 ? "rose" : "fell", std::abs(drift.share) * 100)});
}

void judge_steadiness(Result& result, const Phase& phase) {
  std::vector<double> medians, rates;
  for (const Second* second : whole_seconds(phase)) {
    const Figures& figures = second->figures;
    rates.push_back(per_second(figures.counters.messages_received, figures.duration));
    const auto& rtt = figures.timings[Timing::rtt];
    if (!rtt.empty()) medians.push_back(static_cast<double>(rtt.percentile(50)));
  }
  if (rates.size() < stats::fewest_points) {
    result.remarks.push_back(
        {Concern::note, phase.name,
         fmt::format("too short to tell whether it was steady: {} of at least {} whole seconds", rates.size(),
                     stats::fewest_points)});
    return;
  }
  judge_series(result, phase, "rtt p50", medians);
  judge_series(result, phase, "messages/s", rates);
}

}  // namespace

double processor_share(const Meta& meta, const Figures& figures) {
  std::uint64_t loops = 0;
  for (const Shard& shard : meta.shards) loops += shard.loops;
  const auto available = static_cast<double>(figures.duration.count()) * static_cast<double>(loops);
  return available <= 0 ? 0 : static_cast<double>(figures.processor_time.count()) / available;
}

void add_verdicts(Result& result) {
  for (const Phase& phase : result.phases) {
    if (!phase.recorded) continue;
    if (phase.model == Model::open) judge_schedule(result, phase);
    if (phase.model == Model::closed || phase.model == Model::blast) judge_speed(result, phase);
    if (phase.model != Model::hold) judge_steadiness(result, phase);
  }
}

}  // namespace wsrig::loadgen
