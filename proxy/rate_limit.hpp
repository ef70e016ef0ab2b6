#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>

#include "net/ip_range.hpp"
#include "net/loop.hpp"

namespace wsrig::proxy {

/// How many new connections one client may open in the minute that begins with its first one. IPv6 clients
/// are told apart by their network (64 bits), because one machine has all addresses of it. Bounded: what is
/// known of the longest known client is forgotten first.
class RateLimit {
 public:
  /// `most` connections a minute; 0: any number.
  explicit RateLimit(std::size_t most, std::size_t most_clients = 100'000)
      : most_(most), most_clients_(most_clients) {}

  /// Counts a new connection; false: one too many. `now` never goes back.
  bool admit(const net::IpAddress& client, net::Clock::time_point now);

 private:
  using Key = std::array<std::uint8_t, 16>;
  struct Window {
    Key client;
    net::Clock::time_point end;
  };

  void forget_ended(net::Clock::time_point now);
  void forget_first();

  std::size_t most_;
  std::size_t most_clients_;
  std::map<Key, std::size_t> connections_;
  std::deque<Window> windows_;  ///< of all clients, in order of their ends
};

}  // namespace wsrig::proxy
