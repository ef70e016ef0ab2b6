#pragma once

#include <cstdint>

#include "ws/bytes.hpp"

namespace wsrig::net {

/// Sees what passes through a Channel: octets behind TLS, as the kernel gave and took them.
class ChannelTap {
 public:
  /// Which way: from the peer, or to it.
  enum class Way : std::uint8_t { read, written };
  enum class End : std::uint8_t { fin, reset };

  virtual ~ChannelTap() = default;
  virtual void on_octets(Way way, ws::Bytes octets) = 0;
  /// No more octets this way. A reset ends both; the end of the tap itself, behind the channel, ends what is
  /// left.
  virtual void on_end(Way way, End end) = 0;
};

}  // namespace wsrig::net
