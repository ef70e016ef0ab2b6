#pragma once

#include <optional>
#include <string>

#include "ws/bytes.hpp"

namespace wsrig::pcap {

/// A header of the PROXY protocol, with which a proxy tells who its client is.
struct ProxyHeader {
  std::size_t size = 0;  ///< octets it takes; 0: more are needed
  std::string text{};    ///< "proxy-v1 192.0.2.1:1234"
};

/// Reads what begins with "PROXY " (version 1, a line of at most 107 octets). Empty: it is none.
std::optional<ProxyHeader> read_proxy_v1(ws::Bytes octets);
/// Reads what begins with the signature of version 2.
std::optional<ProxyHeader> read_proxy_v2(ws::Bytes octets);

}  // namespace wsrig::pcap
