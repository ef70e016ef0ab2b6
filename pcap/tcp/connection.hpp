#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "capture/tcp_segment.hpp"
#include "pcap/tcp/flow.hpp"
#include "pcap/tcp/follower.hpp"
#include "pcap/tcp/stream_assembler.hpp"

namespace wsrig::tcp {

/// Makes the follower of a connection; null: nobody cares for it.
using MakeFollower = std::function<std::unique_ptr<Follower>(const Flow&)>;

/// A segment and the packet that it came in.
struct SeenSegment {
  const capture::TcpSegment& segment;
  Seen seen;
  bool persist;  ///< the payload stays valid as long as the source of the packets

  bool has(std::uint8_t flag) const { return segment.flags.has(flag); }
  SeqNumber sequence() const { return {segment.sequence}; }
  SeqNumber acknowledgment() const { return {segment.acknowledgment}; }
};

/// Both directions of a connection, from its first packet to its last.
class Connection {
 public:
  enum class State : std::uint8_t {
    half_open,  ///< the handshake was not completed yet
    refused,    ///< a SYN that was answered by RST
    open,
    reset,   ///< a RST was seen; what was on its way still comes
    closed,  ///< the follower was told; only kept to know late packets by
  };

  /// What the first packet tells.
  Connection(std::uint64_t number, const SeenSegment& first);

  /// True where a SYN, or a SYN-ACK, is that of a later connection with the same addresses and ports.
  bool is_reopened_by(const capture::TcpSegment& segment) const;
  void add(const SeenSegment& arrived, const MakeFollower& make_follower);
  /// Delivers what waits, and tells the follower that the connection is over. Does nothing where it was told.
  void close(End reason, const Seen& seen);
  /// Gives up the first hole of each direction.
  void make_room(const Seen& seen);

  State state() const { return state_; }
  const Flow& flow() const { return flow_; }
  /// Octets that wait behind holes.
  std::size_t waiting_octets() const;

 private:
  /// What one end says of itself.
  struct Side {
    std::optional<SeqNumber> initial{};       ///< sequence number of its SYN
    std::optional<SeqNumber> acknowledges{};  ///< its last acknowledgment number
    std::optional<std::uint8_t> window_scale{};
    std::uint16_t window = 0;  ///< as it stood in its last segment
    bool is_ended = false;     ///< its octets have ended, and the follower was told
  };
  class Outlet;
  using Streams = std::array<StreamAssembler, 2>;

  Direction direction_of(const capture::TcpSegment& segment) const;
  void add_reset(const SeenSegment& arrived, Direction direction);
  void add_syn(const SeenSegment& arrived, Direction direction);
  void add_unfollowed(const SeenSegment& arrived, Direction direction);
  void add_acknowledgment(const SeenSegment& arrived, Direction direction);
  void add_payload(const SeenSegment& arrived, Direction direction, const MakeFollower& make_follower);
  void add_fin(const SeenSegment& arrived, Direction direction);
  void note_window(const SeenSegment& arrived, Direction direction);
  void pass(const Seen& seen);

  bool fits(const SeenSegment& syn, Direction direction);
  void start_streams();
  void follow(const MakeFollower& make_follower);
  void tell_what_was_before();
  /// True where the segment holds at most one octet, just before what is next (RFC 9293 §3.8.4).
  bool is_keep_alive(const SeenSegment& arrived, Direction direction);
  void judge(Fit fit, const SeenSegment& arrived, Direction direction);
  void end(Direction direction, End end, const Seen& seen);
  void release();
  void tell(Event::Kind kind, const SeenSegment& arrived, Direction direction);

  Side& side(Direction direction) { return sides_[Flow::index(direction)]; }
  const Side& side(Direction direction) const { return sides_[Flow::index(direction)]; }
  StreamAssembler& stream(Direction direction) { return (*streams_)[Flow::index(direction)]; }
  DirectionCounters& counters(Direction direction) { return flow_.counters_[Flow::index(direction)]; }

  Flow flow_;
  State state_ = State::open;
  bool is_followed_ = true;  ///< false once nobody cares for the octets
  Direction reset_by_{};
  std::array<Side, 2> sides_{};
  std::unique_ptr<Streams> streams_;  ///< from the end of the handshake to the end of the connection
  std::unique_ptr<Follower> follower_;
};

}  // namespace wsrig::tcp
