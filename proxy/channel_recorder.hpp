#pragma once

#include <memory>

#include "capture/recording.hpp"
#include "net/channel.hpp"

namespace wsrig::proxy {

/// Which end of a connection we are.
enum class OwnEnd : std::uint8_t { client, server };

/// Records what passes through a channel (--record), decrypted, as a TCP connection between the addresses
/// that the channel has. `recording` outlives the channel.
void record(net::Channel& channel, OwnEnd own_end, capture::Recording& recording);

}  // namespace wsrig::proxy
