#pragma once

#include <array>
#include <deque>

#include "pcap/frame_search.hpp"
#include "pcap/frame_stream.hpp"
#include "pcap/layer.hpp"

namespace wsrig::pcap {

/// The two directions of a WebSocket: frames from where they are known to begin, and where that is not known,
/// or not any more, from where they must begin by all appearance.
class WebSocketSession final : public Layer, private PingObserver {
 public:
  /// `connection` and `journal` must outlive the session; the connection has been announced.
  WebSocketSession(Connection& connection, Journal& journal);
  ~WebSocketSession() override;

  /// The role's next octet, `offset` octets into what it sent, begins a frame.
  void begin(ws::Role role, std::uint64_t offset, double confidence = 1);
  /// Nothing is known of the role's frames: they are searched for, from `offset` on.
  void search(ws::Role role, std::uint64_t offset);

  /// Octets that are in the capture, but were not kept until it was known that frames are in them.
  void pass_over(Side from, std::uint64_t size, const Origin& origin);

  void data(Side from, ws::Bytes octets, const Origin& origin) override;
  void hole(Side from, std::uint64_t size, const Origin& origin) override;
  void end(Side from, StreamEnd how, const Origin& origin) override;

 private:
  struct Direction;

  void follow(Direction& direction, ws::Bytes octets, const Origin& origin);
  void collect(Direction& direction, ws::Bytes octets, const Origin& origin);
  void settle(Direction& direction);
  void pass_over(Direction& direction, std::uint64_t size, const Origin& origin);
  void lose(Direction& direction, const Origin& origin);
  void may_miss_frames(Direction& direction);
  void drop_collected(Direction& direction);
  void replay(Direction& direction, std::uint64_t from);
  Direction& of(Side side);
  void on_ping(ws::Role sender, ws::Bytes payload, const Origin& origin) override;
  void on_pong(ws::Role sender, ws::Bytes payload, const Origin& origin) override;

  struct Ping {
    ws::ByteBuffer payload;
    Time time{};
  };

  Connection& connection_;
  Journal& journal_;
  std::array<std::unique_ptr<Direction>, 2> directions_;
  std::array<std::deque<Ping>, 2> pings_;  ///< without an answer, by who sent them
};

/// The confidence that comes of so many bits of evidence beyond those that a boundary needs.
double confidence_of(double bits_beyond);

}  // namespace wsrig::pcap
