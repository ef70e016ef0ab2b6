#include "loadgen/source_pool.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <optional>

#include "loadgen/text_scan.hpp"

namespace wsrig::loadgen {
namespace {

constexpr std::uint32_t most_addresses = 65'536;

/// In the order of the host.
std::optional<std::uint32_t> ipv4_number(std::string_view text) {
  in_addr address{};
  if (::inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) return std::nullopt;
  return ntohl(address.s_addr);
}

net::SocketAddress ipv4_address(std::uint32_t number) {
  net::SocketAddress address;
  auto& ipv4 = reinterpret_cast<sockaddr_in&>(address.storage);
  ipv4.sin_family = AF_INET;
  ipv4.sin_addr.s_addr = htonl(number);
  address.size = sizeof ipv4;
  return address;
}

diag::Diagnostic not_addresses(std::string_view text) {
  return mistake(
      fmt::format("'--source' takes an address or a range like 127.0.0.2-127.0.0.20, not '{}'", text));
}

}  // namespace

diag::Result<std::vector<net::SocketAddress>> parse_sources(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) {
    net::SocketAddress address;
    if (text.starts_with('/') || !net::parse_address(std::string(text), 0, address))
      return not_addresses(text);
    return std::vector{address};
  }
  const auto first = ipv4_number(trim(text.substr(0, dash)));
  const auto last = ipv4_number(trim(text.substr(dash + 1)));
  if (!first || !last || *last < *first || *last - *first >= most_addresses) return not_addresses(text);
  std::vector<net::SocketAddress> addresses;
  for (std::uint32_t number = *first; number != *last + 1; ++number)
    addresses.push_back(ipv4_address(number));
  return addresses;
}

}  // namespace wsrig::loadgen
