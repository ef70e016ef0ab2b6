#include "ws/handshake.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <set>

namespace wsrig::ws {
namespace {

constexpr std::string_view key_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::string_view section_client = "RFC 6455 §4.1";
constexpr std::string_view section_reading = "RFC 6455 §4.2.1";
constexpr std::string_view section_sending = "RFC 6455 §4.2.2";

/// A peer's value for a message: quoted, on one line, not too long.
std::string shown(std::string_view value) {
  constexpr std::size_t limit = 80;
  std::string text = "'";
  for (const char c : value.substr(0, limit)) {
    if (c >= 0x20 && c < 0x7f && c != '\\' && c != '\'') {
      text += c;
    } else {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return text + (value.size() > limit ? "…'" : "'");
}

std::string base64(Bytes bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with NUL
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

bool is_base64_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/// Base64 of 16 octets. The four bits left over in the last character may be set, as they are in the example
/// of RFC 6455 §4.1; a decoder need not mind (RFC 4648 §3.5).
bool is_key(std::string_view text) {
  return text.size() == 24 && text.ends_with("==") &&
         std::ranges::all_of(text.substr(0, 22), is_base64_character);
}

/// Reads one Sec-WebSocket-Extensions value from left to right, each octet once. Blanks may stand around
/// every token (RFC 2616 §2.1, "implied *LWS").
class ExtensionReader {
 public:
  explicit ExtensionReader(std::string_view text) : text_(text) {}

  bool read(std::vector<ExtensionOffer>& list) {
    do {
      skip_blanks();
      // RFC 2616 §2.1: null elements are allowed in a list but do not count.
      if (at_end() || peek() == ',') continue;
      if (!read_extension(list.emplace_back())) return false;
    } while (take(','));
    if (!at_end()) return fail("expected ',' or ';'");
    return !list.empty() || fail("no extension is named");
  }
  std::string& error() { return error_; }

 private:
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return text_[at_]; }
  void skip_blanks() {
    while (!at_end() && (peek() == ' ' || peek() == '\t')) ++at_;
  }
  bool take(char c) {
    if (at_end() || peek() != c) return false;
    ++at_;
    return true;
  }
  bool fail(std::string_view what) {
    error_ = fmt::format("{} at offset {} of {}", what, at_, shown(text_));
    return false;
  }

  bool read_extension(ExtensionOffer& extension) {
    if (!read_token(extension.name)) return fail("expected an extension's name");
    while (take(';')) {
      skip_blanks();
      if (!read_parameter(extension.parameters.emplace_back())) return false;
    }
    return true;
  }

  bool read_parameter(ExtensionOffer::Parameter& parameter) {
    if (!read_token(parameter.name)) return fail("expected a parameter's name");
    if (!take('=')) return true;
    skip_blanks();
    std::string& value = parameter.value.emplace();
    if (take('"')) return read_quoted(value);
    return read_token(value) || fail("expected a parameter's value");
  }

  /// Takes a token and the blanks behind it.
  bool read_token(std::string& token) {
    const std::size_t begin = at_;
    while (!at_end() && is_token(text_.substr(at_, 1))) ++at_;
    token = text_.substr(begin, at_ - begin);
    skip_blanks();
    return !token.empty();
  }

  /// Takes the rest of a quoted string and the blanks behind it.
  bool read_quoted(std::string& value) {
    while (!at_end() && peek() != '"') {
      if (take('\\') && at_end()) break;
      value += text_[at_++];
    }
    if (!take('"')) return fail("a quoted string does not end");
    // RFC 6455 §9.1: after unescaping the value must be a token.
    if (!is_token(value)) return fail("a quoted value is not a token");
    skip_blanks();
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string error_;
};

std::string print_value(std::string_view value) {
  if (is_token(value)) return std::string(value);
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

std::string join(const std::vector<std::string>& elements) {
  return fmt::format("{}", fmt::join(elements, ", "));
}

}  // namespace

std::optional<std::vector<ExtensionOffer>> parse_extensions(std::string_view value, std::string& error) {
  std::vector<ExtensionOffer> extensions;
  ExtensionReader reader(value);
  if (reader.read(extensions)) return extensions;
  error = std::move(reader.error());
  return std::nullopt;
}

std::string print_extensions(const std::vector<ExtensionOffer>& extensions) {
  std::string text;
  for (const ExtensionOffer& extension : extensions) {
    if (!text.empty()) text += ", ";
    text += extension.name;
    for (const auto& [name, parameter_value] : extension.parameters) {
      text += "; " + name;
      if (parameter_value) text += '=' + print_value(*parameter_value);
    }
  }
  return text;
}

std::string make_key(const std::array<std::uint8_t, 16>& nonce) { return base64(nonce); }

std::string accept_for(std::string_view key) {
  const std::string text = std::string(key).append(key_guid);
  std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest;
  SHA1(as_bytes(text).data(), text.size(), digest.data());
  return base64(digest);
}

std::string build_request(const ClientRequest& request) {
  std::string text = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: {}\r\nSec-WebSocket-Version: 13\r\n",
      request.target, request.host, request.key);
  const auto add = [&](std::string_view name, std::string_view value) {
    text += fmt::format("{}: {}\r\n", name, value);
  };
  if (!request.subprotocols.empty()) add("Sec-WebSocket-Protocol", join(request.subprotocols));
  if (!request.extensions.empty()) add("Sec-WebSocket-Extensions", request.extensions);
  for (const auto& [name, value] : request.headers) add(name, value);
  return text + "\r\n";
}

namespace {

/// What both judges do: collect findings about one head.
class HeadJudge {
 protected:
  HeadJudge(const HttpHead& head, std::vector<HandshakeFinding>& findings)
      : head_(head), findings_(findings) {}

  void add(std::string_view id, std::string_view section, std::string message, int status = 400) {
    findings_.push_back({id, section, std::move(message), status});
  }
  void add(HeadAnomaly anomaly) { add(slug(anomaly), section(anomaly), std::string(describe(anomaly))); }

  const HttpHead& head_;

 private:
  std::vector<HandshakeFinding>& findings_;
};

/// Client side, RFC 6455 §4.1: one function for each numbered item.
class ResponseJudge : HeadJudge {
 public:
  ResponseJudge(const HttpHead& response, const ClientRequest& request, ResponseVerdict& verdict)
      : HeadJudge(response, verdict.findings), request_(request), agreement_(verdict.agreement) {}

  void check() {
    for (const HeadAnomaly anomaly : head_.anomalies()) add(anomaly);
    check_version();
    check_status();
    // Item 1: with another status it is an ordinary HTTP response, and the rest does not apply.
    if (head_.status() != 101) return;
    check_upgrade();
    check_connection();
    check_accept();
    check_extensions();
    check_subprotocol();
  }

 private:
  void check_version() {
    const int version = head_.version_number();
    if (version == 0 || (version >= 11 && version < 20)) return;  // 0: the start line's anomaly says it
    add("http-version", section_client,
        fmt::format("the response is {}, not HTTP/1.1", shown(head_.version())));
  }

  void check_status() {
    if (head_.status() == 101) return;
    add("status-not-101", section_client,
        fmt::format("the first line is {}, not 101", shown(head_.start_line())));
  }

  void check_upgrade() {
    const std::string value = head_.joined("Upgrade");
    const std::vector<std::string_view> elements = split_list(value);
    const bool only_websocket = std::ranges::all_of(
        elements, [](std::string_view element) { return equal_ignoring_case(element, "websocket"); });
    if (elements.empty()) {
      add("upgrade-missing", section_client, "no Upgrade header");
    } else if (!only_websocket) {
      add("upgrade-wrong", section_client, fmt::format("Upgrade is {}, not websocket", shown(value)));
    }
  }

  void check_connection() {
    const std::string value = head_.joined("Connection");
    if (list_has_token(value, "upgrade")) return;
    add("connection-wrong", section_client, fmt::format("Connection is {}, without Upgrade", shown(value)));
  }

  void check_accept() {
    constexpr std::string_view name = "Sec-WebSocket-Accept";
    const std::vector<std::string_view> values = head_.all(name);
    if (values.empty()) return add("accept-missing", section_client, "no Sec-WebSocket-Accept header");
    if (values.size() > 1)
      add("accept-repeated", "RFC 6455 §11.3.3", "more than one Sec-WebSocket-Accept header");
    const std::string expected = accept_for(request_.key);
    if (values.front() == expected) return;
    add("accept-wrong", section_client,
        fmt::format("{} is {}, not '{}'", name, shown(values.front()), expected));
  }

  void check_subprotocol() {
    const std::vector<std::string_view> values = head_.all("Sec-WebSocket-Protocol");
    if (values.empty()) return;
    if (values.size() > 1) {
      add("subprotocol-repeated", "RFC 6455 §11.3.4", "more than one Sec-WebSocket-Protocol header");
    }
    const std::string_view chosen = values.front();
    if (chosen.empty())
      return add("subprotocol-empty", section_sending, "the Sec-WebSocket-Protocol header is empty");
    if (std::ranges::find(request_.subprotocols, chosen) == request_.subprotocols.end()) {
      return add("subprotocol-not-offered", section_client,
                 fmt::format("subprotocol {} was not offered", shown(chosen)));
    }
    agreement_.subprotocol = chosen;
  }

  void check_extensions() {
    const std::size_t count = head_.count("Sec-WebSocket-Extensions");
    if (count == 0) return;
    if (count > 1) {
      add("extensions-repeated", "RFC 6455 §11.3.2", "more than one Sec-WebSocket-Extensions header");
    }
    std::string error;
    const auto used = parse_extensions(head_.joined("Sec-WebSocket-Extensions"), error);
    if (!used) return add("extensions-malformed", "RFC 6455 §9.1", "Sec-WebSocket-Extensions: " + error);
    const auto offers = parse_extensions(request_.extensions, error).value_or(std::vector<ExtensionOffer>{});
    for (const ExtensionOffer& extension : *used) check_extension(extension, offers);
  }

  void check_extension(const ExtensionOffer& extension, const std::vector<ExtensionOffer>& offers) {
    const bool offered = std::ranges::any_of(
        offers, [&](const ExtensionOffer& offer) { return offer.name == extension.name; });
    if (!offered) {
      return add("extension-not-offered", section_client,
                 fmt::format("extension {} was not offered", shown(extension.name)));
    }
    if (extension.name == deflate_extension) check_deflate(extension, offers);
  }

  void check_deflate(const ExtensionOffer& extension, const std::vector<ExtensionOffer>& offers) {
    if (agreement_.deflate) {
      return add("extension-twice", "RFC 7692 §5.1", "permessage-deflate is accepted more than once");
    }
    std::string error;
    for (const ExtensionOffer& offer : offers) {
      if (offer.name == deflate_extension) agreement_.deflate = accept_deflate(extension, offer, error);
      if (agreement_.deflate) return;
    }
    add("deflate-parameters", "RFC 7692 §7.1", fmt::format("{}: {}", print_extensions({extension}), error));
  }

  const ClientRequest& request_;
  Agreement& agreement_;
};

}  // namespace

ResponseVerdict verify_response(const HttpHead& response, const ClientRequest& request) {
  ResponseVerdict verdict;
  ResponseJudge(response, request, verdict).check();
  return verdict;
}

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

bool is_host_character(char c) {  // unreserved or sub-delims, RFC 3986 §2
  constexpr std::string_view marks = "-._~!$&'()*+,;=";
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || marks.find(c) != std::string_view::npos;
}

bool is_registered_name(std::string_view text) {  // RFC 3986 §3.2.2, but not empty
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_host_character(text[i])) continue;
    if (text[i] != '%' || i + 2 >= text.size() || !is_hex_digit(text[i + 1]) || !is_hex_digit(text[i + 2]))
      return false;
    i += 2;
  }
  return !text.empty();
}

bool is_ip_literal(std::string_view text) {  // "[" IPv6address "]", by its characters
  return text.size() > 2 && text.starts_with('[') && text.ends_with(']') &&
         std::ranges::all_of(text.substr(1, text.size() - 2),
                             [](char c) { return is_hex_digit(c) || c == ':' || c == '.'; });
}

bool is_port(std::string_view text) {  // RFC 3986 §3.2.3: digits, perhaps none
  if (text.size() > 5 || !std::ranges::all_of(text, is_digit)) return false;
  int port = 0;
  for (const char c : text) port = port * 10 + (c - '0');
  return port <= 65535;
}

/// host [":" port] of RFC 9110 §7.2.
bool is_host_value(std::string_view text) {
  const auto bracket = text.rfind(']');
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::string_view host = text.substr(0, colon);
  const std::string_view port = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  return (is_registered_name(host) || is_ip_literal(host)) && is_port(port);
}

/// origin-form or absolute-form of RFC 9112 §3.2, without a fragment (RFC 6455 §3).
bool is_target(std::string_view text) {
  const auto has_scheme = [&](std::string_view scheme) {
    return text.size() > scheme.size() && equal_ignoring_case(text.substr(0, scheme.size()), scheme);
  };
  return (text.starts_with('/') || has_scheme("http://") || has_scheme("https://")) &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

/// Server side, RFC 6455 §4.2.1 and §4.2.2. What says most about the status to answer with is checked first.
class RequestJudge : HeadJudge {
 public:
  RequestJudge(const HttpHead& request, const ServerPolicy& policy, RequestVerdict& verdict)
      : HeadJudge(request, verdict.findings), policy_(policy), verdict_(verdict) {}

  void check() {
    check_anomalies();
    check_version_of_http();
    check_method();
    check_target();
    check_host();
    check_upgrade();
    check_connection();
    check_version();
    check_key();
    check_content();
    check_origin();
    check_subprotocols();
    check_extensions();
  }

 private:
  void check_anomalies() {
    for (const HeadAnomaly anomaly : head_.anomalies()) {
      // RFC 9112 §2.2: a recipient may recognise a single LF as a line end.
      if (policy_.strict || anomaly != HeadAnomaly::bare_lf) add(anomaly);
    }
    if (head_.status() != 0) add("not-a-request", section_reading, "the first line is a status line");
  }

  void check_version_of_http() {
    const int version = head_.version_number();
    if (version == 0 || version == 11) return;  // 0: the start line's anomaly says it
    const std::string message = fmt::format("the request is {}, not HTTP/1.1", shown(head_.version()));
    if (version / 10 != 1) return add("http-version-unsupported", "RFC 9110 §15.6.6", message, 505);
    if (version < 11) add("http-version-too-low", section_reading, message);
  }

  void check_method() {
    if (head_.method().empty() || head_.method() == "GET") return;
    add("method-not-get", section_reading, fmt::format("the method is {}, not GET", shown(head_.method())),
        405);
  }

  void check_target() {
    if (head_.target().empty() || is_target(head_.target())) return;
    add("target-invalid", section_reading, fmt::format("{} is not a resource name", shown(head_.target())));
  }

  void check_host() {
    constexpr std::string_view section = "RFC 9112 §3.2";
    const std::vector<std::string_view> values = head_.all("Host");
    if (values.empty()) return add("host-missing", section_reading, "no Host header");
    if (values.size() > 1) add("host-repeated", section, "more than one Host header");
    if (!is_host_value(values.front())) {
      add("host-invalid", section, fmt::format("{} is no host with an optional port", shown(values.front())));
    }
  }

  void check_upgrade() {
    const std::string value = head_.joined("Upgrade");
    verdict_.is_upgrade = list_has_token(value, "websocket");
    if (verdict_.is_upgrade) return;
    if (head_.count("Upgrade") == 0) return add("upgrade-missing", section_reading, "no Upgrade header", 426);
    add("upgrade-wrong", section_reading, fmt::format("Upgrade is {}, without websocket", shown(value)), 426);
  }

  void check_connection() {
    const std::string value = head_.joined("Connection");
    if (list_has_token(value, "upgrade")) return;
    add("connection-wrong", section_reading, fmt::format("Connection is {}, without Upgrade", shown(value)));
  }

  void check_version() {
    constexpr std::string_view name = "Sec-WebSocket-Version";
    const std::vector<std::string_view> values = head_.all(name);
    if (values.empty()) return add("version-missing", section_reading, fmt::format("no {} header", name));
    if (values.size() > 1) {
      add("version-repeated", "RFC 6455 §11.3.5", fmt::format("more than one {} header", name));
    }
    if (values.front() == "13") return;
    add("version-unsupported", section_sending, fmt::format("{} is {}, not 13", name, shown(values.front())),
        426);
  }

  void check_key() {
    constexpr std::string_view name = "Sec-WebSocket-Key";
    const std::vector<std::string_view> values = head_.all(name);
    if (values.empty()) return add("key-missing", section_reading, fmt::format("no {} header", name));
    if (values.size() > 1)
      add("key-repeated", "RFC 6455 §11.3.1", fmt::format("more than one {} header", name));
    verdict_.key = values.front();
    // §4.2.2: a server need not decode the key, so that a lenient one takes any.
    if (is_key(verdict_.key) || (!policy_.strict && !verdict_.key.empty())) return;
    add("key-invalid", section_reading,
        fmt::format("{} {} is not base64 of 16 octets", name, shown(verdict_.key)));
  }

  /// A body would be taken for frames, or frames for a body (request smuggling).
  void check_content() {
    constexpr std::string_view section = "RFC 9110 §9.3.1";
    const auto lengths = head_.all("Content-Length");
    if (std::ranges::any_of(lengths, [](std::string_view length) { return length != "0"; })) {
      add("content", section, fmt::format("the request has Content-Length {}", shown(lengths.front())));
    }
    if (head_.count("Transfer-Encoding") != 0) {
      add("transfer-encoding", section, "the request has a Transfer-Encoding");
    }
  }

  void check_origin() {
    const std::vector<std::string_view> values = head_.all("Origin");
    if (values.size() > 1) add("origin-repeated", "RFC 6454 §7.3", "more than one Origin header");
    if (policy_.allowed_origins.empty()) return;
    for (const std::string_view value : values) {
      const bool allowed = std::ranges::any_of(policy_.allowed_origins, [&](const std::string& origin) {
        return equal_ignoring_case(origin, value);
      });
      if (!allowed)
        add("origin-refused", section_sending, fmt::format("origin {} is not allowed", shown(value)), 403);
    }
  }

  void check_subprotocols() {
    if (head_.count("Sec-WebSocket-Protocol") == 0) return;
    const std::string value = head_.joined("Sec-WebSocket-Protocol");
    std::set<std::string_view> seen;
    for (const std::string_view element : split_list(value)) {
      verdict_.subprotocols.emplace_back(element);
      if (!is_token(element)) {
        add("subprotocol-invalid", section_client,
            fmt::format("subprotocol {} is not a token", shown(element)));
      }
      if (!seen.insert(element).second) {
        add("subprotocol-repeated", section_client,
            fmt::format("subprotocol {} is named twice", shown(element)));
      }
    }
    if (seen.empty()) add("subprotocol-empty", section_client, "the Sec-WebSocket-Protocol header is empty");
    choose_subprotocol();
  }

  void choose_subprotocol() {
    const auto chosen = std::ranges::find_first_of(verdict_.subprotocols, policy_.subprotocols);
    if (chosen != verdict_.subprotocols.end()) verdict_.agreement.subprotocol = *chosen;
  }

  void check_extensions() {
    if (head_.count("Sec-WebSocket-Extensions") == 0) return;
    std::string error;
    auto offers = parse_extensions(head_.joined("Sec-WebSocket-Extensions"), error);
    if (!offers) return add("extensions-malformed", "RFC 6455 §9.1", "Sec-WebSocket-Extensions: " + error);
    verdict_.extensions = std::move(*offers);
    if (!policy_.deflate) return;
    if (auto choice = choose_deflate(verdict_.extensions, *policy_.deflate)) {
      verdict_.agreement.deflate = choice->params;
      verdict_.extension_response = std::move(choice->response);
    }
  }

  const ServerPolicy& policy_;
  RequestVerdict& verdict_;
};

}  // namespace

RequestVerdict verify_request(const HttpHead& request, const ServerPolicy& policy) {
  RequestVerdict verdict;
  RequestJudge(request, policy, verdict).check();
  return verdict;
}

std::string ResponseHead::print() const {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", status, reason);
  bool has_length = status < 200 || status == 204 || status == 304;  // RFC 9110 §8.6
  for (const auto& [name, value] : fields) {
    text += fmt::format("{}: {}\r\n", name, value);
    has_length = has_length || equal_ignoring_case(name, "Content-Length");
  }
  if (!has_length) text += fmt::format("Content-Length: {}\r\n", body.size());
  return text + "\r\n" + body;
}

ResponseHead build_response(const RequestVerdict& verdict) {
  ResponseHead response;
  response.fields = {
      {"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Accept", accept_for(verdict.key)}};
  const std::string& subprotocol = verdict.agreement.subprotocol;
  if (!subprotocol.empty()) response.fields.emplace_back("Sec-WebSocket-Protocol", subprotocol);
  if (!verdict.extension_response.empty()) {
    response.fields.emplace_back("Sec-WebSocket-Extensions", verdict.extension_response);
  }
  return response;
}

ResponseHead build_refusal(int status, std::string_view body) {
  ResponseHead response{status, std::string(reason_phrase(status)), {}, std::string(body)};
  const auto add = [&](std::string_view name, std::string_view value) {
    response.fields.emplace_back(name, value);
  };
  if (status == 426) add("Upgrade", "websocket");                          // RFC 9110 §15.5.22
  add("Connection", status == 426 ? "Upgrade, close" : "close");           // RFC 9110 §7.8
  if (status == 400 || status == 426) add("Sec-WebSocket-Version", "13");  // RFC 6455 §4.4
  if (status == 405) add("Allow", "GET");                                  // RFC 9110 §15.5.6
  if (status == 503) add("Retry-After", "5");                              // RFC 9110 §15.6.4
  if (!body.empty()) add("Content-Type", "text/plain; charset=utf-8");
  return response;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 426: return "Upgrade Required";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "";
  }
}

}  // namespace wsrig::ws
