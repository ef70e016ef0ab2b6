#include "tests/fuzz/fuzz_input.hpp"
#include "ws/frame.hpp"
#include "ws/frame_parser.hpp"
#include "ws/notation.hpp"

// Bytes to headers and payloads, in any cut; back to the same bytes; through the notation and back.
namespace wsrig::fuzz {
namespace {

/// The frames of a stream, as they stand on the wire; the last one may be cut short.
struct Collector {
  std::vector<ws::Frame> frames;

  bool on_header(const ws::FrameHeader& header) {
    frames.push_back({header, {}});
    return true;
  }
  void on_payload(ws::MutableBytes chunk) { ws::append(frames.back().payload, chunk); }
  bool on_frame_end() { return true; }
};

std::vector<ws::Frame> parse(ws::Bytes stream, Cut cut) {
  ws::FrameParser parser;
  Collector collector;
  in_pieces(stream, cut, [&](ws::Bytes piece) {
    ws::ByteBuffer copy(piece.begin(), piece.end());
    require(parser.parse(copy, collector) == copy.size(), "the parser takes everything");
  });
  return std::move(collector.frames);
}

/// What stands on the wire for the frames whose payload was collected still masked.
ws::ByteBuffer written(const std::vector<ws::Frame>& frames) {
  ws::ByteBuffer wire;
  for (const ws::Frame& frame : frames) {
    ws::append(wire, ws::encode(frame.header).bytes());
    ws::append(wire, frame.payload);
  }
  return wire;
}

void check_notation(const ws::Frame& frame) {
  for (const ws::Role role : {ws::Role::client, ws::Role::server}) {
    const std::string text = ws::print(frame, role);
    const auto parsed = ws::parse_frame(text, role);
    require(parsed.has_value() && *parsed == frame, "a frame is printed as what reads back to it");
  }
}

}  // namespace
}  // namespace wsrig::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  const ws::Bytes stream(data, size);
  const std::vector<ws::Frame> frames = fuzz::parse(stream, fuzz::Cut::whole);
  fuzz::require(fuzz::parse(stream, fuzz::Cut::octets) == frames, "the cut does not matter");
  fuzz::require(fuzz::parse(stream, fuzz::Cut::growing) == frames, "the cut does not matter");
  const ws::ByteBuffer wire = fuzz::written(frames);
  fuzz::require(std::equal(wire.begin(), wire.end(), stream.begin()),
                "headers are encoded as they were read");
  for (const ws::Frame& frame : frames) fuzz::check_notation(frame);
  return 0;
}
