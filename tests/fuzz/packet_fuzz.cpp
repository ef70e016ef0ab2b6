#include <array>

#include "capture/decoder.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// Packets of every link type, whole and cut: a segment lies inside of what was captured, and a cut never
// changes more than how much of it is there. Two octets of length stand before each packet, so that fragments
// can follow each other.
namespace wsrig::fuzz {
namespace {

constexpr std::array links{capture::LinkType::ethernet,   capture::LinkType::linux_sll,
                           capture::LinkType::linux_sll2, capture::LinkType::null,
                           capture::LinkType::loop,       capture::LinkType::raw,
                           capture::LinkType::ipv4,       capture::LinkType::ipv6};

capture::Packet packet_of(capture::LinkType link, ws::Bytes octets, std::size_t original_length) {
  capture::Packet packet;
  packet.link = link;
  packet.octets = octets;
  packet.original_length = static_cast<std::uint32_t>(original_length);
  return packet;
}

void check(const capture::TcpSegment& segment, ws::Bytes packet) {
  require(segment.payload.size() <= segment.payload_length, "no more was captured than was sent");
  if (!segment.in_packet || segment.payload.empty()) return;
  require(segment.payload.data() >= packet.data() &&
              segment.payload.data() + segment.payload.size() <= packet.data() + packet.size(),
          "the payload lies in the packet");
}

void check_cuts(capture::LinkType link, ws::Bytes octets) {
  for (std::size_t size = 0; size < octets.size(); ++size) {
    capture::Decoder decoder;
    capture::TcpSegment segment;
    const capture::Layer layer = decoder.decode(packet_of(link, octets.first(size), octets.size()), segment);
    if (layer == capture::Layer::tcp) check(segment, octets.first(size));
  }
}

}  // namespace
}  // namespace wsrig::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  fuzz::Input input(data, size);
  const capture::LinkType link = fuzz::links[input.settings % fuzz::links.size()];
  capture::Decoder decoder;
  for (ws::Bytes rest = input.stream; rest.size() > 2;) {
    const std::size_t length = std::min<std::size_t>(rest.size() - 2, (rest[0] & 3u) << 8 | rest[1]);
    const ws::Bytes packet = rest.subspan(2, length);
    rest = rest.subspan(2 + length);
    capture::TcpSegment segment;
    const capture::Layer layer = decoder.decode(fuzz::packet_of(link, packet, packet.size()), segment);
    if (layer == capture::Layer::tcp) fuzz::check(segment, packet);
    if (length < 256) fuzz::check_cuts(link, packet);
  }
  return 0;
}
