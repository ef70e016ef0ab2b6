#include "net/proxy_error.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <boost/system/error_category.hpp>

namespace wsrig::net {

namespace {

struct Row {
  ProxyError error;
  std::optional<ProxyCondition> condition;
  std::string_view text;
};

using enum ProxyError;
using enum ProxyCondition;

constexpr std::array rows{
    Row{socks_general_failure, target_unreachable, "general failure of the SOCKS server"},
    Row{socks_not_allowed, not_permitted, "the SOCKS server's rules do not allow the connection"},
    Row{socks_network_unreachable, target_unreachable, "the target's network is unreachable"},
    Row{socks_host_unreachable, target_unreachable, "the target is unreachable"},
    Row{socks_connection_refused, target_unreachable, "the target refused the connection"},
    Row{socks_ttl_expired, target_timed_out, "the time to live expired on the way to the target"},
    Row{socks_command_not_supported, std::nullopt, "the SOCKS server does not support CONNECT"},
    Row{socks_address_type_not_supported, std::nullopt,
        "the SOCKS server does not support this type of address"},
    Row{socks_unknown_reply, protocol_violation, "a SOCKS reply that is not assigned"},
    Row{socks_not_version_5, protocol_violation, "the answer is not SOCKS version 5"},
    Row{socks_no_acceptable_method, not_authorized, "the SOCKS server accepts none of the offered methods"},
    Row{socks_method_not_offered, protocol_violation, "the SOCKS server chose a method it was not offered"},
    Row{socks_wrong_credentials, not_authorized, "the SOCKS server refused the user name or password"},
    Row{socks_reply_address_type, protocol_violation, "a SOCKS reply with an unknown type of address"},
    Row{socks_name_too_long, std::nullopt, "the target's name is longer than the 255 octets of SOCKS5"},
    Row{socks_credentials_size, std::nullopt, "SOCKS5 takes user names and passwords of 1 to 255 octets"},
    Row{http_not_a_response, protocol_violation, "the answer is not an HTTP/1 response"},
    Row{http_head_too_long, protocol_violation, "the proxy's response is too long"},
    Row{http_authentication_required, not_authorized, "the proxy wants other credentials"},
    Row{http_forbidden, not_permitted, "the proxy does not permit this target"},
    Row{http_bad_gateway, target_unreachable, "the proxy could not reach the target"},
    Row{http_gateway_timeout, target_timed_out, "the target did not answer the proxy in time"},
    Row{http_other_status, std::nullopt, "the proxy refused to connect"},
    Row{closed, std::nullopt, "the proxy closed the connection without an answer"},
};

const Row* find_row(int value) {
  const auto* found = std::ranges::find(rows, static_cast<ProxyError>(value), &Row::error);
  return found == rows.end() ? nullptr : found;
}

// The base class has no virtual destructor by design: categories are never deleted.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class ErrorCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "wsrig.proxy"; }
  std::string message(int value) const override {
    const Row* row = find_row(value);
    return row == nullptr ? "unknown error of a proxy" : std::string(row->text);
  }
  boost::system::error_condition default_error_condition(int value) const noexcept override {
    const Row* row = find_row(value);
    if (row != nullptr && row->condition) return *row->condition;
    return {value, *this};
  }
};

class ConditionCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "wsrig.proxy.condition"; }
  std::string message(int value) const override {
    switch (static_cast<ProxyCondition>(value)) {
      case not_authorized: return "the proxy asks for credentials";
      case not_permitted: return "the proxy does not permit the target";
      case target_unreachable: return "the proxy cannot reach the target";
      case target_timed_out: return "the proxy gave the target up";
      case protocol_violation: return "the proxy breaks its protocol";
    }
    return "unknown condition of a proxy";
  }
};
#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& proxy_category() {
  static const ErrorCategory category;
  return category;
}

boost::system::error_code make_error_code(ProxyError error) {
  return {static_cast<int>(error), proxy_category()};
}

boost::system::error_condition make_error_condition(ProxyCondition condition) {
  static const ConditionCategory category;
  return {static_cast<int>(condition), category};
}

}  // namespace wsrig::net
