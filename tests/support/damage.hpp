#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <utility>

#include "tests/support/conversation.hpp"

// What goes wrong with captures; each gives a damaged copy.
namespace wsrig::test {

/// The capture was started late: the first packets are missing.
inline MadeCapture cut_start(const MadeCapture& packets, std::size_t count) {
  return {packets.begin() + static_cast<std::ptrdiff_t>(std::min(count, packets.size())), packets.end()};
}

/// One packet was not captured.
inline MadeCapture drop(MadeCapture packets, std::size_t index) {
  packets.erase(packets.begin() + static_cast<std::ptrdiff_t>(index));
  return packets;
}

/// Each packet is missing with a probability of one in `odds`.
inline MadeCapture drop_some(const MadeCapture& packets, unsigned odds, std::mt19937& random) {
  MadeCapture left;
  std::copy_if(packets.begin(), packets.end(), std::back_inserter(left),
               [&](const MadePacket&) { return random() % odds != 0; });
  return left;
}

/// One packet was captured twice, the second time `later` packets later.
inline MadeCapture duplicate(MadeCapture packets, std::size_t index, std::size_t later = 1) {
  const std::size_t at = std::min(index + later, packets.size());
  MadePacket copy = packets[index];
  copy.time = packets[at - 1].time;
  packets.insert(packets.begin() + static_cast<std::ptrdiff_t>(at), std::move(copy));
  return packets;
}

/// One packet was captured `later` packets too late. Time goes on as before.
inline MadeCapture delay(MadeCapture packets, std::size_t index, std::size_t later = 1) {
  for (std::size_t i = index; i < std::min(index + later, packets.size() - 1); ++i) {
    std::swap(packets[i], packets[i + 1]);
    std::swap(packets[i].time, packets[i + 1].time);
  }
  return packets;
}

/// Packets are shuffled within windows of `window` packets. Time goes on as before.
inline MadeCapture reorder(MadeCapture packets, std::size_t window, std::mt19937& random) {
  for (std::size_t begin = 0; begin < packets.size(); begin += window) {
    const std::size_t size = std::min(window, packets.size() - begin);
    for (std::size_t i = size; i > 1; --i) {
      MadePacket& a = packets[begin + i - 1];
      MadePacket& b = packets[begin + random() % i];
      std::swap(a, b);
      std::swap(a.time, b.time);
    }
  }
  return packets;
}

/// One direction was not captured: only what came from this port was (Ethernet, IPv4 without options).
inline MadeCapture sent_from(const MadeCapture& packets, std::uint16_t port) {
  constexpr std::size_t source_port = 14 + 20;
  MadeCapture left;
  std::copy_if(packets.begin(), packets.end(), std::back_inserter(left), [&](const MadePacket& packet) {
    return packet.octets[source_port] == port >> 8 && packet.octets[source_port + 1] == (port & 0xff);
  });
  return left;
}

/// The capture had a snap length.
inline MadeCapture truncate(MadeCapture packets, std::size_t snap_length) {
  for (MadePacket& packet : packets) packet.octets.resize(std::min(packet.octets.size(), snap_length));
  return packets;
}

}  // namespace wsrig::test
