#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "loadgen/figures.hpp"
#include "stats/recorder.hpp"

namespace wsrig::loadgen {

using std::chrono::nanoseconds;

/// Collects what happens until somebody takes it: once a second, and at the end of a phase. All connections
/// of a loop share one.
class Meter {
 public:
  /// `labels` name the entries of the mix; rtt is kept for each where there are several.
  explicit Meter(std::vector<std::string> labels);

  Counters counters;

  /// A negative time (a clock of another machine, in a received timestamp) counts as 0.
  void record(Timing timing, nanoseconds time) { recorder(timing).record(to_count(time)); }
  /// A reply to a message of an entry of the mix.
  void record_reply(std::uint16_t entry, nanoseconds corrected, nanoseconds uncorrected);
  void count_error(const std::string& kind) { ++others_.errors[kind]; }
  void count_close(std::uint16_t code) { ++others_.close_codes[code]; }
  void count_status(std::uint16_t status) { ++others_.http_statuses[status]; }

  /// Messages sent since the beginning.
  std::uint64_t messages_sent() const { return taken_messages_ + counters.messages_sent; }

  /// What came since the last take, `now` being its end.
  Figures take(std::chrono::steady_clock::time_point now);

 private:
  /// Replies of one read have the same times when their messages left together: they are recorded at once.
  struct Same {
    std::uint64_t corrected = 0;
    std::uint64_t uncorrected = 0;
    std::uint64_t times = 0;
    std::uint16_t entry = 0;
  };

  static std::uint64_t to_count(nanoseconds time) {
    return time.count() < 0 ? 0 : static_cast<std::uint64_t>(time.count());
  }
  stats::Recorder& recorder(Timing timing) { return recorders_[static_cast<std::size_t>(timing)]; }
  void flush_replies();

  std::array<stats::Recorder, timing_count> recorders_;
  std::vector<std::string> labels_;
  std::vector<stats::Recorder> by_entry_;  ///< empty unless the mix has several entries
  Same same_;
  Figures others_;  ///< what is not in the fields above
  std::chrono::steady_clock::time_point since_;
  std::uint64_t taken_messages_ = 0;  ///< sent before the last take
  nanoseconds processor_time_{};      ///< of the process, at the last take
};

}  // namespace wsrig::loadgen
