#include "loadgen/frame_writer.hpp"

#include <algorithm>

namespace wsrig::loadgen {

/// The buffer grows once: twice would cost more than all the rest.
void write_frame(ws::FrameHeader& header, ws::Bytes payload, ws::MaskKeySource* keys, ws::ByteBuffer& out) {
  header.payload_length = payload.size();
  if (keys != nullptr) header.mask = keys->next();
  const std::size_t place = out.size();
  out.resize(place + ws::max_header_size + payload.size());
  std::uint8_t* const to = ws::encode(header, out.data() + place);
  if (header.mask) {
    ws::Masker(*header.mask).copy(payload, to);
  } else {
    std::ranges::copy(payload, to);
  }
  out.resize(static_cast<std::size_t>(to - out.data()) + payload.size());
}

std::uint32_t write_fragmented(const ws::FrameHeader& first, ws::Bytes payload,
                               const Fragmentation& fragmentation, ws::Random& random,
                               ws::MaskKeySource* keys, ws::ByteBuffer& out) {
  ws::FrameHeader header = first;
  ws::Bytes left = payload;
  FrameSizes sizes(fragmentation, left.size(), random);
  std::uint32_t frames = 0;
  while (!sizes.is_done()) {
    const std::size_t size = std::min(sizes.next(), left.size());
    header.fin = sizes.is_done();
    write_frame(header, left.first(size), keys, out);
    left = left.subspan(size);
    header = {.opcode = ws::Opcode::continuation};
    ++frames;
  }
  return frames;
}

}  // namespace wsrig::loadgen
