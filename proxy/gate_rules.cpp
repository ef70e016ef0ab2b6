#include "proxy/gate_rules.hpp"

#include <algorithm>
#include <utility>

#include "cli/options.hpp"
#include "ws/base64.hpp"

namespace wsrig::proxy {

namespace {

diag::Diagnostic mistake(std::string message, std::string hint = {}) {
  return {.message = std::move(message), .hint = std::move(hint)};
}

diag::Result<std::vector<net::IpRange>> read_ranges(const std::vector<std::string>& texts) {
  std::vector<net::IpRange> ranges;
  for (const std::string& text : texts) {
    const auto range = net::IpRange::parse(text);
    if (!range)
      return mistake("'" + text + "' is no range of addresses", "write 10.0.0.0/8, 127.0.0.1 or ::1");
    ranges.push_back(*range);
  }
  return ranges;
}

/// A visible ASCII text can stand in a header; a line end in a secret would be another one.
bool can_be_sent(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

/// Mistakes never hold the secret.
diag::Result<std::vector<std::string>> read_basic(const std::vector<std::string>& texts) {
  std::vector<std::string> encoded;
  for (const std::string& text : texts) {
    const auto credentials = cli::expand_secrets(text);
    if (!credentials) return credentials.error();
    if (credentials->find(':') == std::string::npos) {
      return mistake("credentials without ':'", "write user:password, or user:${env:NAME}");
    }
    encoded.push_back(ws::base64(ws::as_bytes(*credentials)));
  }
  return encoded;
}

diag::Result<std::vector<std::string>> read_bearer(const std::vector<std::string>& texts) {
  std::vector<std::string> tokens;
  for (const std::string& text : texts) {
    auto token = cli::expand_secrets(text);
    if (!token) return token.error();
    if (!can_be_sent(*token)) return mistake("a bearer token that is empty or has blanks in it");
    tokens.push_back(*std::move(token));
  }
  return tokens;
}

diag::Result<std::vector<std::string>> read_origins(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const std::size_t host = text.find("://");
    const bool has_path = host != std::string::npos && text.find('/', host + 3) != std::string::npos;
    if (text != "null" && (host == std::string::npos || host + 3 == text.size() || has_path)) {
      return mistake("'" + text + "' is no origin", "write https://example.com, without a path");
    }
  }
  return texts;
}

/// RFC 6454 §4: scheme, host and port. `https://*.example.com` stands for all hosts below example.com.
bool matches_origin(std::string_view rule, std::string_view origin) {
  constexpr std::string_view wildcard = "://*.";
  const std::size_t star = rule.find(wildcard);
  if (star == std::string_view::npos) return ws::equal_ignoring_case(rule, origin);
  const std::string_view scheme = rule.substr(0, star + 3);
  const std::string_view below = rule.substr(star + wildcard.size() - 1);  // ".example.com"
  return origin.size() > scheme.size() + below.size() &&
         ws::equal_ignoring_case(origin.substr(0, scheme.size()), scheme) &&
         ws::equal_ignoring_case(origin.substr(origin.size() - below.size()), below);
}

/// "Basic dXNlcjpwYXNz" in two parts (RFC 9110 §11.4).
std::pair<std::string_view, std::string_view> split_authorization(std::string_view value) {
  const std::size_t blank = std::min(value.find(' '), value.size());
  const std::size_t credentials = std::min(value.find_first_not_of(' ', blank), value.size());
  return {value.substr(0, blank), value.substr(credentials)};
}

/// Looks at all of them, so that its time does not tell which one it was.
bool is_one_of(const std::vector<std::string>& secrets, std::string_view got) {
  bool found = false;
  for (const std::string& secret : secrets) found = equal_in_constant_time(secret, got) || found;
  return found;
}

}  // namespace

bool equal_in_constant_time(std::string_view expected, std::string_view got) {
  volatile unsigned difference = expected.size() == got.size() ? 0 : 1;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const char other = expected.empty() ? '\0' : expected[i % expected.size()];
    difference = difference | static_cast<unsigned char>(got[i] ^ other);
  }
  return difference == 0;
}

diag::Result<std::shared_ptr<const Gate>> GateRules::make(const GateText& text) {
  auto allow = read_ranges(text.allow);
  auto deny = read_ranges(text.deny);
  auto origins = read_origins(text.origins);
  auto basic = read_basic(text.basic);
  auto bearer = read_bearer(text.bearer);
  if (!allow) return allow.error();
  if (!deny) return deny.error();
  if (!origins) return origins.error();
  if (!basic) return basic.error();
  if (!bearer) return bearer.error();
  if (allow->empty() && deny->empty() && origins->empty() && basic->empty() && bearer->empty()) {
    return std::shared_ptr<const Gate>();
  }
  auto gate = std::make_shared<GateRules>();
  gate->allow_ = *std::move(allow);
  gate->deny_ = *std::move(deny);
  gate->origins_ = *std::move(origins);
  gate->basic_ = *std::move(basic);
  gate->bearer_ = *std::move(bearer);
  return std::shared_ptr<const Gate>(std::move(gate));
}

std::optional<ws::ResponseHead> GateRules::refuse(std::string_view address,
                                                  const ws::HttpHead& request) const {
  if (!lets_in(address)) return ws::build_refusal(403, "This address may not connect.\n");
  if (!lets_in_origin(request)) return ws::build_refusal(403, "This origin may not connect.\n");
  if (!knows_credentials(request)) return ask_for_credentials(request);
  return std::nullopt;
}

// A client without an IP address (it came over a Unix socket) is in no range.
bool GateRules::lets_in(std::string_view text) const {
  const auto address = net::IpAddress::parse(text);
  const auto holds = [&](const net::IpRange& range) { return address && range.contains(*address); };
  return !std::ranges::any_of(deny_, holds) && (allow_.empty() || std::ranges::any_of(allow_, holds));
}

bool GateRules::lets_in_origin(const ws::HttpHead& request) const {
  const auto all = request.all("origin");
  if (origins_.empty() || all.empty()) return true;
  return all.size() == 1 && std::ranges::any_of(origins_, [&](const std::string& rule) {
           return matches_origin(rule, all.front());
         });
}

bool GateRules::knows_credentials(const ws::HttpHead& request) const {
  if (basic_.empty() && bearer_.empty()) return true;
  const auto all = request.all("authorization");
  if (all.size() != 1) return false;
  const auto [scheme, credentials] = split_authorization(all.front());
  if (ws::equal_ignoring_case(scheme, "basic")) return is_one_of(basic_, credentials);
  return ws::equal_ignoring_case(scheme, "bearer") && is_one_of(bearer_, credentials);
}

// RFC 9110 §11.6.1; RFC 6750 §3: a request that had no token is not told that it was wrong.
ws::ResponseHead GateRules::ask_for_credentials(const ws::HttpHead& request) const {
  ws::ResponseHead answer = ws::build_refusal(401, "Credentials are needed.\n");
  if (!basic_.empty())
    answer.fields.emplace_back("WWW-Authenticate", R"(Basic realm="wsrig", charset="UTF-8")");
  if (!bearer_.empty()) {
    const bool had_token = request.count("authorization") != 0;
    answer.fields.emplace_back("WWW-Authenticate", had_token
                                                       ? R"(Bearer realm="wsrig", error="invalid_token")"
                                                       : R"(Bearer realm="wsrig")");
  }
  return answer;
}

}  // namespace wsrig::proxy
