#include "loadgen/frame_writer.hpp"

#include <algorithm>

namespace wsrig::loadgen {
namespace {

/// Takes up to `size` octets off the front of `from`.
ws::Bytes take(ws::Bytes& from, std::size_t size) {
  const ws::Bytes taken = from.first(std::min(size, from.size()));
  from = from.subspan(taken.size());
  return taken;
}

void copy_masked(ws::Bytes front, ws::Bytes rest, const ws::MaskKey& key, std::uint8_t* to) {
  ws::Masker masker(key);
  masker.copy(front, to);
  if (!rest.empty()) masker.copy(rest, to + front.size());
}

/// Moves the first `size` octets of the message into a frame. The buffer grows once: three times would cost
/// more than all the rest.
void write_frame(ws::FrameHeader header, std::size_t size, MessageParts& message, ws::MaskKeySource* keys,
                 ws::ByteBuffer& out) {
  header.payload_length = size;
  if (keys != nullptr) header.mask = keys->next();
  const ws::EncodedHeader encoded = ws::encode(header);
  const std::size_t place = out.size();
  out.resize(place + encoded.size + size);
  std::uint8_t* const payload = std::copy_n(encoded.octets.data(), encoded.size, out.data() + place);
  const ws::Bytes front = take(message.front, size);
  const ws::Bytes rest = take(message.rest, size - front.size());
  if (header.mask) return copy_masked(front, rest, *header.mask, payload);
  std::ranges::copy(rest, std::ranges::copy(front, payload).out);
}

}  // namespace

std::uint32_t write_message(const MessageParts& message, const Fragmentation& fragmentation,
                            ws::Random& random, ws::MaskKeySource* keys, ws::ByteBuffer& out) {
  MessageParts left = message;
  ws::FrameHeader header{.rsv = message.rsv, .opcode = message.opcode};
  if (fragmentation.kind == Fragmentation::Kind::none) {
    write_frame(header, left.size(), left, keys, out);
    return 1;
  }
  FrameSizes sizes(fragmentation, message.size(), random);
  std::uint32_t frames = 0;
  while (!sizes.is_done()) {
    const std::size_t size = sizes.next();
    header.fin = sizes.is_done();
    write_frame(header, size, left, keys, out);
    header = {.opcode = ws::Opcode::continuation};
    ++frames;
  }
  return frames;
}

}  // namespace wsrig::loadgen
