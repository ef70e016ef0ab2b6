#include "capture/decoder.hpp"

#include <algorithm>

#include "capture/big_endian.hpp"

namespace wsrig::capture {
namespace {

// EtherTypes (IEEE 802 numbers at IANA) and what PPP and LLC use in their place.
constexpr std::uint16_t type_ipv4 = 0x0800, type_ipv6 = 0x86dd;
constexpr std::uint16_t type_vlan = 0x8100, type_qinq = 0x88a8, type_qinq_old = 0x9100;
constexpr std::uint16_t type_mpls = 0x8847, type_mpls_multicast = 0x8848;
constexpr std::uint16_t type_pppoe_session = 0x8864, type_ethernet_bridging = 0x6558;
constexpr std::uint16_t largest_802_3_length = 1500;
constexpr std::uint16_t ppp_ipv4 = 0x0021, ppp_ipv6 = 0x0057;

// IP protocol numbers.
constexpr std::uint8_t protocol_hop_by_hop = 0, protocol_ipv4 = 4, protocol_tcp = 6, protocol_udp = 17,
                       protocol_ipv6 = 41, protocol_routing = 43, protocol_fragment = 44, protocol_gre = 47,
                       protocol_authentication = 51, protocol_destination = 60, protocol_mobility = 135,
                       protocol_hip = 139, protocol_shim6 = 140;

constexpr std::uint16_t port_vxlan = 4789, port_vxlan_linux = 8472;

/// Headers in headers that are followed; deeper nesting is no traffic.
constexpr int deepest = 16;

/// What a packet holds from some header on: what was captured, and how long it was on the wire.
struct View {
  ws::Bytes captured;
  std::uint32_t on_wire;

  void advance(std::uint32_t size) {
    captured = captured.subspan(std::min<std::size_t>(size, captured.size()));
    on_wire -= std::min(size, on_wire);
  }
  void limit(std::uint32_t length) {
    on_wire = length;
    captured = captured.first(std::min<std::size_t>(captured.size(), length));
  }
  bool has(std::size_t size) const { return captured.size() >= size; }
  /// Why a header of `size` octets cannot be read.
  Layer lacking(std::size_t size) const { return on_wire < size ? Layer::malformed : Layer::truncated; }
};

/// The address family of BSD loopback that is IPv6 somewhere: Linux, NetBSD, FreeBSD, macOS.
bool is_inet6(std::uint32_t family) { return family == 10 || family == 24 || family == 28 || family == 30; }

/// The way down through the headers of one packet.
class Descent {
 public:
  Descent(FragmentCache& fragments, const Packet& packet, TcpSegment& segment)
      : fragments_(fragments), packet_(packet), segment_(segment) {}

  Layer link(View view);

 private:
  Layer ethernet(View view);
  Layer linux_cooked(View view, std::size_t header, std::size_t type_at);
  Layer loopback(View view);
  Layer ether_type(std::uint16_t type, View view);
  Layer llc(View view);
  Layer vlan(View view);
  Layer mpls(View view);
  Layer pppoe(View view);
  Layer ip(View view);
  Layer ipv4(View view);
  Layer ipv6(View view);
  Layer extension(std::uint8_t protocol, View view);
  Layer ipv6_fragment(View view);
  Layer fragment(const IpFragment& part, const View& view);
  Layer transport(std::uint8_t protocol, View view);
  Layer gre(View view);
  Layer udp(View view);
  Layer vxlan(View view);
  Layer tcp(View view);

  FragmentCache& fragments_;
  const Packet& packet_;
  TcpSegment& segment_;
  int depth_ = 0;
};

Layer Descent::link(View view) {
  switch (packet_.link) {
    case LinkType::ethernet: return ethernet(view);
    case LinkType::null:
    case LinkType::loop: return loopback(view);
    case LinkType::raw:
    case LinkType::raw_bsd:
    case LinkType::raw_openbsd:
    case LinkType::ipv4:
    case LinkType::ipv6: return ip(view);
    case LinkType::linux_sll: return linux_cooked(view, 16, 14);
    case LinkType::linux_sll2: return linux_cooked(view, 20, 0);
  }
  return Layer::unknown_link;
}

Layer Descent::ethernet(View view) {
  constexpr std::size_t header = 14;
  if (!view.has(header)) return view.lacking(header);
  const std::uint16_t type = be16(view.captured, 12);
  view.advance(header);
  return ether_type(type, view);
}

Layer Descent::linux_cooked(View view, std::size_t header, std::size_t type_at) {
  if (!view.has(header)) return view.lacking(header);
  const std::uint16_t type = be16(view.captured, type_at);
  view.advance(static_cast<std::uint32_t>(header));
  return ether_type(type, view);
}

/// The family is in the order of the capturing host, which need not be that of the file (a LOOP's is
/// big-endian); families are small, so the order shows.
Layer Descent::loopback(View view) {
  if (!view.has(4)) return view.lacking(4);
  std::uint32_t family = be32(view.captured);
  if (family > 0xffff) family = __builtin_bswap32(family);
  view.advance(4);
  if (family == 2) return ipv4(view);
  return is_inet6(family) ? ipv6(view) : Layer::other;
}

Layer Descent::ether_type(std::uint16_t type, View view) {
  if (type == type_ipv4) return ipv4(view);
  if (type == type_ipv6) return ipv6(view);
  if (++depth_ > deepest) return Layer::malformed;
  switch (type) {
    case type_vlan:
    case type_qinq:
    case type_qinq_old: return vlan(view);
    case type_mpls:
    case type_mpls_multicast: return mpls(view);
    case type_pppoe_session: return pppoe(view);
    case type_ethernet_bridging: return ethernet(view);
    default: return type <= largest_802_3_length ? llc(view) : Layer::other;
  }
}

/// IEEE 802.2 with SNAP (RFC 1042): an EtherType again.
Layer Descent::llc(View view) {
  if (!view.has(8)) return view.lacking(8);
  if (be32(view.captured) != 0xaaaa0300 || be16(view.captured, 4) != 0) return Layer::other;
  const std::uint16_t type = be16(view.captured, 6);
  view.advance(8);
  return type > largest_802_3_length ? ether_type(type, view) : Layer::other;
}

Layer Descent::vlan(View view) {
  if (!view.has(4)) return view.lacking(4);
  const std::uint16_t type = be16(view.captured, 2);
  view.advance(4);
  return ether_type(type, view);
}

/// Labels up to the bottom of the stack (RFC 3032); then the first nibble tells IP from a pseudowire's
/// control word, which is all zero bits or absent before Ethernet (RFC 4385, RFC 4928).
Layer Descent::mpls(View view) {
  for (bool is_bottom = false; !is_bottom; view.advance(4)) {
    if (!view.has(4)) return view.lacking(4);
    is_bottom = (view.captured[2] & 1) != 0;
  }
  if (!view.has(4)) return view.lacking(4);
  const unsigned nibble = view.captured[0] >> 4;
  if (nibble == 4 || nibble == 6) return ip(view);
  if (nibble != 0) return Layer::other;
  view.advance(4);
  return ethernet(view);
}

/// RFC 2516 §4, with a PPP protocol number behind it.
Layer Descent::pppoe(View view) {
  if (!view.has(8)) return view.lacking(8);
  const std::uint16_t protocol = be16(view.captured, 6);
  view.advance(8);
  if (protocol == ppp_ipv4) return ipv4(view);
  return protocol == ppp_ipv6 ? ipv6(view) : Layer::other;
}

Layer Descent::ip(View view) {
  if (!view.has(1)) return view.lacking(1);
  return view.captured[0] >> 4 == 6 ? ipv6(view) : ipv4(view);
}

/// RFC 791 §3.1.
Layer Descent::ipv4(View view) {
  constexpr std::size_t smallest = 20;
  if (!view.has(smallest)) return view.lacking(smallest);
  const ws::Bytes header = view.captured;
  const std::uint32_t header_length = (header[0] & 0x0fu) * 4;
  // A length of 0 is what a host writes that leaves segmentation to its network card. Octets behind the
  // length are padding of Ethernet, or its checksum.
  const std::uint32_t total = be16(header, 2) != 0 ? be16(header, 2) : view.on_wire;
  if (header[0] >> 4 != 4 || header_length < smallest || total < header_length) return Layer::malformed;
  view.limit(total);
  view.advance(header_length);
  segment_.source.address = IpAddress::v4(header.subspan(12, 4));
  segment_.destination.address = IpAddress::v4(header.subspan(16, 4));
  const std::uint32_t flags_and_offset = be16(header, 6);
  if ((flags_and_offset & 0x3fff) == 0) return transport(header[9], view);
  return fragment({.identification = be16(header, 4),
                   .protocol = header[9],
                   .more = (flags_and_offset & 0x2000) != 0,
                   .offset = (flags_and_offset & 0x1fff) * 8},
                  view);
}

/// RFC 8200 §3 and §4.
Layer Descent::ipv6(View view) {
  constexpr std::size_t fixed = 40;
  if (!view.has(fixed)) return view.lacking(fixed);
  const ws::Bytes header = view.captured;
  if (header[0] >> 4 != 6) return Layer::malformed;
  segment_.source.address = IpAddress::v6(header.subspan(8, 16));
  segment_.destination.address = IpAddress::v6(header.subspan(24, 16));
  const std::uint32_t length = be16(header, 4);
  view.advance(fixed);
  if (length != 0) view.limit(length);  // else a jumbogram (RFC 2675), or left to the network card
  return transport(header[6], view);
}

/// An extension header (RFC 8200 §4), or the authentication header, which IPv4 has too.
Layer Descent::extension(std::uint8_t protocol, View view) {
  constexpr std::size_t smallest = 8;
  if (!view.has(smallest)) return view.lacking(smallest);
  const std::uint8_t next = view.captured[0];
  const std::uint32_t units = view.captured[1];
  // The authentication header counts in units of four octets (RFC 4302 §2.2), the others in eight.
  view.advance(protocol == protocol_authentication ? (units + 2) * 4 : (units + 1) * 8);
  return transport(next, view);
}

Layer Descent::ipv6_fragment(View view) {
  constexpr std::size_t header = 8;
  if (!view.has(header)) return view.lacking(header);
  const std::uint32_t offset_and_more = be16(view.captured, 2);
  const IpFragment part{.identification = be32(view.captured, 4),
                        .protocol = view.captured[0],
                        .more = (offset_and_more & 1) != 0,
                        .offset = offset_and_more & 0xfff8};
  view.advance(header);
  // A datagram in a single fragment needs nothing put together (RFC 6946).
  if (!part.more && part.offset == 0) return transport(part.protocol, view);
  return fragment(part, view);
}

Layer Descent::fragment(const IpFragment& part, const View& view) {
  if (view.captured.size() < view.on_wire) return Layer::truncated;
  IpFragment whole = part;
  whole.source = segment_.source.address;
  whole.destination = segment_.destination.address;
  whole.octets = view.captured;
  const auto datagram = fragments_.add(whole, packet_.time);
  if (!datagram) return Layer::fragment;
  segment_.in_packet = false;
  return transport(part.protocol, {*datagram, static_cast<std::uint32_t>(datagram->size())});
}

Layer Descent::transport(std::uint8_t protocol, View view) {
  if (protocol == protocol_tcp) return tcp(view);
  if (++depth_ > deepest) return Layer::malformed;
  switch (protocol) {
    case protocol_udp: return udp(view);
    case protocol_gre: return gre(view);
    case protocol_ipv4: return ipv4(view);
    case protocol_ipv6: return ipv6(view);
    case protocol_fragment: return ipv6_fragment(view);
    case protocol_hop_by_hop:
    case protocol_routing:
    case protocol_authentication:
    case protocol_destination:
    case protocol_mobility:
    case protocol_hip:
    case protocol_shim6: return extension(protocol, view);
    default: return Layer::other;
  }
}

/// RFC 2784 §2 with the key and sequence number of RFC 2890.
Layer Descent::gre(View view) {
  constexpr std::uint16_t checksum = 0x8000, routing = 0x4000, key = 0x2000, sequence = 0x1000,
                          version = 0x0007;
  if (!view.has(4)) return view.lacking(4);
  const std::uint16_t flags = be16(view.captured);
  const std::uint16_t type = be16(view.captured, 2);
  if ((flags & (version | routing)) != 0) return Layer::other;
  std::uint32_t header = 4;
  for (const std::uint16_t field : {checksum, key, sequence})
    if ((flags & field) != 0) header += 4;
  if (!view.has(header)) return view.lacking(header);
  view.advance(header);
  return ether_type(type, view);
}

Layer Descent::udp(View view) {
  constexpr std::size_t header = 8;
  if (!view.has(header)) return view.lacking(header);
  const std::uint16_t port = be16(view.captured, 2);
  view.advance(header);
  return port == port_vxlan || port == port_vxlan_linux ? vxlan(view) : Layer::other;
}

/// RFC 7348 §5: only the flag that a network identifier is there, and reserved zeros.
Layer Descent::vxlan(View view) {
  constexpr std::size_t header = 8;
  if (!view.has(header)) return view.lacking(header);
  if (be32(view.captured) != 0x08000000) return Layer::other;
  segment_.network = be32(view.captured, 4) >> 8;
  view.advance(header);
  return ethernet(view);
}

/// RFC 9293 §3.1.
Layer Descent::tcp(View view) {
  constexpr std::size_t smallest = 20;
  if (!view.has(smallest)) return view.lacking(smallest);
  const ws::Bytes header = view.captured;
  const std::uint32_t header_length = (header[12] >> 4) * 4u;
  if (header_length < smallest || header_length > view.on_wire) return Layer::malformed;
  segment_.source.port = be16(header, 0);
  segment_.destination.port = be16(header, 2);
  segment_.sequence = be32(header, 4);
  segment_.acknowledgment = be32(header, 8);
  segment_.flags.bits = header[13];
  segment_.window = be16(header, 14);
  segment_.options = header.first(std::min<std::size_t>(header_length, header.size())).subspan(smallest);
  view.advance(header_length);
  segment_.payload = view.captured;
  segment_.payload_length = view.on_wire;
  return Layer::tcp;
}

}  // namespace

Layer Decoder::decode(const Packet& packet, TcpSegment& segment) {
  segment.network = 0;
  segment.in_packet = true;
  const auto captured = static_cast<std::uint32_t>(packet.octets.size());
  return Descent(fragments_, packet, segment)
      .link({packet.octets, std::max(captured, packet.original_length)});
}

}  // namespace wsrig::capture
