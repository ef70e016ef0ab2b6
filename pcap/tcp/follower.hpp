#pragma once

#include <cstdint>
#include <string_view>

#include "capture/packet.hpp"
#include "ws/bytes.hpp"

namespace wsrig::tcp {

class Flow;

/// forward: from Flow::first() to Flow::second(), which is from who opened the connection, where that was
/// seen, else from who sent the first packet.
enum class Direction : std::uint8_t { forward, backward };

constexpr Direction opposite(Direction direction) {
  return direction == Direction::forward ? Direction::backward : Direction::forward;
}

/// A packet that shows something.
struct Seen {
  std::uint64_t packet = 0;  ///< Packet::number; 0: none
  capture::Timestamp time{};

  explicit operator bool() const { return packet != 0; }
};

/// Octets of one direction, in order and each of them once.
struct Octets {
  std::uint64_t offset =
      0;              ///< in the stream: 0 is the first octet behind the SYN, else the first that was seen
  ws::Bytes bytes{};  ///< never empty; valid during the call, or as long as the source where `persist`
  bool persist = false;
  bool push = false;  ///< the last of them end a segment with PSH
  Seen seen{};        ///< the packet they came in
  Seen in_order{};  ///< the packet that let them be delivered: a later one where something was missing before
};

/// Octets that will not come: the stream goes on behind them.
struct Hole {
  enum class Reason : std::uint8_t {
    not_captured,  ///< the receiver has them (it acknowledged them, or what lies behind them), the capture
                   ///< has not
    truncated,     ///< the snap length cut them off
    limit,         ///< too much waited behind them, or for too long
    ended,         ///< the connection or the capture ended before they came
  };

  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  Reason reason{};
  Seen seen{};  ///< the packet that made it known
};

std::string_view to_string(Hole::Reason reason);

/// How a direction, or the whole connection, ended.
enum class End : std::uint8_t {
  fin,          ///< the sender is done; all that it sent was delivered or declared a hole
  rst,          ///< reset, by the sender of this direction or by the other
  reused,       ///< a new connection with the same addresses and ports began
  evicted,      ///< forgotten, because there were too many connections
  capture_end,  ///< the capture ended first
};

std::string_view to_string(End end);

/// What happens besides the octets.
struct Event {
  enum class Kind : std::uint8_t {
    syn,
    syn_ack,
    handshake_done,    ///< the ACK of the SYN-ACK
    retransmission,    ///< octets that were seen before
    gap,               ///< what lies before these octets has not come yet
    out_of_order,      ///< octets that come later than what lies behind them
    keep_alive,        ///< a segment of at most one octet, just before what is next (RFC 9293 §3.8.4)
    window_update,     ///< nothing but another window
    zero_window,       ///< the sender of this takes no more
    overlap_conflict,  ///< octets that were seen before, with another content
    fin,
    rst,
  };

  Kind kind{};
  Direction direction{};  ///< of the packet
  Seen seen{};
  std::uint64_t offset = 0;  ///< of the packet's first octet, in the stream of its direction
  std::uint32_t length = 0;  ///< payload octets that it is about
  std::uint64_t window = 0;  ///< in octets, scaled where the scale is known
};

std::string_view to_string(Event::Kind kind);

/// Who is told what a connection carries. Made when the first payload comes; the handshake's events are in
/// the Flow by then, and are told again to it first.
class Follower {
 public:
  /// What a follower wants of the octets still to come.
  enum class Interest : std::uint8_t { follow, ignore };

  virtual ~Follower() = default;

  /// After `ignore` no more octets, holes or events come, only on_closed(); reassembly stops.
  virtual Interest on_octets(const Flow& flow, Direction direction, const Octets& octets) = 0;
  virtual void on_hole(const Flow& flow, Direction direction, const Hole& hole) = 0;
  virtual void on_event(const Flow& flow, const Event& event) = 0;
  /// No more octets in this direction. A RST ends both.
  virtual void on_end(const Flow& flow, Direction direction, End end, const Seen& seen) = 0;
  /// Last call: both directions have ended.
  virtual void on_closed(const Flow& flow) = 0;
};

}  // namespace wsrig::tcp
