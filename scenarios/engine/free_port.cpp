#include "scenarios/engine/free_port.hpp"

#include <fstream>
#include <random>

#include "net/socket.hpp"

namespace wsrig::engine {

namespace {

constexpr std::uint16_t first_port = 10'000;
constexpr int attempts = 1000;

/// The lowest port of outgoing connections.
std::uint16_t ephemeral_begin() {
  unsigned lowest = 32'768;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> lowest;
  return lowest > first_port && lowest < 65'536 ? static_cast<std::uint16_t>(lowest) : std::uint16_t{32'768};
}

bool can_bind(std::uint16_t port) {
  net::SocketAddress address;
  if (!net::parse_address("127.0.0.1", port, address)) return false;
  const net::Descriptor socket = net::open_socket(address.family());
  return ::bind(socket.get(), address.get(), address.size) == 0;
}

}  // namespace

std::uint16_t free_port() {
  std::random_device random;
  std::uniform_int_distribution<unsigned> any(first_port, ephemeral_begin() - 1U);
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const auto port = static_cast<std::uint16_t>(any(random));
    if (can_bind(port)) return port;
  }
  return 0;
}

}  // namespace wsrig::engine
