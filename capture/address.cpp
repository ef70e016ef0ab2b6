#include "capture/address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <fmt/format.h>

namespace wsrig::capture {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

IpAddress IpAddress::v4(ws::Bytes four) {
  IpAddress address;
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), address.octets.begin());
  std::copy_n(four.begin(), 4, address.octets.begin() + mapped_prefix.size());
  return address;
}

IpAddress IpAddress::v6(ws::Bytes sixteen) {
  IpAddress address;
  std::copy_n(sixteen.begin(), 16, address.octets.begin());
  return address;
}

bool IpAddress::is_v4() const {
  return std::equal(mapped_prefix.begin(), mapped_prefix.end(), octets.begin());
}

std::string to_string(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = address.is_v4() ? AF_INET : AF_INET6;
  const std::uint8_t* octets = address.octets.data() + (address.is_v4() ? mapped_prefix.size() : 0);
  return inet_ntop(family, octets, text.data(), static_cast<socklen_t>(text.size()));
}

std::string to_string(const IpEndpoint& endpoint) {
  const std::string address = to_string(endpoint.address);
  return endpoint.address.is_v4() ? fmt::format("{}:{}", address, endpoint.port)
                                  : fmt::format("[{}]:{}", address, endpoint.port);
}

}  // namespace wsrig::capture
