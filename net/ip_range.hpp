#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "net/socket.hpp"

namespace wsrig::net {

/// An IPv4 or IPv6 address without a port. An IPv4 address mapped into IPv6 (::ffff:a.b.c.d) is the IPv4
/// address.
class IpAddress {
 public:
  /// "192.0.2.1", "2001:db8::1", the latter also in brackets; empty for anything else.
  static std::optional<IpAddress> parse(std::string_view text);
  /// Of a connection's peer; empty for a family that is neither.
  static std::optional<IpAddress> of(const SocketAddress& address);

  bool is_ipv4() const { return is_ipv4_; }
  /// IPv4 in its mapped form.
  const std::array<std::uint8_t, 16>& octets() const { return octets_; }
  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  explicit IpAddress(const std::array<std::uint8_t, 16>& octets);
  static IpAddress mapped(const std::uint8_t* ipv4);

  std::array<std::uint8_t, 16> octets_;
  bool is_ipv4_;
};

/// All addresses with a prefix: "10.0.0.0/8", "2001:db8::/32"; without a length, the one address. Bits behind
/// the prefix do not count.
class IpRange {
 public:
  static std::optional<IpRange> parse(std::string_view text);
  /// An IPv4 range holds IPv4 addresses only, and an IPv6 range IPv6 addresses only.
  bool contains(const IpAddress& address) const;

 private:
  IpRange(const IpAddress& first, unsigned bits) : first_(first), bits_(bits) {}

  IpAddress first_;
  unsigned bits_;  ///< of the 128 of the mapped form
};

}  // namespace wsrig::net
