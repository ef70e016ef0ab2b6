#pragma once

#include <cstddef>

#include "net/channel.hpp"

namespace wsrig::echo {

/// What a peer may leave untaken before nothing more is read from it.
inline constexpr std::size_t pending_limit = std::size_t{64} * 1024;

/// Stops the reading when the peer does not take what it is sent; on_drained is the time to resume.
inline void hold_back(net::Channel& channel) {
  if (channel.pending() > pending_limit) channel.pause();
}

}  // namespace wsrig::echo
