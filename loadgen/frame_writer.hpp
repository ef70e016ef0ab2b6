#pragma once

#include <cstdint>

#include "loadgen/fragmentation.hpp"
#include "ws/bytes.hpp"
#include "ws/frame.hpp"
#include "ws/masker.hpp"
#include "ws/random.hpp"

namespace wsrig::loadgen {

/// A message on its way into frames.
struct OutgoingMessage {
  ws::Opcode opcode = ws::Opcode::binary;
  std::uint8_t rsv = 0;  ///< of the first frame: rsv1 when the payload is compressed (RFC 7692 §6)
  ws::Bytes payload{};
};

/// Appends a frame to `out`: completes the header with length and key, the latter unless `keys` is null.
void write_frame(ws::FrameHeader& header, ws::Bytes payload, ws::MaskKeySource* keys, ws::ByteBuffer& out);

/// Appends the frames of a message, cut as asked for. Returns how many they are.
std::uint32_t write_fragmented(const OutgoingMessage& message, const Fragmentation& fragmentation,
                               ws::Random& random, ws::MaskKeySource* keys, ws::ByteBuffer& out);

/// Appends a message as one frame, or in fragments. Returns how many frames it took.
inline std::uint32_t write_message(const OutgoingMessage& message, const Fragmentation& fragmentation,
                                   ws::Random& random, ws::MaskKeySource* keys, ws::ByteBuffer& out) {
  if (fragmentation.kind != Fragmentation::Kind::none)
    return write_fragmented(message, fragmentation, random, keys, out);
  ws::FrameHeader header{.rsv = message.rsv, .opcode = message.opcode};
  write_frame(header, message.payload, keys, out);
  return 1;
}

}  // namespace wsrig::loadgen
