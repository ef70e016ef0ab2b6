#include "capture/link_type.hpp"

#include <fmt/format.h>

namespace wsrig::capture {

std::string to_string(LinkType link) {
  switch (link) {
    case LinkType::null: return "BSD loopback";
    case LinkType::ethernet: return "Ethernet";
    case LinkType::raw_bsd:
    case LinkType::raw_openbsd:
    case LinkType::raw: return "raw IP";
    case LinkType::loop: return "OpenBSD loopback";
    case LinkType::linux_sll: return "Linux cooked";
    case LinkType::ipv4: return "raw IPv4";
    case LinkType::ipv6: return "raw IPv6";
    case LinkType::linux_sll2: return "Linux cooked v2";
  }
  return fmt::format("link type {}", static_cast<unsigned>(link));
}

}  // namespace wsrig::capture
