#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

#include "net/url.hpp"
#include "net/via.hpp"

namespace wsrig::net {

/// Gives the value of an environment variable; empty when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// The way to a target by the environment: SOCKS_PROXY, then HTTPS_PROXY for a target with TLS and HTTP_PROXY
/// for others, unless NO_PROXY names the target. Each name also in lower case, which counts where the other
/// is not set; an empty value is as good as none. An address without a scheme is a SOCKS5 server's in
/// SOCKS_PROXY, and an HTTP proxy's in the others. Errors name the variable.
boost::system::result<Via, std::string> via_from_environment(const Url& target,
                                                             const Environment& environment);

/// Does a NO_PROXY list (separated by commas or blanks) name this target? Its entries:
///   *               every target
///   example.com     this host and all below it;  .example.com, *.example.com  only those below it
///   192.0.2.7       this address;  10.0.0.0/8, fd00::/8  a range of addresses
///   name:8080       any of these but a range, at this port only; IPv6 literals then stand in brackets
/// Names compare without case and without a final dot. A target that is a name is not resolved for it.
bool is_exempt(std::string_view no_proxy, std::string_view host, std::uint16_t port);

/// What the environment says about the proxy itself, for use without a configuration file.
struct ServerEnvironment {
  std::optional<Url> upstream;               ///< UPSTREAM_HOST=host:port; 443 means TLS (wss), others ws
  std::optional<std::uint16_t> listen_port;  ///< LISTEN_PORT
};
/// Errors name the variable.
boost::system::result<ServerEnvironment, std::string> server_environment(const Environment& environment);

}  // namespace wsrig::net
