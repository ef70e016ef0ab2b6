#pragma once

#include <cstdint>
#include <string>

#include <boost/system/error_code.hpp>

#include "net/proxy_error.hpp"
#include "ws/bytes.hpp"

namespace wsrig::net {

/// What a proxy is asked to connect to. A name is resolved by the proxy.
struct ProxyTarget {
  std::string host;  ///< a name, or a literal without brackets
  std::uint16_t port = 0;
};

/// A user name and a password for a proxy.
struct ProxyCredentials {
  std::string user;
  std::string password;
};

/// The client's side of what is said before a proxy has opened a tunnel: octets in, octets out, no sockets.
/// The result does not depend on how the proxy's octets were cut. Nothing of the tunnelled protocol may be
/// sent before `established`: proxies lose what comes early.
class ProxyHandshake {
 public:
  enum class Status : std::uint8_t { need_more, established, failed };

  virtual ~ProxyHandshake() = default;
  /// Appends what the client says first. Can fail where the target or the credentials cannot be said.
  virtual Status begin(ws::ByteBuffer& out) = 0;
  /// Takes octets of the proxy, and appends the client's next ones. `taken` tells how many were the proxy's
  /// own: those behind them came through the tunnel and are the caller's.
  virtual Status receive(ws::Bytes data, std::size_t& taken, ws::ByteBuffer& out) = 0;

  /// Why it failed.
  virtual boost::system::error_code error() const = 0;
  /// The same for people, with what the proxy said.
  virtual std::string failure() const = 0;
};

}  // namespace wsrig::net
