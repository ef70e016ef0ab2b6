#pragma once

#include <chrono>
#include <cstdint>

namespace wsrig::pcap {

/// Since 1970, as the capture says.
using Time = std::chrono::nanoseconds;

/// The packet that brought some octets; through TLS, the one that completed their record.
struct Origin {
  std::uint64_t packet = 0;  ///< from 1, in the order of the capture
  Time time{};
};

/// One end of a transport connection. `first` is the one that opened it, or, where the capture does not show
/// that, the one that was heard first: it says nothing about who is the WebSocket client.
enum class Side : std::uint8_t { first, second };
constexpr Side other(Side side) { return side == Side::first ? Side::second : Side::first; }
constexpr std::size_t index(Side side) { return static_cast<std::size_t>(side); }

}  // namespace wsrig::pcap
