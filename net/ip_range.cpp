#include "net/ip_range.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>
#include <string>

#include "ws/number.hpp"

namespace wsrig::net {

namespace {

constexpr std::size_t mapped_octets = 12;  // what stands before an IPv4 address mapped into IPv6 (RFC 4291)
constexpr std::array<std::uint8_t, mapped_octets> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::string_view without_brackets(std::string_view text) {
  const bool bracketed =
      text.starts_with('[') && text.ends_with(']') && text.find(':') != std::string_view::npos;
  return bracketed ? text.substr(1, text.size() - 2) : text;
}

std::optional<unsigned> parse_bits(std::string_view text, unsigned most) {
  const auto bits = ws::to_integer<unsigned>(text);
  return bits && *bits <= most ? bits : std::nullopt;
}

}  // namespace

IpAddress::IpAddress(const std::array<std::uint8_t, 16>& octets)
    : octets_(octets), is_ipv4_(std::equal(mapped_prefix.begin(), mapped_prefix.end(), octets.begin())) {}

IpAddress IpAddress::mapped(const std::uint8_t* ipv4) {
  std::array<std::uint8_t, 16> octets{};
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), octets.begin());
  std::memcpy(octets.data() + mapped_octets, ipv4, 4);
  return IpAddress(octets);
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string literal(without_brackets(text));
  if (literal.size() != std::strlen(literal.c_str())) return std::nullopt;  // a NUL inside
  std::array<std::uint8_t, 16> octets{};
  if (::inet_pton(AF_INET, literal.c_str(), octets.data()) == 1) return mapped(octets.data());
  if (::inet_pton(AF_INET6, literal.c_str(), octets.data()) == 1) return IpAddress(octets);
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::of(const SocketAddress& address) {
  std::array<std::uint8_t, 16> octets{};
  if (address.family() == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address.storage, sizeof in);
    std::memcpy(octets.data(), &in.sin_addr, 4);
    return mapped(octets.data());
  }
  if (address.family() != AF_INET6) return std::nullopt;
  sockaddr_in6 in{};
  std::memcpy(&in, &address.storage, sizeof in);
  std::memcpy(octets.data(), &in.sin6_addr, octets.size());
  return IpAddress(octets);
}

std::optional<IpRange> IpRange::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto first = IpAddress::parse(text.substr(0, slash));
  if (!first) return std::nullopt;
  if (slash == std::string_view::npos) return IpRange(*first, 128);
  const bool written_as_ipv4 = text.substr(0, slash).find(':') == std::string_view::npos;
  const auto bits = parse_bits(text.substr(slash + 1), written_as_ipv4 ? 32 : 128);
  if (!bits) return std::nullopt;
  return IpRange(*first, *bits + (written_as_ipv4 ? 96 : 0));
}

bool IpRange::contains(const IpAddress& address) const {
  if (address.is_ipv4() != first_.is_ipv4()) return false;
  const std::size_t whole = bits_ / 8;
  const auto& octets = address.octets();
  if (!std::equal(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(whole),
                  first_.octets().begin())) {
    return false;
  }
  if (bits_ % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - bits_ % 8));
  return ((octets[whole] ^ first_.octets()[whole]) & mask) == 0;
}

}  // namespace wsrig::net
