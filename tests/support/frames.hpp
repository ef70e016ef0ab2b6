#pragma once

#include <string_view>

#include "tests/support/octets.hpp"
#include "ws/close_code.hpp"
#include "ws/frame.hpp"

namespace wsrig::test {

/// The key of the examples in RFC 6455 §5.7.
inline constexpr ws::MaskKey example_key{0x37, 0xfa, 0x21, 0x3d};

/// The wire of a frame, legal or not: what `header` leaves out is what `sender` has to do.
inline ws::ByteBuffer wire(ws::Role sender, ws::FrameHeader header, ws::Bytes payload) {
  header.payload_length = payload.size();
  if (sender == ws::Role::client) header.mask = example_key;
  ws::ByteBuffer out;
  ws::encode(ws::Frame{header, ws::ByteBuffer(payload.begin(), payload.end())}, out);
  return out;
}
inline ws::ByteBuffer wire(ws::Role sender, ws::FrameHeader header, std::string_view payload) {
  return wire(sender, header, ws::as_bytes(payload));
}
/// A frame with FIN.
inline ws::ByteBuffer wire(ws::Role sender, ws::Opcode opcode, std::string_view payload = {}) {
  return wire(sender, ws::FrameHeader{.opcode = opcode}, payload);
}
/// A frame without FIN.
inline ws::ByteBuffer open_wire(ws::Role sender, ws::Opcode opcode, std::string_view payload = {}) {
  return wire(sender, ws::FrameHeader{.fin = false, .opcode = opcode}, payload);
}
inline ws::ByteBuffer close_wire(ws::Role sender, std::uint16_t code, std::string_view reason = {}) {
  ws::ByteBuffer payload;
  ws::encode_close(code, reason, payload);
  return wire(sender, ws::FrameHeader{.opcode = ws::Opcode::close}, payload);
}

}  // namespace wsrig::test
