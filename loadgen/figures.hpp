#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "stats/histogram.hpp"

/// What was counted and timed in some stretch of a run. Everything here adds up: of seconds to a phase, of
/// phases to a run, of shards to a whole.
namespace wsrig::loadgen {

/// What is timed. All times are in nanoseconds.
enum class Timing : std::uint8_t {
  rtt,              ///< intended send time → last octet of the reply: what a user would have felt
  rtt_uncorrected,  ///< actual send → last octet of the reply: forgets what waited unsent
  send_lag,         ///< intended send time → actual send: the health of the generator itself
  connect,          ///< TCP, through whatever proxy
  tls,              ///< TLS handshake
  upgrade,          ///< request written → 101 read
  ping_rtt,         ///< ping sent → its pong
  outstanding,      ///< age at the end of the run of messages that no reply has come for
};
inline constexpr std::size_t timing_count = 8;

/// A name for thresholds and documents ("rtt_uncorrected"), and one for people.
struct TimingName {
  Timing timing;
  std::string_view name;
  std::string_view title;
};
std::span<const TimingName> timing_names();

/// A histogram for each Timing.
class Timings {
 public:
  stats::Histogram& operator[](Timing timing) { return histograms_[static_cast<std::size_t>(timing)]; }
  const stats::Histogram& operator[](Timing timing) const {
    return histograms_[static_cast<std::size_t>(timing)];
  }
  friend bool operator==(const Timings&, const Timings&) = default;

 private:
  std::array<stats::Histogram, timing_count> histograms_;
};

/// What is counted. `sent` is client to server. A message is one that the load means (data, or a ping of the
/// mix); octets are the octets of the WebSocket stream, frame headers included.
struct Counters {
  std::uint64_t messages_sent = 0;
  std::uint64_t messages_received = 0;
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t octets_sent = 0;
  std::uint64_t octets_received = 0;
  std::uint64_t pings_sent = 0;
  std::uint64_t pongs_received = 0;
  std::uint64_t scheduled = 0;      ///< messages that the schedule asked for (open loop)
  std::uint64_t missed_sends = 0;   ///< of these: never handed to a socket before the phase ended
  std::uint64_t blocked_sends = 0;  ///< sent late, or missed, because the peer did not read
  std::uint64_t lost = 0;           ///< a later one of the same connection was answered, this one was not
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t corrupted = 0;   ///< length or CRC-32C differ from what was sent
  std::uint64_t late = 0;        ///< answered after its deadline
  std::uint64_t unexpected = 0;  ///< a message that answers nothing
  std::uint64_t unanswered = 0;  ///< still outstanding at the end
  std::uint64_t connects_attempted = 0;
  std::uint64_t connects_opened = 0;  ///< upgraded
  std::uint64_t retries = 0;
  std::uint64_t disconnected = 0;       ///< ended by the peer, not by us
  std::uint64_t violations_sent = 0;    ///< deliberately invalid frames
  std::uint64_t violations_missed = 0;  ///< of these: not answered as expected

  void merge(const Counters& other);
  friend bool operator==(const Counters&, const Counters&) = default;
};

/// What a counter tells of.
enum class CounterKind : std::uint8_t {
  traffic,     ///< of messages: not taken from a warm-up
  connection,  ///< of connections
  error,       ///< belongs to `errors` of a threshold
};

/// A counter with its name in documents and thresholds, and what a person reads.
struct CounterName {
  std::uint64_t Counters::* counter;
  std::string_view name;
  std::string_view title;
  CounterKind kind;
};
std::span<const CounterName> counter_names();

/// All figures of a stretch.
struct Figures {
  std::chrono::nanoseconds duration{};
  Timings timings{};
  /// rtt by the label of an entry of the mix ("text 128B"), where the mix has more than one.
  std::map<std::string, stats::Histogram> rtt_by_message{};
  Counters counters{};
  std::map<std::uint16_t, std::uint64_t> close_codes{};  ///< received; 1005 none given, 1006 no Close at all
  std::map<std::uint16_t, std::uint64_t> http_statuses{};  ///< of upgrade responses, 101 included
  std::map<std::string, std::uint64_t> errors{};           ///< by kind: "connect: connection refused"
  std::chrono::nanoseconds processor_time{};               ///< of the generator, user and system

  /// All that is an error: the kinds in `errors` and the counters that are marked so.
  std::uint64_t error_count() const;
  /// Adds up, but for the duration, of which the longer counts: for stretches at the same time (shards).
  void merge(const Figures& other);
  /// Adds up, the duration too: for stretches one after the other (seconds of a phase, phases of a run).
  void append(const Figures& other);
  /// Adds what a warm-up tells: its connections and its errors, but no message and no time.
  void append_warm_up(const Figures& other);
  friend bool operator==(const Figures&, const Figures&) = default;
};

}  // namespace wsrig::loadgen
