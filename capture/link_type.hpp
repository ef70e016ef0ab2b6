#pragma once

#include <cstdint>
#include <string>

namespace wsrig::capture {

/// What the octets of a packet begin with, by the LINKTYPE_ numbers of
/// https://www.tcpdump.org/linktypes.html; a file may hold any number.
enum class LinkType : std::uint16_t {
  null = 0,
  ethernet = 1,
  raw_bsd = 12,
  raw_openbsd = 14,
  raw = 101,
  loop = 108,
  linux_sll = 113,
  ipv4 = 228,
  ipv6 = 229,
  linux_sll2 = 276,
};

/// `Ethernet`, `Linux cooked v2`; `link type 147` where the decoder does not know it.
std::string to_string(LinkType link);

}  // namespace wsrig::capture
