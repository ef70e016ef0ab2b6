#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#include "ws/handshake.hpp"

/// The least that a server has to know of WebSocket (RFC 6455): the upgrade, headers of frames, and the mask.
/// Nothing is checked.
namespace bare {

/// The 101 for a request; empty while its head is not complete.
inline std::string answer_to(const std::string& head) {
  auto key = head.find("Sec-WebSocket-Key: ");
  if (key == std::string::npos) key = head.find("sec-websocket-key: ");  // behind haproxy
  if (head.find("\r\n\r\n") == std::string::npos || key == std::string::npos) return {};
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
         "Upgrade\r\nSec-WebSocket-Accept: " +
         wsrig::ws::accept_for(head.substr(key + 19, 24)) + "\r\n\r\n";
}

inline void unmask(std::uint8_t* data, std::size_t size, const std::uint8_t* key, std::size_t phase = 0) {
  std::uint64_t wide = 0;
  std::uint8_t turned[4];
  for (std::size_t i = 0; i < 4; ++i) turned[i] = key[(i + phase) & 3];
  std::memcpy(&wide, turned, 4);
  wide |= wide << 32;
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, data + i, 8);
    word ^= wide;
    std::memcpy(data + i, &word, 8);
  }
  for (; i < size; ++i) data[i] = static_cast<std::uint8_t>(data[i] ^ turned[i & 3]);
}

/// Octets of a masked frame's header, the key being its last four, with `length` set; 0 when it is not there
/// yet.
inline std::size_t read_header(const std::uint8_t* data, std::size_t size, std::size_t& length) {
  if (size < 2) return 0;
  const std::size_t code = data[1] & 0x7f;
  const std::size_t extra = code == 127 ? 8 : code == 126 ? 2 : 0;
  if (size < 2 + extra + 4) return 0;
  length = extra == 0 ? code : 0;
  for (std::size_t i = 0; i < extra; ++i) length = length << 8 | data[2 + i];
  return 2 + extra + 4;
}

constexpr std::size_t max_header = 10;

/// Writes the header of a binary frame without a mask so that it ends at `end`; returns where it begins.
inline std::uint8_t* put_header(std::uint8_t* end, std::size_t length) {
  const std::size_t extra = length < 126 ? 0 : length < 65536 ? 2 : 8;
  for (std::size_t i = 0; i < extra; ++i) *--end = static_cast<std::uint8_t>(length >> (8 * i));
  *--end = static_cast<std::uint8_t>(extra == 0 ? length : extra == 2 ? 126 : 127);
  *--end = 0x82;
  return end;
}

}  // namespace bare
