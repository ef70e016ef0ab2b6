#include "proxy/control_address.hpp"

#include "net/ip_range.hpp"

namespace wsrig::proxy {

namespace {

bool is_loopback(const std::string& host) {
  const auto address = net::IpAddress::parse(host);
  if (!address) return host == "localhost";
  return net::IpRange::parse(address->is_ipv4() ? "127.0.0.0/8" : "::1")->contains(*address);
}

}  // namespace

boost::system::result<net::Url, std::string> parse_control_address(std::string_view text) {
  auto url = net::parse_url("tcp://" + std::string(text));
  if (!url) return {boost::system::in_place_error, "not host:port: '" + std::string(text) + "'"};
  if (!is_loopback(url->host)) {
    return {boost::system::in_place_error,
            "'" + std::string(text) + "' is no address of this machine alone; write 127.0.0.1:PORT"};
  }
  return url;
}

}  // namespace wsrig::proxy
