#include <array>
#include <memory>
#include <vector>

#include "pcap/tcp/flow_table.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// Segments of two known streams in any order, with acknowledgments, FINs, RSTs and time between them: what is
// delivered is what was sent, each octet in its place, or a hole; and every connection is closed once.
namespace wsrig::fuzz {
namespace {

constexpr std::array<std::uint32_t, 2> first_sequence{0xffffff00, 5000};

/// What stands at an offset of a direction.
std::uint8_t octet_at(std::size_t direction, std::uint64_t offset) {
  return static_cast<std::uint8_t>(offset * 31 + offset / 256 + direction * 101);
}

class Model final : public tcp::Follower {
 public:
  explicit Model(int& open) : open_(open) { ++open_; }

 private:
  Interest on_octets(const tcp::Flow& flow, tcp::Direction direction, const tcp::Octets& octets) override {
    require(!octets.bytes.empty(), "octets are octets");
    advance(flow, direction, octets.offset, octets.bytes.size());
    if (!is_start_known_[static_cast<std::size_t>(direction)]) return Interest::follow;
    const std::size_t side = flow.source(direction).port == 1 ? 0 : 1;
    for (std::size_t i = 0; i < octets.bytes.size(); ++i) {
      require(octets.bytes[i] == octet_at(side, octets.offset + i),
              "what was sent is delivered in its place");
    }
    return Interest::follow;
  }
  void on_hole(const tcp::Flow& flow, tcp::Direction direction, const tcp::Hole& hole) override {
    require(hole.length > 0, "a hole is not empty");
    advance(flow, direction, hole.offset, hole.length);
  }
  void on_event(const tcp::Flow&, const tcp::Event& event) override {
    require(event.kind != tcp::Event::Kind::overlap_conflict, "nobody sent two things at one place");
  }
  void on_end(const tcp::Flow&, tcp::Direction direction, tcp::End, const tcp::Seen&) override {
    require(!ended_[static_cast<std::size_t>(direction)], "a direction ends once");
    ended_[static_cast<std::size_t>(direction)] = true;
  }
  void on_closed(const tcp::Flow&) override {
    require(ended_[0] && ended_[1], "both directions end first");
    --open_;
  }

  void advance(const tcp::Flow& flow, tcp::Direction direction, std::uint64_t offset, std::uint64_t length) {
    const auto side = static_cast<std::size_t>(direction);
    require(!ended_[side], "nothing comes behind the end");
    require(offset == next_[side], "no octet is left out or comes twice");
    // Else offset 0 is where the first octets happened to be.
    if (offset == 0) is_start_known_[side] = flow.syn_ack() || (flow.syn() && flow.opener() == direction);
    next_[side] += length;
  }

  int& open_;
  std::array<std::uint64_t, 2> next_{};
  std::array<bool, 2> is_start_known_{};
  std::array<bool, 2> ended_{};
};

/// The connection that a fuzzer makes up: five octets say a segment.
class Script {
 public:
  void run(ws::Bytes script, tcp::FlowTable& table) {
    for (; script.size() >= 5; script = script.subspan(5)) {
      ++packet_.number;
      packet_.time += std::chrono::milliseconds(script[4] % 16 == 0 ? 30'000 : 1);
      send(script, table);
    }
  }

 private:
  void send(ws::Bytes step, tcp::FlowTable& table) {
    const std::size_t side = step[0] & 1u;
    const std::uint32_t offset = (step[0] & 0xeu) << 7 | step[1];
    const std::size_t length = step[2] % 64;
    ws::ByteBuffer octets;
    for (std::size_t i = 0; i < length; ++i) octets.push_back(octet_at(side, offset + i));
    capture::TcpSegment segment;
    segment.source.port = side == 0 ? 1 : 2;
    segment.destination.port = side == 0 ? 2 : 1;
    segment.sequence = first_sequence[side] + offset;
    segment.acknowledgment = first_sequence[1 - side] + step[3] * 8u;
    segment.flags.bits = capture::TcpFlags::ack;
    segment.payload_length = static_cast<std::uint32_t>(length);
    segment.payload = ws::Bytes(octets).first(length - length * (step[2] / 64u) / 4);
    segment.window = step[3];
    choose_flags(step, side, segment);
    segment.in_packet = false;  // the octets go with this call
    table.add(packet_, segment);
  }

  static void choose_flags(ws::Bytes step, std::size_t side, capture::TcpSegment& segment) {
    const unsigned kind = step[0] >> 4;
    if (kind == 1) segment.flags.bits |= capture::TcpFlags::fin;
    if (kind == 2) segment.flags.bits |= capture::TcpFlags::rst;
    if (kind != 3 && kind != 4) return;
    segment.flags.bits = kind == 3 ? capture::TcpFlags::syn : capture::TcpFlags::syn | capture::TcpFlags::ack;
    segment.sequence = first_sequence[side] - 1;
    segment.acknowledgment = first_sequence[1 - side];
    segment.payload = {};
    segment.payload_length = 0;
  }

  capture::Packet packet_;
};

}  // namespace
}  // namespace wsrig::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  const fuzz::Input input(data, size);
  int open = 0;
  tcp::Limits limits;
  if (input.chooses(0)) limits.waiting_octets = 2000;
  if (input.chooses(1)) limits.connections = 1;
  tcp::FlowTable table([&](const tcp::Flow&) { return std::make_unique<fuzz::Model>(open); }, false, limits);
  fuzz::Script().run(input.stream, table);
  table.finish();
  fuzz::require(open == 0, "every connection is closed");
  return 0;
}
