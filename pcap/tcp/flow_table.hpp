#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "capture/packet.hpp"
#include "capture/tcp_segment.hpp"
#include "pcap/tcp/connection.hpp"
#include "pcap/tcp/flow.hpp"
#include "pcap/tcp/follower.hpp"

namespace wsrig::tcp {

/// What may be kept at a time.
struct Limits {
  std::size_t connections = 1'000'000;  ///< the one that was silent longest is forgotten first
  std::size_t half_open = 65'536;       ///< connection attempts that were not completed yet
  std::size_t closed = 4096;            ///< known by their addresses only, to tell late packets
  std::size_t waiting_octets = std::size_t{32} * 1024 * 1024;  ///< behind holes, of all connections together
};

/// Counted over all connections.
struct Counters {
  std::uint64_t connections = 0;  ///< without mere attempts
  std::uint64_t mid_stream = 0;   ///< of these, began before the capture did
  std::uint64_t half_open = 0;    ///< attempts that came to nothing: no answer, or no answer to the answer
  std::uint64_t refused = 0;      ///< attempts that were answered by RST
  std::uint64_t evicted = 0;      ///< connections forgotten because of a limit
};

/// All connections of a capture: give it each segment, in the order of the capture.
class FlowTable {
 public:
  using FailedAttempt = std::function<void(const Flow&, bool is_refused)>;

  /// `octets_persist`: as of the source of the packets.
  FlowTable(MakeFollower make_follower, bool octets_persist, const Limits& limits = {});
  FlowTable(const FlowTable&) = delete;
  FlowTable& operator=(const FlowTable&) = delete;
  ~FlowTable();

  void add(const capture::Packet& packet, const capture::TcpSegment& segment);
  /// The capture has ended: everything that waits is delivered and every connection closed.
  void finish();

  const Counters& counters() const;
  /// Called for each connection attempt that came to nothing.
  void on_failed_attempt(FailedAttempt handler);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace wsrig::tcp
