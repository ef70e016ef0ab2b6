#pragma once

#include <array>
#include <cstdint>

#include "capture/tcp_segment.hpp"
#include "pcap/tcp/follower.hpp"

namespace wsrig::tcp {

/// Counted for one direction.
struct DirectionCounters {
  std::uint64_t packets = 0;
  std::uint64_t payload_octets = 0;  ///< on the wire, retransmitted ones too
  std::uint64_t retransmissions = 0;
  std::uint64_t out_of_order = 0;
  std::uint64_t zero_windows = 0;
  std::uint64_t overlap_conflicts = 0;
  std::uint64_t holes = 0;
  std::uint64_t hole_octets = 0;
};

/// One TCP connection.
class Flow {
 public:
  /// Counts from 1, in the order of the first packets.
  std::uint64_t number() const { return number_; }
  const capture::IpEndpoint& first() const { return ends_[0]; }
  const capture::IpEndpoint& second() const { return ends_[1]; }
  const capture::IpEndpoint& source(Direction direction) const { return ends_[index(direction)]; }
  const capture::IpEndpoint& destination(Direction direction) const { return ends_[1 - index(direction)]; }
  std::uint32_t network() const { return network_; }

  /// The packets of the handshake; empty where they were not captured.
  const Seen& syn() const { return syn_; }
  const Seen& syn_ack() const { return syn_ack_; }
  const Seen& handshake_done() const { return handshake_done_; }
  /// True where the capture holds neither SYN nor SYN-ACK: who opened the connection is not known.
  bool mid_stream() const { return !syn_ && !syn_ack_; }

  const Seen& began() const { return began_; }
  const Seen& last() const { return last_; }
  const DirectionCounters& counters(Direction direction) const { return counters_[index(direction)]; }

 private:
  friend class FlowTable;
  friend class FlowStep;
  static constexpr std::size_t index(Direction direction) { return static_cast<std::size_t>(direction); }

  std::uint64_t number_ = 0;
  std::array<capture::IpEndpoint, 2> ends_{};
  std::uint32_t network_ = 0;
  Seen syn_{}, syn_ack_{}, handshake_done_{}, began_{}, last_{};
  std::array<DirectionCounters, 2> counters_{};
};

}  // namespace wsrig::tcp
