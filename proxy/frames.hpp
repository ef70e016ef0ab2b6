#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/counters.hpp"
#include "ws/bytes.hpp"
#include "ws/frame.hpp"
#include "ws/masker.hpp"

/// Frames that the proxy makes itself: legal ones, masked towards an upstream (RFC 6455 §5.1).
namespace wsrig::proxy {

/// Appends a whole frame; `payload` has at most 125 octets for a control frame.
void append_frame(Direction direction, ws::Opcode opcode, ws::Bytes payload, ws::MaskKeySource& keys,
                  ws::ByteBuffer& out);
/// Appends a Close frame; the reason has at most 123 octets.
void append_close(Direction direction, std::optional<std::uint16_t> code, std::string_view reason,
                  ws::MaskKeySource& keys, ws::ByteBuffer& out);

}  // namespace wsrig::proxy
