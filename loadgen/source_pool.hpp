#pragma once

#include <string_view>
#include <vector>

#include "diag/diagnostic.hpp"
#include "net/socket.hpp"

namespace wsrig::loadgen {

/// Addresses that connections come from in turns: "127.0.0.2", "::1", or an inclusive range of IPv4 addresses
/// "127.0.0.2-127.0.0.20" (at most 65536). One address has about 28000 ports for one listener: more
/// connections need more addresses.
diag::Result<std::vector<net::SocketAddress>> parse_sources(std::string_view text);

}  // namespace wsrig::loadgen
