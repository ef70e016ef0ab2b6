#pragma once

#include <cstdint>
#include <type_traits>

#include <boost/system/error_code.hpp>
#include <boost/system/error_condition.hpp>

namespace wsrig::net {

/// Why an upstream proxy gave no tunnel. The first eight are what RFC 1928 §6 numbers 1 to 8.
enum class ProxyError : std::uint8_t {
  socks_general_failure = 1,
  socks_not_allowed,
  socks_network_unreachable,
  socks_host_unreachable,
  socks_connection_refused,
  socks_ttl_expired,
  socks_command_not_supported,
  socks_address_type_not_supported,
  socks_unknown_reply,           ///< a reply code that RFC 1928 does not assign
  socks_not_version_5,           ///< what answers does not speak SOCKS5
  socks_no_acceptable_method,    ///< RFC 1928 §3: FF
  socks_method_not_offered,      ///< it chose a method that it was not offered
  socks_wrong_credentials,       ///< RFC 1929 §2
  socks_reply_address_type,      ///< a reply whose bound address has no known length
  socks_name_too_long,           ///< the target's name does not fit into 255 octets
  socks_credentials_size,        ///< RFC 1929 §2: 1 to 255 octets each
  http_not_a_response,           ///< what answers does not speak HTTP/1
  http_head_too_long,            ///< of octets or fields, or too many interim responses
  http_authentication_required,  ///< 407
  http_forbidden,                ///< 403
  http_bad_gateway,              ///< 500, 502, 503: the target cannot be reached
  http_gateway_timeout,          ///< 504
  http_other_status,
  closed,  ///< the proxy closed the connection before it had answered
};

/// What these errors have in common, for those who do not care which protocol the proxy speaks.
enum class ProxyCondition : std::uint8_t {
  not_authorized = 1,  ///< the proxy wants (other) credentials
  not_permitted,       ///< its rules do not let this target be reached
  target_unreachable,  ///< it tried to reach the target, and failed
  target_timed_out,    ///< it gave the target up
  protocol_violation,  ///< it does not speak its protocol
};

const boost::system::error_category& proxy_category();
boost::system::error_code make_error_code(ProxyError error);
boost::system::error_condition make_error_condition(ProxyCondition condition);

}  // namespace wsrig::net

template <>
struct boost::system::is_error_code_enum<wsrig::net::ProxyError> : std::true_type {};
template <>
struct boost::system::is_error_condition_enum<wsrig::net::ProxyCondition> : std::true_type {};
