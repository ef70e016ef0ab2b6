#include "net/url.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "ws/number.hpp"

namespace wsrig::net {

namespace {

struct Scheme {
  std::string_view name;
  std::uint16_t default_port;  // 0: none
};
constexpr std::array schemes{Scheme{"ws", 80}, Scheme{"wss", 443}, Scheme{"tcp", 0}, Scheme{"tls", 0}};

const Scheme* find_scheme(std::string_view name) {
  const auto* found = std::ranges::find(schemes, name, &Scheme::name);
  return found == schemes.end() ? nullptr : found;
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

// What RFC 3986 §2 never allows unencoded, with a message that a person can act on.
std::string find_bad_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    const std::string where = " at column " + std::to_string(i + 1);
    if (octet == ' ' || octet == '\t') return "a blank" + where;
    if (octet < 0x20 || octet == 0x7f) return "a control character" + where;
    if (octet > 0x7f) return "a character outside ASCII" + where + ": write it percent-encoded";
    if (std::string_view("\"<>\\^`{|}").find(text[i]) != std::string_view::npos) {
      return "the character " + quoted(text.substr(i, 1)) + where + ": write it percent-encoded";
    }
  }
  return {};
}

std::string problem_before_parsing(std::string_view text) {
  if (text.empty()) return "an empty URL";
  if (std::string bad = find_bad_character(text); !bad.empty()) return bad + " in the URL " + quoted(text);
  const auto separator = text.find("://");
  if (separator == std::string_view::npos) {
    return "no scheme in the URL " + quoted(text) + "; write ws://" + std::string(text);
  }
  return {};
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string unknown_scheme(const std::string& scheme, std::string_view text) {
  std::string problem =
      "unknown scheme " + quoted(scheme) + " in the URL " + quoted(text) + "; one of ws, wss, tcp, tls";
  if (scheme == "http") problem += "; did you mean ws?";
  if (scheme == "https") problem += "; did you mean wss?";
  return problem;
}

std::string fill_port(const boost::urls::url_view& parsed, const Scheme& scheme, Url& url) {
  const std::string_view text = parsed.port();
  // Boost.URL's port_number() is 0 for a number too large, and 0 is a port too.
  const auto port = ws::to_integer<std::uint16_t>(text);
  url.port_given = !text.empty();
  url.port = port.value_or(scheme.default_port);
  if (url.port_given && !port) return "bad port " + quoted(text) + ": 0 to 65535";
  if (!url.port_given && scheme.default_port == 0) return "no port, and " + url.scheme + " has no default";
  return {};
}

std::string fill_rest(const boost::urls::url_view& parsed, Url& url) {
  if (parsed.has_userinfo()) return "user information does not belong into it (RFC 6455 §3)";
  if (parsed.has_fragment()) return "a fragment ('#') does not belong into it (RFC 6455 §3)";
  const std::string_view host = parsed.encoded_host();
  url.host = host.starts_with('[') ? std::string(host.substr(1, host.size() - 2)) : std::string(host);
  const std::string_view path = parsed.encoded_path();
  url.path_given = !path.empty();
  url.target = path.empty() ? "/" : std::string(path);
  if (parsed.has_query()) url.target += "?" + std::string(parsed.encoded_query());
  return {};
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace

std::string Url::authority() const {
  const Scheme* known = find_scheme(scheme);
  const bool is_default = known != nullptr && known->default_port == port && port != 0;
  return is_default ? bracketed(host) : address();
}

std::string Url::address() const { return bracketed(host) + ":" + std::to_string(port); }

std::string Url::print() const {
  return scheme + "://" + (port_given ? address() : bracketed(host)) +
         (is_websocket() || path_given ? target : "");
}

using UrlResult = boost::system::result<Url, std::string>;

namespace {

// Spelt out, because an aggregate can be constructed from its first member: a string could mean either.
UrlResult wrong(std::string message) { return {boost::system::in_place_error, std::move(message)}; }

}  // namespace

UrlResult parse_url(std::string_view text) {
  if (std::string problem = problem_before_parsing(text); !problem.empty()) return wrong(std::move(problem));
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed) return wrong("not a valid URL: " + quoted(text));
  Url url;
  url.scheme = lower(std::string_view(parsed->scheme()));
  const Scheme* scheme = find_scheme(url.scheme);
  if (scheme == nullptr) return wrong(unknown_scheme(url.scheme, text));
  for (const std::string& problem : {fill_port(*parsed, *scheme, url), fill_rest(*parsed, url)}) {
    if (!problem.empty()) return wrong(problem + " in the URL " + quoted(text));
  }
  return url;
}

}  // namespace wsrig::net
