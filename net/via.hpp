#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

#include "net/proxy_handshake.hpp"

namespace wsrig::net {

/// The way to a target: directly, or through a proxy.
struct Via {
  enum class Kind : std::uint8_t { direct, socks5, http_connect };

  Kind kind = Kind::direct;
  std::string host;  ///< of the proxy; IPv6 literals without brackets
  std::uint16_t port = 0;
  std::optional<ProxyCredentials> credentials;

  bool is_direct() const { return kind == Kind::direct; }
  /// "direct", "socks5://127.0.0.1:1080"; never with the credentials.
  std::string print() const;
};

/// Reads `direct`, `socks5://user:password@host:port` (also socks5h: names are always left to the proxy) or
/// `http://user:password@host:port`; the ports are 1080 and 80 when they are not given. The credentials are
/// percent-decoded, but for `${…}` in them, which is kept as it is for the caller to expand. Without a scheme
/// in the text, `default_scheme` counts; where that is empty too, it is a mistake. Errors are one line, and
/// never hold a password.
boost::system::result<Via, std::string> parse_via(std::string_view text,
                                                  std::string_view default_scheme = {});

/// The opening conversation with the proxy, which must not be direct.
std::unique_ptr<ProxyHandshake> make_handshake(const Via& via, const ProxyTarget& target);

}  // namespace wsrig::net
