#pragma once

#include <string>
#include <string_view>

#include <boost/system/result.hpp>

#include "net/url.hpp"

namespace wsrig::proxy {

/// "127.0.0.1:9090", "localhost:0", "[::1]:9090"; a mistake for anything that other machines could reach,
/// since whoever reaches it may break connections.
boost::system::result<net::Url, std::string> parse_control_address(std::string_view text);

}  // namespace wsrig::proxy
