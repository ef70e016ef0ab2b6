#include "proxy/rate_limit.hpp"

#include <algorithm>

namespace wsrig::proxy {

namespace {

std::array<std::uint8_t, 16> key_of(const net::IpAddress& client) {
  constexpr std::ptrdiff_t network_octets = 8;
  auto key = client.octets();
  if (!client.is_ipv4()) std::fill(key.begin() + network_octets, key.end(), std::uint8_t{0});
  return key;
}

}  // namespace

bool RateLimit::admit(const net::IpAddress& client, net::Clock::time_point now) {
  if (most_ == 0) return true;
  forget_ended(now);
  const Key key = key_of(client);
  const auto [entry, is_new] = connections_.try_emplace(key, 0);
  const bool admitted = entry->second < most_;
  if (admitted) ++entry->second;
  if (is_new) windows_.push_back({key, now + std::chrono::minutes(1)});
  if (windows_.size() > most_clients_) forget_first();
  return admitted;
}

void RateLimit::forget_ended(net::Clock::time_point now) {
  while (!windows_.empty() && windows_.front().end <= now) forget_first();
}

void RateLimit::forget_first() {
  connections_.erase(windows_.front().client);
  windows_.pop_front();
}

}  // namespace wsrig::proxy
