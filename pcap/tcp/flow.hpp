#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "capture/address.hpp"
#include "pcap/tcp/follower.hpp"

namespace wsrig::tcp {

/// Counted for one direction.
struct DirectionCounters {
  std::uint64_t packets = 0;
  std::uint64_t payload_octets = 0;   ///< on the wire, retransmitted ones too
  std::uint64_t retransmissions = 0;  ///< segments of which nothing was new
  std::uint64_t out_of_order = 0;     ///< segments that came later than what lies behind them
  std::uint64_t zero_windows = 0;
  std::uint64_t overlap_conflicts = 0;
  std::uint64_t holes = 0;
  std::uint64_t hole_octets = 0;
};

/// One TCP connection, as far as it was seen.
class Flow {
 public:
  /// Counts from 1, in the order of the first packets; connection attempts count too.
  std::uint64_t number() const { return number_; }
  const capture::IpEndpoint& first() const { return ends_[0]; }
  const capture::IpEndpoint& second() const { return ends_[1]; }
  const capture::IpEndpoint& source(Direction direction) const { return ends_[index(direction)]; }
  const capture::IpEndpoint& destination(Direction direction) const { return ends_[1 - index(direction)]; }
  /// The virtual network (TcpSegment::network); 0 outside of one.
  std::uint32_t network() const { return network_; }

  /// Who sent the SYN, where a packet of the handshake was captured. Direction::forward, unless packets came
  /// in the wrong order.
  const std::optional<Direction>& opener() const { return opener_; }
  /// True where the capture holds neither SYN nor SYN-ACK.
  bool mid_stream() const { return !opener_; }
  /// The packets of the handshake; empty where they were not captured.
  const Seen& syn() const { return syn_; }
  const Seen& syn_ack() const { return syn_ack_; }
  const Seen& handshake_done() const { return handshake_done_; }

  const Seen& began() const { return began_; }
  const Seen& last() const { return last_; }
  const DirectionCounters& counters(Direction direction) const { return counters_[index(direction)]; }

 private:
  friend class Connection;
  static constexpr std::size_t index(Direction direction) { return static_cast<std::size_t>(direction); }

  std::uint64_t number_ = 0;
  std::array<capture::IpEndpoint, 2> ends_{};
  std::uint32_t network_ = 0;
  std::optional<Direction> opener_;
  Seen syn_{}, syn_ack_{}, handshake_done_{}, began_{}, last_{};
  std::array<DirectionCounters, 2> counters_{};
};

}  // namespace wsrig::tcp
