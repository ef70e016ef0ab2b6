#pragma once

#include <cstdint>
#include <string_view>

namespace wsrig::ws {

/// The four opcode bits of RFC 6455 §5.2; every value 0–15 can be held, defined or not.
enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

/// Opcodes 8–15 are control frames, defined or reserved (RFC 6455 §5.5).
constexpr bool is_control(Opcode opcode) { return (static_cast<std::uint8_t>(opcode) & 0x8) != 0; }
/// Opcodes 3–7 and 11–15 (RFC 6455 §5.2).
constexpr bool is_reserved(Opcode opcode) {
  const auto value = static_cast<std::uint8_t>(opcode);
  return (value >= 3 && value <= 7) || value >= 11;
}
/// The notation's word: "text", "binary", "cont", "ping", "pong", "close"; empty for a reserved opcode.
std::string_view name(Opcode opcode);

/// Which side of a connection: a client masks what it sends, a server does not (RFC 6455 §5.1).
enum class Role : std::uint8_t { client, server };
constexpr Role peer_of(Role role) { return role == Role::client ? Role::server : Role::client; }

}  // namespace wsrig::ws
