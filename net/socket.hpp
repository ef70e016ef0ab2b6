#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <sys/socket.h>

#include <boost/system/error_code.hpp>

/// Socket calls that dialling, listening and channels share.
namespace wsrig::net {

/// errno as an error code.
boost::system::error_code last_system_error();

/// A descriptor that is closed with its owner.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int get() const { return value_; }
  bool is_open() const { return value_ >= 0; }
  int release();
  void close();

 private:
  int value_ = -1;
};

/// A socket address of any family, as the kernel takes and gives it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
  std::uint16_t port() const;
  /// "127.0.0.1:80", "[::1]:80", "unix:/run/x"; an IPv4 address mapped into IPv6 is printed as IPv4.
  std::string print() const;
};

/// The address of a numeric host ("127.0.0.1", "::1"), or of a UNIX socket (an absolute path that fits into
/// an address, which has no port); false when `host` is a name.
bool parse_address(const std::string& host, std::uint16_t port, SocketAddress& out);
SocketAddress local_address(int descriptor);
SocketAddress peer_address(int descriptor);

/// A stream socket that is non-blocking, close-on-exec and TCP_NODELAY.
Descriptor open_socket(int family);
void set_option(int descriptor, int level, int name, int value);
/// SO_KEEPALIVE: the kernel probes the peer after `idle` without an octet (in whole seconds); 0 switches it
/// off.
void keep_alive(int descriptor, std::chrono::microseconds idle);
/// Raises the soft limit on open files, which shells set low, to the hard one; returns what it is now.
std::uint64_t raise_descriptor_limit();
/// TCP_NODELAY: what is written leaves at once (Nagle's algorithm waits for acknowledgements).
void disable_nagle(int descriptor);

}  // namespace wsrig::net
