#pragma once

#include <cstdint>

namespace wsrig::engine {

/// A port of 127.0.0.1 where nobody listens, for programs that must be told a number. It lies below the range
/// that the kernel gives to outgoing connections, so that none of them can take it meanwhile. 0 when there is
/// none.
std::uint16_t free_port();

}  // namespace wsrig::engine
