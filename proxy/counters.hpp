#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace wsrig::proxy {

/// Which way something goes: from the client to the upstream, or back. Also the index of per-direction
/// arrays.
enum class Direction : std::uint8_t { to_upstream, to_downstream };

constexpr Direction opposite(Direction direction) {
  return direction == Direction::to_upstream ? Direction::to_downstream : Direction::to_upstream;
}

/// One value for each direction.
template <class T>
struct PerDirection {
  std::array<T, 2> values{};
  T& operator[](Direction direction) { return values[static_cast<std::size_t>(direction)]; }
  const T& operator[](Direction direction) const { return values[static_cast<std::size_t>(direction)]; }
};

/// What went one way through a tunnel. Frames and the close code are those that came in, as far as that side
/// speaks WebSocket; octets are counted as they came in, before any fault.
struct Traffic {
  std::uint64_t octets = 0;
  std::uint64_t frames = 0;
  std::optional<std::uint16_t> close_code;  ///< of the first Close frame; 1005 for one without a code
};

/// Who ended a tunnel.
enum class Ender : std::uint8_t { client, upstream, proxy };

/// How a tunnel went, told when it ends.
struct TunnelEnd {
  PerDirection<Traffic> traffic;
  Ender ender = Ender::proxy;
  std::string reason;  ///< "close", "eof", "connection reset", "idle", "drain", "RFC 6455 §5.2: …"
};

/// Sums over the life of the process. Times of the loop's thread only, so plain numbers.
struct Counters {
  std::uint64_t accepted = 0;        ///< client connections
  std::uint64_t refused = 0;         ///< answered with 4xx or 5xx of our own
  std::uint64_t tunnels_opened = 0;  ///< answered with 101
  std::uint64_t tunnels_ended = 0;
  std::uint64_t dial_failures = 0;       ///< 502 and 504 because of the connection to the upstream
  std::uint64_t handshake_failures = 0;  ///< the upstream's answer was no valid 101, nor another answer
  std::uint64_t violations = 0;          ///< tunnels that ended because a peer broke the protocol
  PerDirection<Traffic> ended_traffic;   ///< of tunnels that have ended (close_code unused)

  std::uint64_t tunnels_open() const { return tunnels_opened - tunnels_ended; }
};

}  // namespace wsrig::proxy
