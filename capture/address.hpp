#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "ws/bytes.hpp"

namespace wsrig::capture {

/// An IP address; IPv4 is kept as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2).
struct IpAddress {
  std::array<std::uint8_t, 16> octets{};

  static IpAddress v4(ws::Bytes four);
  static IpAddress v6(ws::Bytes sixteen);
  bool is_v4() const;
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

/// One end of a TCP connection.
struct IpEndpoint {
  IpAddress address{};
  std::uint16_t port = 0;

  friend auto operator<=>(const IpEndpoint&, const IpEndpoint&) = default;
};

/// `192.0.2.1`, `2001:db8::1` (RFC 5952).
std::string to_string(const IpAddress& address);
/// `192.0.2.1:80`, `[2001:db8::1]:80`.
std::string to_string(const IpEndpoint& endpoint);

}  // namespace wsrig::capture
