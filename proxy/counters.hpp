#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

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

/// What went one way through tunnels: octets as they came in, before any fault, and frames, as far as that
/// side speaks WebSocket.
struct Traffic {
  std::uint64_t octets = 0;
  std::uint64_t frames = 0;
};

/// Who ended a tunnel.
enum class Ender : std::uint8_t { client, upstream, proxy };

/// Sums over the life of the process. Touched by the loop's thread only, so plain numbers.
struct Counters {
  std::uint64_t accepted = 0;        ///< client connections
  std::uint64_t refused = 0;         ///< answered with 4xx or 5xx of our own
  std::uint64_t tunnels_opened = 0;  ///< answered with 101
  std::uint64_t tunnels_ended = 0;
  std::uint64_t dial_failures = 0;       ///< 502 and 504 because of the connection to the upstream
  std::uint64_t handshake_failures = 0;  ///< the upstream's answer was no valid 101, nor another answer
  std::uint64_t violations = 0;          ///< tunnels that ended because a peer broke the protocol
  PerDirection<Traffic> traffic;         ///< of tunnels that have ended; in a snapshot, of all

  std::uint64_t tunnels_open() const { return tunnels_opened - tunnels_ended; }
};

}  // namespace wsrig::proxy
