#pragma once

#include <cstddef>
#include <cstdint>

#include "ws/bytes.hpp"

namespace wsrig::capture {

/// Numbers in network byte order. The caller has checked that the octets are there.
inline std::uint16_t be16(ws::Bytes octets, std::size_t at = 0) {
  return static_cast<std::uint16_t>(octets[at] << 8 | octets[at + 1]);
}
inline std::uint32_t be32(ws::Bytes octets, std::size_t at = 0) {
  return std::uint32_t{be16(octets, at)} << 16 | be16(octets, at + 2);
}

inline void append_be16(ws::ByteBuffer& out, std::uint32_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}
inline void append_be32(ws::ByteBuffer& out, std::uint32_t value) {
  append_be16(out, value >> 16);
  append_be16(out, value);
}

}  // namespace wsrig::capture
