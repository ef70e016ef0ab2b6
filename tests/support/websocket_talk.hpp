#pragma once

#include <string>
#include <string_view>

#include "tests/support/conversation.hpp"
#include "tests/support/frames.hpp"
#include "ws/handshake.hpp"

namespace wsrig::test {

/// A client's request for a WebSocket, with the key of RFC 6455 §1.3.
inline std::string upgrade_request(std::string_view target = "/chat", std::string_view extra = {}) {
  return "GET " + std::string(target) +
         " HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
         std::string(extra) + "\r\n";
}

/// The answer to it.
inline std::string upgrade_response(std::string_view extra = {},
                                    std::string_view accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
         "Upgrade\r\nSec-WebSocket-Accept: " +
         std::string(accept) + "\r\n" + std::string(extra) + "\r\n";
}

/// A frame of a client with a masking key of its own, as clients draw them.
inline ws::ByteBuffer client_frame(ws::FrameHeader header, std::string_view payload) {
  static std::uint32_t drawn = 0x9e3779b9;
  drawn = drawn * 1664525u + 1013904223u;
  header.payload_length = payload.size();
  header.mask = ws::MaskKey{static_cast<std::uint8_t>(drawn >> 24), static_cast<std::uint8_t>(drawn >> 16),
                            static_cast<std::uint8_t>(drawn >> 8), static_cast<std::uint8_t>(drawn)};
  ws::ByteBuffer out;
  ws::encode(ws::Frame{header, ws::ByteBuffer(payload.begin(), payload.end())}, out);
  return out;
}
inline ws::ByteBuffer client_frame(ws::Opcode opcode, std::string_view payload = {}) {
  return client_frame(ws::FrameHeader{.opcode = opcode}, payload);
}
inline ws::ByteBuffer server_frame(ws::Opcode opcode, std::string_view payload = {}) {
  return wire(ws::Role::server, opcode, payload);
}

}  // namespace wsrig::test
