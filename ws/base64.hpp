#pragma once

#include <string>

#include "ws/bytes.hpp"

namespace wsrig::ws {

/// RFC 4648 §4, with padding.
std::string base64(Bytes octets);

}  // namespace wsrig::ws
