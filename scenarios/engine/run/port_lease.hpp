#pragma once

#include <cstdint>

#include "net/socket.hpp"

namespace wsrig::engine {

/// A port of 127.0.0.1 where nobody listens, for programs that must be told a number. It lies below the range
/// that the kernel gives to outgoing connections, so that none of them can take it meanwhile, and no other
/// wsrig on this machine takes it while the lease lasts.
class PortLease {
 public:
  /// Of no port.
  PortLease() = default;
  static PortLease take();

  /// 0 where there was none to be had.
  std::uint16_t port() const { return port_; }

 private:
  net::Descriptor name_;  ///< a UNIX socket of the abstract namespace, whose name is taken
  std::uint16_t port_ = 0;
};

}  // namespace wsrig::engine
