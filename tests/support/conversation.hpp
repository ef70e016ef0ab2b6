#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "capture/packet.hpp"
#include "capture/pcapng_writer.hpp"
#include "capture/tcp_synthesis.hpp"
#include "tests/support/octets.hpp"

namespace wsrig::test {

/// A packet that no network has seen.
struct MadePacket {
  capture::Timestamp time{};
  ws::ByteBuffer octets{};
  std::uint32_t original_length = 0;
  capture::LinkType link = capture::LinkType::ethernet;
};
using MadeCapture = std::vector<MadePacket>;

inline capture::IpEndpoint endpoint_v4(std::uint8_t last_octet, std::uint16_t port) {
  const std::uint8_t octets[] = {192, 0, 2, last_octet};
  return {capture::IpAddress::v4(octets), port};
}

/// A TCP connection between two scripts: Conversation().open().client("GET …").server("HTTP/1.1 101
/// …").close(). A millisecond passes between two steps.
class Conversation {
 public:
  using Sender = capture::TcpSynthesis::Sender;
  using Config = capture::TcpSynthesis::Config;
  static Config defaults() { return {endpoint_v4(1, 50000), endpoint_v4(2, 80)}; }

  explicit Conversation(const Config& config = defaults())
      : tcp_(config, [this](capture::Timestamp time, ws::Bytes frame) {
          packets_.push_back({time, {frame.begin(), frame.end()}, static_cast<std::uint32_t>(frame.size())});
        }) {}
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  Conversation& open() { return tcp_.open(tick()), *this; }
  Conversation& client(ws::Bytes octets) { return tcp_.send(Sender::client, octets, tick()), *this; }
  Conversation& server(ws::Bytes octets) { return tcp_.send(Sender::server, octets, tick()), *this; }
  Conversation& client(std::string_view text) { return client(ws::as_bytes(text)); }
  Conversation& server(std::string_view text) { return server(ws::as_bytes(text)); }
  Conversation& finish(Sender sender) { return tcp_.finish(sender, tick()), *this; }
  Conversation& close() { return finish(Sender::client).finish(Sender::server); }
  Conversation& reset(Sender sender) { return tcp_.reset(sender, tick()), *this; }
  Conversation& wait(capture::Timestamp time) { return now_ += time, *this; }
  /// A segment as it stands, for what TCP would not do by itself.
  Conversation& raw(Sender sender, const capture::TcpSegment& segment) {
    return tcp_.raw(sender, segment, tick()), *this;
  }

  std::uint32_t next_sequence(Sender sender) const { return tcp_.next_sequence(sender); }
  const MadeCapture& packets() const { return packets_; }

 private:
  capture::Timestamp tick() { return now_ += std::chrono::milliseconds(1); }

  MadeCapture packets_;
  capture::TcpSynthesis tcp_;
  capture::Timestamp now_ = std::chrono::seconds(1'700'000'000);
};

/// The capture as a pcapng file.
inline ws::ByteBuffer as_pcapng(const MadeCapture& packets) {
  ws::ByteBuffer file;
  capture::PcapngWriter writer(file, "test");
  const std::uint32_t interface =
      writer.add_interface(packets.empty() ? capture::LinkType::ethernet : packets.front().link, "made");
  for (const MadePacket& packet : packets)
    writer.write(interface, packet.time, packet.octets, packet.original_length);
  return file;
}

/// Calls `sink(const capture::Packet&)` for each packet, as a source would give them.
template <class Sink>
void each_packet(const MadeCapture& packets, Sink sink) {
  std::uint64_t number = 0;
  for (const MadePacket& made : packets) {
    capture::Packet packet;
    packet.number = ++number;
    packet.time = made.time;
    packet.link = made.link;
    packet.octets = made.octets;
    packet.original_length = made.original_length;
    sink(packet);
  }
}

}  // namespace wsrig::test
