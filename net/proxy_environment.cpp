#include "net/proxy_environment.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "net/ip_range.hpp"
#include "ws/http_head.hpp"
#include "ws/number.hpp"

namespace wsrig::net {

namespace {

struct Setting {
  std::string name;
  std::string value;
};

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::optional<Setting> read_setting(const Environment& environment, const std::string& name) {
  for (const std::string& spelling : {name, lower(name)}) {
    auto value = environment(spelling);
    if (value && !value->empty()) return Setting{spelling, *std::move(value)};
  }
  return std::nullopt;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto port = ws::to_integer<std::uint16_t>(text);
  return port != 0 ? port : std::nullopt;
}

std::string_view without_final_dot(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

bool is_below(std::string_view host, std::string_view domain) {
  return host.size() > domain.size() + 1 && host[host.size() - domain.size() - 1] == '.' &&
         ws::equal_ignoring_case(host.substr(host.size() - domain.size()), domain);
}

/// Cuts ":8080" off an entry. An IPv6 literal without brackets has no port.
std::optional<std::uint16_t> take_port(std::string_view& entry) {
  const std::size_t colon = entry.rfind(':');
  if (colon == std::string_view::npos || IpAddress::parse(entry)) return std::nullopt;
  const auto port = parse_port(entry.substr(colon + 1));
  if (port) entry = entry.substr(0, colon);
  return port;
}

bool matches_name(std::string_view entry, std::string_view host) {
  if (entry.starts_with("*.")) entry.remove_prefix(1);
  const bool only_below = entry.starts_with('.');
  if (only_below) entry.remove_prefix(1);
  entry = without_final_dot(entry);
  if (entry.empty()) return false;
  return is_below(host, entry) || (!only_below && ws::equal_ignoring_case(host, entry));
}

bool matches(std::string_view entry, std::string_view host, std::uint16_t port) {
  const auto address = IpAddress::parse(host);
  if (const auto range = IpRange::parse(entry)) return address && range->contains(*address);
  if (const auto only = take_port(entry); only && *only != port) return false;
  if (entry == "*") return true;
  if (const auto range = IpRange::parse(entry)) return address && range->contains(*address);
  return !address && matches_name(entry, without_final_dot(host));
}

/// "host:port" as the URL of a WebSocket server, or what is wrong with it.
std::string read_upstream(const std::string& text, std::optional<Url>& upstream) {
  constexpr std::uint16_t tls_port = 443;
  auto url = parse_url("ws://" + text);
  if (!url || url->host.empty() || url->path_given || url->target != "/")
    return "not host:port: '" + text + "'";
  if (!url->port_given || url->port == 0) return "no port in '" + text + "'; write host:port";
  if (url->port == tls_port) url->scheme = "wss";
  upstream = *std::move(url);
  return {};
}

}  // namespace

bool is_exempt(std::string_view no_proxy, std::string_view host, std::uint16_t port) {
  constexpr std::string_view separators = ", \t";
  for (;;) {
    const std::size_t begin = no_proxy.find_first_not_of(separators);
    if (begin == std::string_view::npos) return false;
    const std::size_t end = std::min(no_proxy.find_first_of(separators, begin), no_proxy.size());
    if (matches(no_proxy.substr(begin, end - begin), host, port)) return true;
    no_proxy.remove_prefix(end);
  }
}

boost::system::result<Via, std::string> via_from_environment(const Url& target,
                                                             const Environment& environment) {
  const auto no_proxy = read_setting(environment, "NO_PROXY");
  if (no_proxy && is_exempt(no_proxy->value, target.host, target.port)) return Via{};
  const std::array<std::pair<std::string, std::string_view>, 2> candidates{
      {{"SOCKS_PROXY", "socks5"}, {target.is_tls() ? "HTTPS_PROXY" : "HTTP_PROXY", "http"}}};
  for (const auto& [name, scheme] : candidates) {
    const auto setting = read_setting(environment, name);
    if (!setting) continue;
    auto via = parse_via(setting->value, scheme);
    if (!via) return {boost::system::in_place_error, setting->name + ": " + via.error()};
    return via;
  }
  return Via{};
}

boost::system::result<ServerEnvironment, std::string> server_environment(const Environment& environment) {
  ServerEnvironment found;
  if (const auto setting = read_setting(environment, "UPSTREAM_HOST")) {
    const std::string problem = read_upstream(setting->value, found.upstream);
    if (!problem.empty()) return {boost::system::in_place_error, setting->name + ": " + problem};
  }
  if (const auto setting = read_setting(environment, "LISTEN_PORT")) {
    found.listen_port = parse_port(setting->value);
    if (!found.listen_port) {
      return {boost::system::in_place_error, setting->name + ": not a port: '" + setting->value + "'"};
    }
  }
  return found;
}

}  // namespace wsrig::net
