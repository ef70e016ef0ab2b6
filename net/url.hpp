#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

namespace wsrig::net {

/// A subject, listener or upstream: `ws://host:port/path?query` (RFC 6455 §3), also wss, tcp, tls.
struct Url {
  std::string scheme;      ///< lower case: ws wss tcp tls
  std::string host;        ///< IPv6 literals without brackets; empty in a listener's `ws://:8080`
  std::uint16_t port = 0;  ///< the scheme's default (80, 443) when it was not given
  bool port_given = false;
  std::string target = "/";  ///< path and query exactly as written; "/" when empty
  bool path_given = false;

  bool is_tls() const { return scheme == "wss" || scheme == "tls"; }
  bool is_websocket() const { return scheme == "ws" || scheme == "wss"; }
  /// The Host header: with the port unless it is the scheme's default.
  std::string authority() const;
  /// "127.0.0.1:8080", "[::1]:8080"
  std::string address() const;
  std::string print() const;
};
/// Errors say what is wrong: unknown scheme, bad port, a fragment (RFC 6455 §3), user information, blanks.
boost::system::result<Url, std::string> parse_url(std::string_view text);

}  // namespace wsrig::net
