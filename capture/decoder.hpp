#pragma once

#include <cstdint>

#include "capture/fragment_cache.hpp"
#include "capture/packet.hpp"
#include "capture/tcp_segment.hpp"

namespace wsrig::capture {

/// What a packet turned out to be.
enum class Layer : std::uint8_t {
  tcp,           ///< a segment was found
  other,         ///< something sound that is not TCP: ARP, UDP, ICMP
  fragment,      ///< part of an IP datagram that is not complete yet
  unknown_link,  ///< a link type that is not read
  truncated,     ///< the snap length cut it inside of a header, or cut a fragment
  malformed,     ///< a header contradicts itself
};

/// Finds the TCP segment in a packet: Ethernet, Linux cooked, BSD loopback or raw IP, with any nesting (up to
/// a depth) of VLAN tags, MPLS, PPPoE, GRE, VXLAN and IP in IP, and fragments of IPv4 and IPv6 put together.
/// Checksums are not looked at: what is captured on the sending host has none yet.
class Decoder {
 public:
  /// Fills `segment` and returns Layer::tcp, or tells what else the packet is.
  Layer decode(const Packet& packet, TcpSegment& segment);

 private:
  FragmentCache fragments_;
};

}  // namespace wsrig::capture
