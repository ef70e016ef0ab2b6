#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proxy/config.hpp"

namespace wsrig::proxy {

/// Where a request wants to go: its target split, with an absolute form taken apart (RFC 9112 §3.2.2).
struct RequestTarget {
  std::string host;        ///< lower case, without port
  std::string_view path;   ///< exact octets
  std::string_view query;  ///< with its '?', or empty
};
/// Empty path for a form that no route can serve (authority and asterisk form, or no path at all).
RequestTarget split_target(std::string_view target, std::string_view host_field);

/// The route of a request: the longest path that fits, with a host before without; null when none does. A
/// path is matched by its exact octets; one that another reader could take for a path of another route, by
/// dot segments or encoded slashes (RFC 3986 §6.2.2), has no route.
const Route* find_route(const std::vector<Route>& routes, const RequestTarget& target);

/// The target for the upstream: as it came, or with the route's path replaced by the one in the upstream's
/// URL, where that has one.
std::string upstream_target(const Route& route, const RequestTarget& target);

}  // namespace wsrig::proxy
