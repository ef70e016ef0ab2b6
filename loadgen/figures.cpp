#include "loadgen/figures.hpp"

#include <algorithm>

namespace wsrig::loadgen {

namespace {

constexpr std::array<TimingName, timing_count> all_timings{{
    {Timing::rtt, "rtt", "rtt"},
    {Timing::rtt_uncorrected, "rtt_uncorrected", "rtt from actual send"},
    {Timing::send_lag, "send_lag", "send lag"},
    {Timing::connect, "connect", "connect"},
    {Timing::tls, "tls", "TLS handshake"},
    {Timing::upgrade, "upgrade", "upgrade"},
    {Timing::ping_rtt, "ping_rtt", "ping rtt"},
    {Timing::outstanding, "outstanding", "age of unanswered"},
}};

using enum CounterKind;
constexpr std::array all_counters{
    CounterName{&Counters::messages_sent, "messages_sent", "messages sent", traffic},
    CounterName{&Counters::messages_received, "messages_received", "messages received", traffic},
    CounterName{&Counters::frames_sent, "frames_sent", "frames sent", traffic},
    CounterName{&Counters::frames_received, "frames_received", "frames received", traffic},
    CounterName{&Counters::octets_sent, "octets_sent", "octets sent", traffic},
    CounterName{&Counters::octets_received, "octets_received", "octets received", traffic},
    CounterName{&Counters::pings_sent, "pings_sent", "pings sent", traffic},
    CounterName{&Counters::pongs_received, "pongs_received", "pongs received", traffic},
    CounterName{&Counters::scheduled, "scheduled", "scheduled", traffic},
    CounterName{&Counters::missed_sends, "missed_sends", "missed sends", traffic},
    CounterName{&Counters::blocked_sends, "blocked_sends", "waited for the peer to read", traffic},
    CounterName{&Counters::lost, "lost", "lost", error},
    CounterName{&Counters::duplicated, "duplicated", "duplicated", error},
    CounterName{&Counters::reordered, "reordered", "reordered", error},
    CounterName{&Counters::corrupted, "corrupted", "corrupted", error},
    CounterName{&Counters::late, "late", "late", error},
    CounterName{&Counters::unexpected, "unexpected", "unexpected", error},
    CounterName{&Counters::unanswered, "unanswered", "unanswered", error},
    CounterName{&Counters::connects_attempted, "connects_attempted", "connections attempted", connection},
    CounterName{&Counters::connects_opened, "connects_opened", "connections opened", connection},
    CounterName{&Counters::retries, "retries", "retries", connection},
    CounterName{&Counters::disconnected, "disconnected", "ended by the peer", error},
    CounterName{&Counters::violations_sent, "violations_sent", "invalid frames sent", traffic},
    CounterName{&Counters::violations_missed, "violations_missed", "invalid frames accepted", error},
};
static_assert(all_counters.size() * sizeof(std::uint64_t) == sizeof(Counters), "every counter has a name");

template <class Map>
void add(Map& sum, const Map& other) {
  for (const auto& [key, count] : other) sum[key] += count;
}

}  // namespace

std::span<const TimingName> timing_names() { return all_timings; }
std::span<const CounterName> counter_names() { return all_counters; }

void Counters::merge(const Counters& other) {
  for (const auto& field : all_counters) this->*field.counter += other.*field.counter;
}

std::uint64_t Figures::error_count() const {
  std::uint64_t sum = 0;
  for (const auto& [kind, count] : errors) sum += count;
  for (const auto& field : all_counters) {
    if (field.kind == error) sum += counters.*field.counter;
  }
  return sum;
}

void Figures::merge(const Figures& other) {
  const auto longer = std::max(duration, other.duration);
  append(other);
  duration = longer;
}

void Figures::append_warm_up(const Figures& other) {
  for (const Timing timing : {Timing::connect, Timing::tls, Timing::upgrade}) {
    timings[timing].merge(other.timings[timing]);
  }
  for (const auto& field : all_counters) {
    if (field.kind != traffic) counters.*field.counter += other.counters.*field.counter;
  }
  add(close_codes, other.close_codes);
  add(http_statuses, other.http_statuses);
  add(errors, other.errors);
}

void Figures::append(const Figures& other) {
  duration += other.duration;
  for (const auto& [timing, name, title] : all_timings) timings[timing].merge(other.timings[timing]);
  for (const auto& [label, histogram] : other.rtt_by_message) rtt_by_message[label].merge(histogram);
  counters.merge(other.counters);
  add(close_codes, other.close_codes);
  add(http_statuses, other.http_statuses);
  add(errors, other.errors);
  processor_time += other.processor_time;
}

}  // namespace wsrig::loadgen
