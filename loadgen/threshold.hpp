#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "diag/diagnostic.hpp"
#include "loadgen/result.hpp"

/// `PHASE? METRIC STAT? OP VALUE`: what a run has to reach, as people write it:
///
///     rtt p99 < 10ms                steady rtt p99.9 < 50ms        send_lag p99 < 100us
///     errors == 0                   missed_sends < 0.1%            messages_received > 19000/s
///     close_code 1006 == 0          http_status 503 == 0           connections >= 1000
///     service.echo.memory < 64MiB   service.echo.cpu < 90%         limit > 50000/s
///
/// A timing takes p50, p99.9 …, min, max, mean, stddev or count; of a counter the unit of the value says
/// whether it is compared as a number, as messages per second or as a share. A threshold that saw no sample
/// fails.
namespace wsrig::loadgen {

/// What a value is measured in.
enum class Unit : std::uint8_t { count, time, octets, rate, octet_rate, share };

/// A statistic of a histogram.
struct OfTiming {
  enum class Statistic : std::uint8_t { percentile, min, max, mean, stddev, count };
  Timing timing = Timing::rtt;
  Statistic statistic = Statistic::percentile;
  double percent = 0;  ///< of a percentile
};
/// A counter, or all errors together where there is none.
struct OfCounter {
  std::uint64_t Counters::* counter = nullptr;
};
/// How often a code was seen.
struct OfCode {
  std::map<std::uint16_t, std::uint64_t> Figures::* codes = nullptr;
  std::uint16_t code = 0;
};
/// What a service of the scenario used: its largest memory, or its share of one processor.
struct OfService {
  std::string name;
  bool is_memory = true;
};
struct OfConnections {};  ///< the most that were open at once
struct OfLimit {};        ///< what find-the-limit found
struct OfProcessor {};    ///< the generator's own share of its loops' processors
using Metric = std::variant<OfTiming, OfCounter, OfCode, OfService, OfConnections, OfLimit, OfProcessor>;

enum class Comparison : std::uint8_t { less, at_most, equal, not_equal, at_least, greater };

struct Threshold {
  std::string text{};   ///< as it was written
  std::string phase{};  ///< empty: the sum of the phases that are recorded
  Metric metric{};
  Comparison comparison = Comparison::less;
  Unit unit = Unit::count;
  double value = 0;  ///< nanoseconds, octets, a number, either of them a second, or a share of 1
};

/// Reads one. A mistake knows its place in the text only (as diag::Source::place takes it): line 0, and the
/// byte offset + 1 in `column`.
diag::Result<Threshold> parse_threshold(std::string_view text);

/// Judges one on a whole run (never on one shard of several).
Judgement judge(const Threshold& threshold, const Result& result);

/// Judges all; what could not be read (in a document that somebody changed) fails. A run that its generator
/// limited fails them all.
std::vector<Judgement> judge_all(const Result& result);

}  // namespace wsrig::loadgen
