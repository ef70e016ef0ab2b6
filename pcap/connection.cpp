#include "pcap/connection.hpp"

#include <algorithm>
#include <numeric>

namespace wsrig::pcap {

std::uint64_t Sent::frame_count() const {
  return std::accumulate(frames.begin(), frames.end(), std::uint64_t{0});
}

std::string_view Connection::host() const {
  const auto field = request ? request->find("Host") : std::nullopt;
  return field.value_or(std::string_view(transport->sni));
}

std::optional<Origin> Connection::end_of(ws::Role role) const {
  if (const auto& end = stream_end[static_cast<std::size_t>(role)]) return end;
  const TransportSide& side = transport_of(role);
  return earlier(side.fin, side.reset) ? side.fin : side.reset;
}

std::optional<ws::Role> Connection::first_to_end() const {
  const auto client_end = end_of(ws::Role::client), server_end = end_of(ws::Role::server);
  if (!client_end && !server_end) return {};
  return earlier(client_end, server_end) ? ws::Role::client : ws::Role::server;
}

Origin Connection::begin() const {
  if (requested) return *requested;
  if (answered) return *answered;
  const auto& a = sent[0].first;
  const auto& b = sent[1].first;
  if (a && b) return a->packet < b->packet ? *a : *b;
  return a ? *a : b.value_or(transport->first);
}

Origin Connection::last() const {
  Origin latest = begin();
  for (const auto& candidate : {answered, sent[0].last, sent[1].last, stream_end[0], stream_end[1]}) {
    if (candidate && candidate->packet > latest.packet) latest = *candidate;
  }
  return latest;
}

}  // namespace wsrig::pcap
