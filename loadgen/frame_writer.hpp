#pragma once

#include <cstdint>

#include "loadgen/fragmentation.hpp"
#include "ws/bytes.hpp"
#include "ws/frame.hpp"
#include "ws/masker.hpp"
#include "ws/random.hpp"

namespace wsrig::loadgen {

/// Appends a frame to `out`: completes the header with length and key, the latter unless `keys` is null.
void write_frame(ws::FrameHeader& header, ws::Bytes payload, ws::MaskKeySource* keys, ws::ByteBuffer& out);

/// Appends the frames of a message, cut as asked for. Returns how many they are.
std::uint32_t write_fragmented(const ws::FrameHeader& first, ws::Bytes payload,
                               const Fragmentation& fragmentation, ws::Random& random,
                               ws::MaskKeySource* keys, ws::ByteBuffer& out);

/// Appends a message as one frame, or in fragments; returns how many frames it took. `first` has the opcode,
/// and rsv1 where the payload is compressed (RFC 7692 §6). It is completed where it stands: a copy of what
/// was written octet by octet a moment ago makes the processor wait.
inline std::uint32_t write_message(ws::FrameHeader& first, ws::Bytes payload,
                                   const Fragmentation& fragmentation, ws::Random& random,
                                   ws::MaskKeySource* keys, ws::ByteBuffer& out) {
  if (fragmentation.kind != Fragmentation::Kind::none)
    return write_fragmented(first, payload, fragmentation, random, keys, out);
  write_frame(first, payload, keys, out);
  return 1;
}

}  // namespace wsrig::loadgen
