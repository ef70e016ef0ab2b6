#include "scenarios/engine/run/port_lease.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <random>
#include <sys/un.h>

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

/// A name in the abstract namespace belongs to one socket, is seen by the whole network namespace, as ports
/// are, and is gone with its process.
net::Descriptor take_name(std::uint16_t port) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = fmt::format("wsrig-port-{}", port);
  std::ranges::copy(name, address.sun_path + 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  net::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) socket.close();
  return socket;
}

}  // namespace

PortLease PortLease::take() {
  std::random_device random;
  std::uniform_int_distribution<unsigned> any(first_port, ephemeral_begin() - 1U);
  PortLease lease;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const auto port = static_cast<std::uint16_t>(any(random));
    lease.name_ = take_name(port);
    if (!lease.name_.is_open() || !can_bind(port)) continue;
    lease.port_ = port;
    return lease;
  }
  return {};
}

}  // namespace wsrig::engine
