#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "capture/packet.hpp"
#include "capture/tcp_segment.hpp"
#include "pcap/tcp/flow.hpp"
#include "pcap/tcp/follower.hpp"

namespace wsrig::tcp {

/// What may be kept, and how long something missing is waited for.
struct Limits {
  std::size_t flows = 1'000'000;             ///< connections at a time; the one that was silent longest goes
  std::size_t half_open = 65'536;            ///< connection attempts without an answer, at a time
  std::size_t waiting_octets = 1024 * 1024;  ///< behind a hole, for a direction
  std::size_t total_waiting_octets = 32 * 1024 * 1024;  ///< behind holes, for all connections
};

/// Counted over all connections.
struct Counters {
  std::uint64_t flows = 0;       ///< connections with a handshake or payload
  std::uint64_t half_open = 0;   ///< SYNs that were never answered
  std::uint64_t refused = 0;     ///< SYNs answered by RST
  std::uint64_t evicted = 0;     ///< connections forgotten because of a limit
  std::uint64_t mid_stream = 0;  ///< connections that began before the capture
};

/// All connections of a capture: give it each segment, in the order of the capture.
class FlowTable {
 public:
  /// Makes the follower of a connection; null: nobody cares for it.
  using MakeFollower = std::function<std::unique_ptr<Follower>(const Flow&)>;

  /// `octets_persist`: as of the source of the packets.
  FlowTable(MakeFollower make_follower, bool octets_persist, const Limits& limits = {});
  FlowTable(const FlowTable&) = delete;
  FlowTable& operator=(const FlowTable&) = delete;
  ~FlowTable();

  void add(const capture::Packet& packet, const capture::TcpSegment& segment);
  /// The capture has ended: everything that waits is delivered and every connection closed.
  void finish();

  const Counters& counters() const;
  /// Called for each connection attempt that came to nothing: `refused` by RST, or else never answered.
  void on_failed_attempt(std::function<void(const Flow&, bool refused)> handler);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wsrig::tcp
