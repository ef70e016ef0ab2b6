#pragma once

#include <cstdint>

#include "loadgen/fragmentation.hpp"
#include "ws/bytes.hpp"
#include "ws/frame.hpp"
#include "ws/masker.hpp"
#include "ws/random.hpp"

namespace wsrig::loadgen {

/// A message in two parts, so that a large filler need not be copied in front of being masked.
struct MessageParts {
  ws::Opcode opcode = ws::Opcode::binary;
  std::uint8_t rsv = 0;  ///< of the first frame: rsv1 when the parts are compressed (RFC 7692 §6)
  ws::Bytes front{};
  ws::Bytes rest{};

  std::size_t size() const { return front.size() + rest.size(); }
};

/// Appends the frames of a message to `out`, each with its own key; without one where `keys` is null. Returns
/// how many frames it took.
std::uint32_t write_message(const MessageParts& message, const Fragmentation& fragmentation,
                            ws::Random& random, ws::MaskKeySource* keys, ws::ByteBuffer& out);

}  // namespace wsrig::loadgen
