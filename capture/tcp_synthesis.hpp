#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "capture/address.hpp"
#include "capture/tcp_segment.hpp"
#include "ws/bytes.hpp"

namespace wsrig::capture {

/// A TCP connection that is made up to carry octets for which there is no capture: handshake, segments with
/// acknowledgments, FIN or RST, as Ethernet frames with valid checksums.
class TcpSynthesis {
 public:
  enum class Sender : std::uint8_t { client, server };

  struct Config {
    IpEndpoint client{};
    IpEndpoint server{};
    std::uint32_t client_isn = 1000;  ///< initial sequence number
    std::uint32_t server_isn = 2000;
    std::size_t segment_size = 1448;  ///< most payload octets of a segment, at most 65000
  };
  /// Takes each Ethernet frame; the octets are valid during the call.
  using Output = std::function<void(Timestamp, ws::Bytes frame)>;

  TcpSynthesis(const Config& config, Output output);

  /// SYN, SYN-ACK, ACK.
  void open(Timestamp time);
  /// Payload in as many segments as it takes, PSH on the last one, then the other side's ACK.
  void send(Sender sender, ws::Bytes payload, Timestamp time);
  /// FIN, and the other side's ACK.
  void finish(Sender sender, Timestamp time);
  /// RST.
  void reset(Sender sender, Timestamp time);
  /// One segment, with sequence, acknowledgment, flags, window and payload (at most 65000 octets) as they are
  /// given, between the two ends; nothing moves on.
  void raw(Sender sender, TcpSegment segment, Timestamp time);

  /// The sequence number that the next octet of a side will have.
  std::uint32_t next_sequence(Sender sender) const;

 private:
  struct Side {
    IpEndpoint endpoint{};
    std::uint32_t next = 0;
  };
  Side& side(Sender sender) { return sender == Sender::client ? client_ : server_; }
  static Sender opposite(Sender sender) { return sender == Sender::client ? Sender::server : Sender::client; }
  void emit(Sender sender, std::uint8_t flags, ws::Bytes payload, Timestamp time);

  Config config_;
  Output output_;
  Side client_;
  Side server_;
  ws::ByteBuffer frame_;
};

}  // namespace wsrig::capture
