#pragma once

#include <cstdint>

#include "capture/address.hpp"
#include "capture/packet.hpp"

namespace wsrig::capture {

/// The control bits of a TCP header (RFC 9293 §3.1).
struct TcpFlags {
  static constexpr std::uint8_t fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10;

  std::uint8_t bits = 0;
  bool has(std::uint8_t flag) const { return (bits & flag) != 0; }
};

/// A TCP segment (RFC 9293 §3.1) found in a packet, whatever it was wrapped in.
struct TcpSegment {
  IpEndpoint source{};
  IpEndpoint destination{};
  /// The virtual network it was found in (VXLAN, RFC 7348 §5); 0 outside of one.
  std::uint32_t network = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgment = 0;
  std::uint32_t payload_length = 0;  ///< on the wire
  std::uint16_t window = 0;          ///< as it stands in the header, not scaled
  TcpFlags flags{};
  ws::Bytes options{};  ///< behind the fixed header, as far as captured
  ws::Bytes payload{};  ///< as far as captured: shorter than `payload_length` where a snap length cut it
  /// False where `payload` lies in a buffer of the decoder (it came in IP fragments): valid until the next
  /// call.
  bool in_packet = true;
};

}  // namespace wsrig::capture
