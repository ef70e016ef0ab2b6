#include "capture/tcp_synthesis.hpp"

#include <algorithm>

#include "capture/big_endian.hpp"

namespace wsrig::capture {
namespace {

constexpr std::size_t ipv4_header = 20;
constexpr std::size_t tcp_header = 20;
constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint16_t open_window = 65535;
constexpr std::size_t largest_segment = 65000;  // an IP packet has at most 65535 octets

/// Sums 16-bit words in one's complement (RFC 1071).
class Checksum {
 public:
  Checksum& add(ws::Bytes octets) {
    for (std::size_t i = 0; i + 1 < octets.size(); i += 2) sum_ += be16(octets, i);
    if (octets.size() % 2 != 0) sum_ += std::uint64_t{octets.back()} << 8;
    return *this;
  }
  Checksum& add(std::uint32_t value) {
    sum_ += value;
    return *this;
  }
  std::uint16_t value() const {
    std::uint64_t folded = sum_;
    while (folded >> 16 != 0) folded = (folded & 0xffff) + (folded >> 16);
    return static_cast<std::uint16_t>(~folded);
  }

 private:
  std::uint64_t sum_ = 0;
};

void set_be16(ws::ByteBuffer& out, std::size_t at, std::uint16_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}

ws::Bytes address_octets(const IpAddress& address) {
  return ws::Bytes(address.octets).subspan(address.is_v4() ? 12 : 0);
}

/// Locally administered addresses, one for each side.
void put_ethernet(ws::ByteBuffer& out, bool from_client, bool v4) {
  const std::uint8_t destination = from_client ? 2 : 1;
  const std::uint8_t source = from_client ? 1 : 2;
  const std::array<std::uint8_t, 12> addresses{2, 0, 0, 0, 0, destination, 2, 0, 0, 0, 0, source};
  ws::append(out, addresses);
  append_be16(out, v4 ? 0x0800 : 0x86dd);
}

void put_ipv4(ws::ByteBuffer& out, const TcpSegment& segment) {
  const std::size_t start = out.size();
  append_be16(out, 0x4500);
  append_be16(out, static_cast<std::uint32_t>(ipv4_header + tcp_header + segment.payload.size()));
  append_be32(out, 0x00004000);  // not to be fragmented, so the identification means nothing (RFC 6864 §4.1)
  append_be16(out, 64 << 8 | protocol_tcp);
  append_be16(out, 0);
  ws::append(out, address_octets(segment.source.address));
  ws::append(out, address_octets(segment.destination.address));
  set_be16(out, start + 10, Checksum().add(ws::Bytes(out).subspan(start)).value());
}

void put_ipv6(ws::ByteBuffer& out, const TcpSegment& segment) {
  append_be32(out, 0x60000000);
  append_be16(out, static_cast<std::uint32_t>(tcp_header + segment.payload.size()));
  append_be16(out, protocol_tcp << 8 | 64);
  ws::append(out, segment.source.address.octets);
  ws::append(out, segment.destination.address.octets);
}

void put_tcp(ws::ByteBuffer& out, const TcpSegment& segment) {
  const std::size_t start = out.size();
  append_be16(out, segment.source.port);
  append_be16(out, segment.destination.port);
  append_be32(out, segment.sequence);
  append_be32(out, segment.acknowledgment);
  append_be16(out, 0x5000u | segment.flags.bits);
  append_be16(out, segment.window);
  append_be32(out, 0);
  ws::append(out, segment.payload);
  const Checksum checksum = Checksum()
                                .add(address_octets(segment.source.address))
                                .add(address_octets(segment.destination.address))
                                .add(protocol_tcp)
                                .add(static_cast<std::uint32_t>(out.size() - start))
                                .add(ws::Bytes(out).subspan(start));
  set_be16(out, start + 16, checksum.value());
}

}  // namespace

TcpSynthesis::TcpSynthesis(const Config& config, Output output)
    : config_(config),
      output_(std::move(output)),
      client_{config.client, config.client_isn},
      server_{config.server, config.server_isn} {
  config_.segment_size = std::clamp<std::size_t>(config.segment_size, 1, largest_segment);
}

void TcpSynthesis::open(Timestamp time) {
  emit(Sender::client, TcpFlags::syn, {}, time);
  emit(Sender::server, TcpFlags::syn | TcpFlags::ack, {}, time);
  emit(Sender::client, TcpFlags::ack, {}, time);
}

void TcpSynthesis::send(Sender sender, ws::Bytes payload, Timestamp time) {
  if (payload.empty()) return;
  while (!payload.empty()) {
    const ws::Bytes part = payload.first(std::min(payload.size(), config_.segment_size));
    payload = payload.subspan(part.size());
    emit(sender, payload.empty() ? TcpFlags::psh | TcpFlags::ack : TcpFlags::ack, part, time);
  }
  emit(opposite(sender), TcpFlags::ack, {}, time);
}

void TcpSynthesis::finish(Sender sender, Timestamp time) {
  emit(sender, TcpFlags::fin | TcpFlags::ack, {}, time);
  emit(opposite(sender), TcpFlags::ack, {}, time);
}

void TcpSynthesis::reset(Sender sender, Timestamp time) {
  emit(sender, TcpFlags::rst | TcpFlags::ack, {}, time);
}

std::uint32_t TcpSynthesis::next_sequence(Sender sender) const {
  return sender == Sender::client ? client_.next : server_.next;
}

void TcpSynthesis::emit(Sender sender, std::uint8_t flags, ws::Bytes payload, Timestamp time) {
  Side& from = side(sender);
  TcpSegment segment;
  segment.sequence = from.next;
  segment.acknowledgment = (flags & TcpFlags::ack) != 0 ? side(opposite(sender)).next : 0;
  segment.window = open_window;
  segment.flags = {flags};
  segment.payload = payload;
  raw(sender, segment, time);
  from.next += static_cast<std::uint32_t>(payload.size());
  if ((flags & (TcpFlags::syn | TcpFlags::fin)) != 0) ++from.next;
}

void TcpSynthesis::raw(Sender sender, TcpSegment segment, Timestamp time) {
  segment.source = side(sender).endpoint;
  segment.destination = side(opposite(sender)).endpoint;
  const bool v4 = segment.source.address.is_v4() && segment.destination.address.is_v4();
  frame_.clear();
  put_ethernet(frame_, sender == Sender::client, v4);
  v4 ? put_ipv4(frame_, segment) : put_ipv6(frame_, segment);
  put_tcp(frame_, segment);
  output_(time, frame_);
}

}  // namespace wsrig::capture
