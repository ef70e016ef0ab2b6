#pragma once

#include <string>

#include "ws/bytes.hpp"

namespace wsrig::net {

/// RFC 4648 §4, with padding.
std::string base64(ws::Bytes octets);

}  // namespace wsrig::net
