#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <set>

#include "ws/handshake.hpp"
#include "ws/handshake_judge.hpp"

namespace wsrig::ws {
namespace {

bool is_base64_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/// Base64 of 16 octets. The four bits left over in the last character may be set, as they are in the example
/// of RFC 6455 §4.1; a decoder need not mind (RFC 4648 §3.5).
bool is_key(std::string_view text) {
  return text.size() == 24 && text.ends_with("==") &&
         std::ranges::all_of(text.substr(0, 22), is_base64_character);
}

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

}  // namespace wsrig::ws
