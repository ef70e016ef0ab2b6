#include "net/via.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "net/http_connect_client.hpp"
#include "net/socks5_client.hpp"
#include "ws/http_head.hpp"
#include "ws/number.hpp"

namespace wsrig::net {

namespace {

using ViaResult = boost::system::result<Via, std::string>;

struct Scheme {
  std::string_view name;
  Via::Kind kind;
  std::uint16_t default_port;
};
constexpr std::array schemes{Scheme{"socks5", Via::Kind::socks5, 1080},
                             Scheme{"socks5h", Via::Kind::socks5, 1080},
                             Scheme{"http", Via::Kind::http_connect, 80}};

const Scheme* find_scheme(std::string_view name) {
  const auto* found = std::ranges::find_if(
      schemes, [&](const Scheme& scheme) { return ws::equal_ignoring_case(scheme.name, name); });
  return found == schemes.end() ? nullptr : found;
}

/// Spelt out, because the aggregate Via can be made from other things too.
ViaResult wrong(std::string message) { return {boost::system::in_place_error, std::move(message)}; }

int hex_digit(char c) {
  const std::size_t digit = std::string_view("0123456789abcdef0123456789ABCDEF").find(c);
  return digit == std::string_view::npos ? -1 : static_cast<int>(digit % 16);
}

/// The end of the `${…}` at `begin`; 0 when none begins there.
std::size_t variable_end(std::string_view text, std::size_t begin) {
  if (!text.substr(begin).starts_with("${")) return 0;
  const std::size_t brace = text.find('}', begin);
  return brace == std::string_view::npos ? 0 : brace + 1;
}

/// Percent-decoding (RFC 3986 §2.1) outside of `${…}`; empty when a `%` is not followed by two digits.
std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (const std::size_t end = variable_end(text, i); end != 0) {
      out += text.substr(i, end - i);
      i = end;
    } else if (text[i] != '%') {
      out += text[i++];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 3;
    }
  }
  return out;
}

/// The colon between user and password, which is none inside of `${env:NAME}`.
std::size_t find_colon(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ':') return i;
    i = std::max(variable_end(text, i), i + 1);
  }
  return text.size();
}

std::string read_credentials(std::string_view text, Via& via) {
  const std::size_t colon = find_colon(text);
  const auto user = decode(text.substr(0, colon));
  const auto password = decode(text.substr(std::min(colon + 1, text.size())));
  if (!user || !password) return "a '%' without two hexadecimal digits in the credentials of the proxy";
  if (user->empty()) return "no user name before '@' in the address of the proxy";
  // RFC 7617 §2: the first colon ends the user name.
  if (via.kind == Via::Kind::http_connect && find_colon(*user) != user->size()) {
    return "a ':' in the user name for an HTTP proxy";
  }
  via.credentials = ProxyCredentials{*user, *password};
  return {};
}

std::string read_address(std::string_view text, std::uint16_t default_port, Via& via) {
  if (text.ends_with('/')) text.remove_suffix(1);
  const std::string shown = "'" + std::string(text) + "'";
  const auto authority = boost::urls::parse_authority({text.data(), text.size()});
  if (!authority || authority->has_userinfo()) return "not the address of a proxy: " + shown;
  const std::string_view host = authority->encoded_host();
  if (host.empty()) return "no host in the address of the proxy";
  via.host = host.starts_with('[') ? std::string(host.substr(1, host.size() - 2)) : std::string(host);
  via.port = default_port;
  if (authority->port().empty()) return {};
  via.port = ws::to_integer<std::uint16_t>(authority->port()).value_or(0);
  return via.port != 0 ? "" : "bad port in the address of a proxy: " + shown + "; 1 to 65535";
}

}  // namespace

std::string Via::print() const {
  if (is_direct()) return "direct";
  const std::string address = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return (kind == Kind::socks5 ? "socks5://" : "http://") + address + ":" + std::to_string(port);
}

ViaResult parse_via(std::string_view text, std::string_view default_scheme) {
  if (text == "direct") return Via{};
  const std::size_t separator = text.find("://");
  const bool has_scheme = separator != std::string_view::npos;
  const std::string_view name = has_scheme ? text.substr(0, separator) : default_scheme;
  const Scheme* scheme = find_scheme(name);
  if (scheme == nullptr) {
    return wrong((name.empty() ? "no scheme in the address of a proxy"
                               : "unknown scheme '" + std::string(name) + "' in the address of a proxy") +
                 "; one of socks5://, http://, or direct");
  }
  Via via;
  via.kind = scheme->kind;
  std::string_view rest = has_scheme ? text.substr(separator + 3) : text;
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    if (std::string problem = read_credentials(rest.substr(0, at), via); !problem.empty()) {
      return wrong(std::move(problem));
    }
    rest.remove_prefix(at + 1);
  }
  if (std::string problem = read_address(rest, scheme->default_port, via); !problem.empty()) {
    return wrong(std::move(problem));
  }
  return via;
}

std::unique_ptr<ProxyHandshake> make_handshake(const Via& via, const ProxyTarget& target) {
  if (via.kind == Via::Kind::socks5) return std::make_unique<Socks5Client>(target, via.credentials);
  return std::make_unique<HttpConnectClient>(target, via.credentials);
}

}  // namespace wsrig::net
