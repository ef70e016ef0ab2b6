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

/// Appends the frames of a message to `out`, each with its own key; without one where `keys` is null. Returns
/// how many frames it took.
std::uint32_t write_message(const OutgoingMessage& message, const Fragmentation& fragmentation,
                            ws::Random& random, ws::MaskKeySource* keys, ws::ByteBuffer& out);

}  // namespace wsrig::loadgen
