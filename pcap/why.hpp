#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "pcap/connection.hpp"

namespace wsrig::pcap {

/// A packet that shows something.
struct Evidence {
  Origin origin{};
  std::string text{};  ///< `> close 1000 "bye"`
};

/// How a connection came to its end.
struct Explanation {
  enum class Certainty : std::uint8_t {
    certain,  ///< the packets say it
    likely,   ///< they fit, and hardly anything else does
    unsure,   ///< another cause would look the same
  };
  std::string verdict{};  ///< one sentence: who ended it, and why
  Certainty certainty = Certainty::certain;
  std::vector<Evidence> evidence{};  ///< in the order of the capture
};
std::string_view name(Explanation::Certainty certainty);

/// What happened before that a Connection does not keep.
struct Before {
  std::array<std::optional<Anomaly>, 2> violation{};  ///< the last one of each ws::Role
  /// Between the last frame of whomever and the one before it.
  std::chrono::nanoseconds silence_before_last{};
  std::array<std::optional<Origin>, 2> last_frame{};  ///< before the first Close, by ws::Role
  std::array<std::uint64_t, 2> longest_message{};     ///< octets, by ws::Role
};

/// Looks for the first thing that ended the connection, and for what had led to it.
Explanation explain(const Connection& connection, const Before& before);

}  // namespace wsrig::pcap
