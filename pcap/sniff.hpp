#pragma once

#include "ws/bytes.hpp"

namespace wsrig::pcap {

/// What a byte stream begins with.
enum class Beginning : std::uint8_t {
  need_more,
  http_request,
  http_response,
  http2_preface,   ///< RFC 9113 §3.4, of a client
  http2_settings,  ///< what a server begins with
  tls,
  socks4,
  socks5,
  proxy_v1,
  proxy_v2,
  unknown,
};

/// Looks at the first octets that one side sent.
Beginning sniff(ws::Bytes octets);

}  // namespace wsrig::pcap
