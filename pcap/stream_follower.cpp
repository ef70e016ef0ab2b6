#include "pcap/stream_follower.hpp"

#include <utility>

#include "pcap/detector.hpp"

namespace wsrig::pcap {

namespace {

/// Before the first connection is found: its handshake, and a few more.
constexpr std::size_t most_untold = 64;

Side side_of(tcp::Direction direction) {
  return direction == tcp::Direction::forward ? Side::first : Side::second;
}
Origin origin_of(const tcp::Seen& seen) { return {seen.packet, seen.time}; }

StreamEnd end_of(tcp::End end) {
  if (end == tcp::End::fin) return StreamEnd::fin;
  return end == tcp::End::rst ? StreamEnd::reset : StreamEnd::capture;
}

}  // namespace

StreamFollower::StreamFollower(const tcp::Flow& flow, Journal& journal, const TlsKeyLog& keys,
                               SearchRoom& room, bool search)
    : journal_(journal),
      context_{.journal = journal,
               .transport = transport_,
               .keys = keys,
               .room = room,
               .search = search,
               .new_connection = {},
               .last_connection = {}} {
  context_.new_connection = [this]() -> Connection& { return new_connection(); };
  context_.last_connection = [this] { return connections_.empty() ? nullptr : &connections_.back(); };
  transport_.flow = flow.number();
  transport_.ends = {flow.first(), flow.second()};
  transport_.first = origin_of(flow.began());
  transport_.side(Side::first).address = to_string(flow.first());
  transport_.side(Side::second).address = to_string(flow.second());
  slot_.become(std::make_unique<Detector>(context_, slot_, Positions{}, !flow.mid_stream()));
}

StreamFollower::~StreamFollower() = default;

Connection& StreamFollower::new_connection() {
  Connection& connection = connections_.emplace_back();
  connection.transport = &transport_;
  for (const TcpEvent& event : std::exchange(untold_, {})) journal_.tcp(event);
  return connection;
}

tcp::Follower::Interest StreamFollower::on_octets(const tcp::Flow&, tcp::Direction direction,
                                                  const tcp::Octets& octets) {
  const Side from = side_of(direction);
  const Origin origin = origin_of(octets.seen);
  TransportSide& side = transport_.side(from);
  side.captured = true;
  side.last_data = side.last_packet = transport_.last = origin;
  side.retransmitted_at_end = 0;
  slot_.data(from, octets.bytes, origin);
  return slot_.is_ignoring() && connections_.empty() ? Interest::ignore : Interest::follow;
}

void StreamFollower::on_hole(const tcp::Flow& flow, tcp::Direction direction, const tcp::Hole& hole) {
  const Side from = side_of(direction);
  const Origin origin = origin_of(hole.seen);
  transport_.side(from).missing += hole.length;
  tell(TcpEventKind::hole, from, origin, hole.length);
  // A direction that was not captured at all has no holes.
  if (flow.counters(direction).packets > 0) slot_.hole(from, hole.length, origin);
}

void StreamFollower::on_event(const tcp::Flow& flow, const tcp::Event& event) {
  const Side from = side_of(event.direction);
  const Origin origin = origin_of(event.seen);
  transport_.side(from).captured = true;
  transport_.side(from).last_packet = transport_.last = origin;
  note(flow, event, origin);
}

/// Where the other side has sent anything since, even a bare acknowledgment, nothing was sent in vain.
void StreamFollower::note_heard(const tcp::Flow& flow, tcp::Direction direction) {
  const Side from = side_of(direction);
  const std::uint64_t heard = flow.counters(tcp::opposite(direction)).packets;
  if (heard != heard_[index(from)]) transport_.side(from).retransmitted_at_end = 0;
  heard_[index(from)] = heard;
}

void StreamFollower::note(const tcp::Flow& flow, const tcp::Event& event, const Origin& origin) {
  const Side from = side_of(event.direction);
  TransportSide& side = transport_.side(from);
  using Kind = tcp::Event::Kind;
  switch (event.kind) {
    case Kind::syn: side.syn = origin; return tell(TcpEventKind::syn, from, origin, 0);
    case Kind::syn_ack: side.syn = origin; return tell(TcpEventKind::syn_ack, from, origin, 0);
    case Kind::handshake_done:
      transport_.established = origin;
      return tell(TcpEventKind::established, from, origin, 0);
    case Kind::retransmission:
      ++side.retransmissions;
      if (!side.fin && !side.reset) {
        note_heard(flow, event.direction);
        ++side.retransmitted_at_end;
      }
      return tell(TcpEventKind::retransmission, from, origin, event.length);
    case Kind::zero_window:
      if (!side.zero_window) {
        side.zero_window = origin;
        ++side.zero_windows;
      }
      return tell(TcpEventKind::zero_window, from, origin, 0);
    case Kind::window_update:
      side.zero_window.reset();
      return tell(TcpEventKind::window_update, from, origin, event.window);
    case Kind::keep_alive: return tell(TcpEventKind::keep_alive, from, origin, 0);
    case Kind::fin:
      note_heard(flow, event.direction);
      side.fin = origin;
      return tell(TcpEventKind::fin, from, origin, 0);
    case Kind::rst:
      if (!side.fin) note_heard(flow, event.direction);
      side.reset = origin;
      return tell(TcpEventKind::reset, from, origin, 0);
    case Kind::overlap_conflict: return report_conflict(from, origin, event.offset);
    case Kind::gap:
    case Kind::out_of_order: return;
  }
}

void StreamFollower::tell(TcpEventKind kind, Side from, const Origin& origin, std::uint64_t size) {
  if (!journal_.wanted().tcp_events) return;
  const TcpEvent event{.transport = &transport_, .kind = kind, .from = from, .origin = origin, .size = size};
  if (!connections_.empty()) return journal_.tcp(event);
  if (untold_.size() < most_untold) untold_.push_back(event);
}

void StreamFollower::report_conflict(Side from, const Origin& origin, std::uint64_t offset) {
  if (connections_.empty()) return;
  Connection& connection = connections_.back();
  const ws::Role sender = connection.client == from ? ws::Role::client : ws::Role::server;
  journal_.anomaly(connection, kind_of(Fault::overlap_conflict), sender, origin, offset);
}

/// A direction may consist of bare acknowledgments.
void StreamFollower::note_captured(const tcp::Flow& flow) {
  for (const tcp::Direction direction : {tcp::Direction::forward, tcp::Direction::backward}) {
    if (flow.counters(direction).packets > 0) transport_.side(side_of(direction)).captured = true;
  }
}

void StreamFollower::on_end(const tcp::Flow& flow, tcp::Direction direction, tcp::End end,
                            const tcp::Seen& seen) {
  note_captured(flow);
  const Side from = side_of(direction);
  transport_.side(from).ended = true;
  slot_.end(from, end_of(end), origin_of(seen));
}

void StreamFollower::on_closed(const tcp::Flow& flow) {
  note_captured(flow);
  for (const tcp::Direction direction : {tcp::Direction::forward, tcp::Direction::backward}) {
    const TransportSide& side = transport_.side(side_of(direction));
    if (!side.fin && !side.reset) note_heard(flow, direction);
  }
  transport_.last = origin_of(flow.last());
  transport_.over = true;
  for (Connection& connection : connections_) {
    judge_end(connection);
    journal_.end(connection);
  }
}

/// RFC 6455 §7.1.5 calls a connection that ends without a Close 1006: somebody should have sent one. Where a
/// Close may lie in what was not captured, nobody knows.
void StreamFollower::judge_end(Connection& connection) {
  if (connection.kind != ConnectionKind::websocket) return;
  if (connection.of(ws::Role::client).close || connection.of(ws::Role::server).close) return;
  if (!connection.is_end_known(ws::Role::client) || !connection.is_end_known(ws::Role::server)) return;
  const auto role = connection.first_to_end();
  if (!role) return;
  journal_.anomaly(connection, kind_of(Fault::closed_without_close), *role, *connection.end_of(*role), 0);
}

}  // namespace wsrig::pcap
