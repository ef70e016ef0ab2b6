#include "pcap/proxy_header.hpp"

#include <fmt/format.h>

#include "capture/address.hpp"
#include "capture/big_endian.hpp"

namespace wsrig::pcap {

namespace {

constexpr std::size_t longest_v1 = 107;  // with its line end
constexpr std::size_t v2_fixed = 16;
constexpr std::uint8_t family_inet = 1, family_inet6 = 2;

/// The next word of a line, which it is taken from.
std::string_view take_word(std::string_view& line) {
  const auto space = line.find(' ');
  const std::string_view word = line.substr(0, space);
  line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  return word;
}

std::string source_of(std::uint8_t family, ws::Bytes addresses) {
  if (family == family_inet && addresses.size() >= 12) {
    return to_string(
        capture::IpEndpoint{capture::IpAddress::v4(addresses.first(4)), capture::be16(addresses, 8)});
  }
  if (family == family_inet6 && addresses.size() >= 36) {
    return to_string(
        capture::IpEndpoint{capture::IpAddress::v6(addresses.first(16)), capture::be16(addresses, 32)});
  }
  return "unknown";
}

}  // namespace

std::optional<ProxyHeader> read_proxy_v1(ws::Bytes octets) {
  const std::string_view text = ws::as_text(octets);
  const auto end = text.find("\r\n");
  if (end == std::string_view::npos || end + 2 > longest_v1) {
    return octets.size() < longest_v1 ? std::optional(ProxyHeader{}) : std::nullopt;
  }
  std::string_view line = text.substr(0, end);
  take_word(line);
  const std::string_view protocol = take_word(line);
  if (protocol == "UNKNOWN") return ProxyHeader{end + 2, "proxy-v1 unknown"};
  if (protocol != "TCP4" && protocol != "TCP6") return {};
  const std::string_view source = take_word(line);
  take_word(line);
  const std::string_view port = take_word(line);
  return ProxyHeader{end + 2, protocol == "TCP4" ? fmt::format("proxy-v1 {}:{}", source, port)
                                                 : fmt::format("proxy-v1 [{}]:{}", source, port)};
}

std::optional<ProxyHeader> read_proxy_v2(ws::Bytes octets) {
  if (octets.size() < v2_fixed) return ProxyHeader{};
  if (octets[12] >> 4 != 2) return {};
  const std::size_t size = v2_fixed + capture::be16(octets, 14);
  if (octets.size() < size) return ProxyHeader{};
  const auto family = static_cast<std::uint8_t>(octets[13] >> 4);
  return ProxyHeader{size, "proxy-v2 " + source_of(family, octets.subspan(v2_fixed, size - v2_fixed))};
}

}  // namespace wsrig::pcap
