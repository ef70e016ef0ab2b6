#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace wsrig::ws {

/// Octets that somebody else owns.
using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;
/// Octets that are owned; `out` parameters of this type are appended to, never cleared.
using ByteBuffer = std::vector<std::uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline void append(ByteBuffer& out, Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }
inline void append(ByteBuffer& out, std::string_view text) { append(out, as_bytes(text)); }

}  // namespace wsrig::ws
