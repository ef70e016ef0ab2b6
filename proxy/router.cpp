#include "proxy/router.hpp"

#include <algorithm>

namespace wsrig::proxy {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// "host:8080", "[::1]:8080", "user@host": the host alone.
std::string host_of(std::string_view authority) {
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  if (authority.starts_with('[')) return lower(authority.substr(1, authority.find(']') - 1));
  return lower(authority.substr(0, authority.find(':')));
}

bool fits(const Route& route, std::string_view host, std::string_view path) {
  if (!route.host.empty() && route.host != host) return false;
  return route.path.ends_with('/') ? path.starts_with(route.path) : path == route.path;
}

bool is_closer(const Route& one, const Route* other) {
  if (other == nullptr) return true;
  if (one.host.empty() != other->host.empty()) return !one.host.empty();
  return one.path.size() > other->path.size();
}

const Route* match(const std::vector<Route>& routes, std::string_view host, std::string_view path) {
  const Route* best = nullptr;
  for (const Route& route : routes) {
    if (fits(route, host, path) && is_closer(route, best)) best = &route;
  }
  return best;
}

std::string replace_all(std::string text, std::string_view what, std::string_view with) {
  const std::string wanted = lower(what);
  std::string small = lower(text);
  for (std::size_t at = small.find(wanted); at != std::string::npos; at = small.find(wanted, at)) {
    text.replace(at, what.size(), with);
    small.replace(at, what.size(), with);
    at += with.size();
  }
  return text;
}

/// RFC 3986 §5.2.4, with the unreserved dot decoded (§6.2.2.2).
std::string remove_dot_segments(std::string_view path) {
  const std::string decoded = replace_all(std::string(path), "%2e", ".");
  std::vector<std::string_view> kept;
  std::string_view rest = decoded;
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the slash
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    const bool is_dots = segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!is_dots) kept.push_back(segment);
    if (is_dots && rest.empty()) kept.emplace_back();  // "/a/.." is the folder: "/"
  }
  std::string out;
  for (const std::string_view segment : kept) out.append("/").append(segment);
  return out.empty() ? "/" : out;
}

/// As a reader sees it who takes encoded slashes, and backslashes, for slashes.
std::string decode_slashes(std::string_view path) {
  std::string out = replace_all(std::string(path), "%2f", "/");
  out = replace_all(std::move(out), "%5c", "/");
  std::ranges::replace(out, '\\', '/');
  return out;
}

}  // namespace

RequestTarget split_target(std::string_view target, std::string_view host_field) {
  RequestTarget split{host_of(host_field), {}, {}};
  if (!target.starts_with('/')) {
    const auto scheme = target.find("://");
    const auto authority = scheme == std::string_view::npos ? target.size() : scheme + 3;
    const auto slash = std::min(target.find('/', authority), target.size());
    // RFC 9112 §3.2.2: the Host field is ignored then.
    if (authority < target.size()) split.host = host_of(target.substr(authority, slash - authority));
    target.remove_prefix(slash);
  }
  split.path = target.substr(0, target.find('?'));
  split.query = target.substr(split.path.size());
  return split;
}

const Route* find_route(const std::vector<Route>& routes, const RequestTarget& target) {
  if (target.path.empty()) return nullptr;
  const Route* const route = match(routes, target.host, target.path);
  const std::string resolved = remove_dot_segments(target.path);
  const std::string decoded = remove_dot_segments(decode_slashes(target.path));
  const bool is_certain =
      match(routes, target.host, resolved) == route && match(routes, target.host, decoded) == route;
  return is_certain ? route : nullptr;
}

std::string upstream_target(const Route& route, const RequestTarget& target) {
  std::string out(target.path);
  if (route.upstream.url.path_given) out.replace(0, route.path.size(), route.upstream.url.target);
  return out.append(target.query);
}

}  // namespace wsrig::proxy
