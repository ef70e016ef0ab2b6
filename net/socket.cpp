#include "net/socket.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace wsrig::net {

boost::system::error_code last_system_error() { return {errno, boost::system::system_category()}; }

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    value_ = other.release();
  }
  return *this;
}

Descriptor::~Descriptor() { close(); }

int Descriptor::release() { return std::exchange(value_, -1); }

void Descriptor::close() {
  if (is_open()) ::close(release());
}

namespace {

// sockaddr_storage is made to be read as the family's own type; a copy avoids the aliasing cast.
template <class Address>
Address read_as(const sockaddr_storage& storage) {
  Address address;
  std::memcpy(&address, &storage, sizeof address);
  return address;
}

template <class Address>
void store(const Address& address, SocketAddress& out) {
  std::memcpy(&out.storage, &address, sizeof address);
  out.size = sizeof address;
}

std::string print_v4(const in_addr& address, std::uint16_t port) {
  char text[INET_ADDRSTRLEN] = {};
  ::inet_ntop(AF_INET, &address, text, sizeof text);
  return std::string(text) + ":" + std::to_string(port);
}

std::string print_v6(const in6_addr& address, std::uint16_t port) {
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    in_addr mapped;
    std::memcpy(&mapped, address.s6_addr + 12, sizeof mapped);
    return print_v4(mapped, port);
  }
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(AF_INET6, &address, text, sizeof text);
  return "[" + std::string(text) + "]:" + std::to_string(port);
}

}  // namespace

std::uint16_t SocketAddress::port() const {
  if (family() == AF_INET) return ntohs(read_as<sockaddr_in>(storage).sin_port);
  if (family() == AF_INET6) return ntohs(read_as<sockaddr_in6>(storage).sin6_port);
  return 0;
}

std::string SocketAddress::print() const {
  if (family() == AF_INET) return print_v4(read_as<sockaddr_in>(storage).sin_addr, port());
  if (family() == AF_INET6) return print_v6(read_as<sockaddr_in6>(storage).sin6_addr, port());
  if (family() == AF_UNIX) return std::string("unix:") + read_as<sockaddr_un>(storage).sun_path;
  return "unknown address";
}

bool parse_address(const std::string& host, std::uint16_t port, SocketAddress& out) {
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    store(v4, out);
    return true;
  }
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    store(v6, out);
    return true;
  }
  sockaddr_un local{};
  if (!host.starts_with('/') || host.size() >= sizeof local.sun_path) return false;
  local.sun_family = AF_UNIX;
  std::memcpy(local.sun_path, host.data(), host.size());
  store(local, out);
  return true;
}

SocketAddress local_address(int descriptor) {
  SocketAddress address;
  ::getsockname(descriptor, address.get(), &address.size);
  return address;
}

SocketAddress peer_address(int descriptor) {
  SocketAddress address;
  ::getpeername(descriptor, address.get(), &address.size);
  return address;
}

Descriptor open_socket(int family) {
  Descriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.is_open()) disable_nagle(socket.get());
  return socket;
}

void set_option(int descriptor, int level, int name, int value) {
  ::setsockopt(descriptor, level, name, &value, sizeof value);
}

void keep_alive(int descriptor, std::chrono::microseconds idle) {
  set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, idle.count() > 0 ? 1 : 0);
  if (idle.count() == 0) return;
  constexpr std::chrono::seconds::rep longest = 32767;  // MAX_TCP_KEEPIDLE of Linux
  const auto whole = std::chrono::ceil<std::chrono::seconds>(idle).count();
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(std::min(whole, longest)));
}

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

void disable_nagle(int descriptor) { set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1); }

}  // namespace wsrig::net
