#include "pcap/websocket_session.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace wsrig::pcap {

namespace {

/// Bits beyond those that tell a boundary: a long capture has many holes, and a guess is made behind each.
/// Where nine of ten segments began with a frame, that the next one does needs no more.
constexpr double needed_behind_hole = 6;
constexpr std::size_t most_pings = 32;
/// So many chunks are looked at one by one; then a look is taken when a quarter has been added.
constexpr std::size_t eager_chunks = 16;
/// What makes so many wrong guesses probable is no WebSocket.
constexpr int most_guesses = 32;

}  // namespace

double confidence_of(double bits_beyond) {
  const double doubt = std::exp2(-(FrameSearch::margin_bits + std::max(0.0, bits_beyond)));
  return std::min(1 - doubt, 0.9999);
}

/// One role's octets: followed frame by frame, or collected until it is known where a frame begins.
struct WebSocketSession::Direction {
  Direction(Connection& connection, ws::Role sender, Journal& journal, PingObserver& pings)
      : role(sender), frames(connection, sender, journal, pings) {}

  ws::Role role;
  FrameStream frames;
  FrameSearch collected;
  std::uint64_t position = 0;   ///< of the next octet
  std::size_t searched_at = 0;  ///< size of `collected` at the last search
  std::uint64_t segments = 0;   ///< that were followed, as a rule of TCP
  std::uint64_t aligned = 0;    ///< of which, those that began where a frame did
  bool searching = false;
  bool replaying = false;  ///< what was collected is read: nothing is searched meanwhile

  double needed(const FrameSearch::Found& found) const {
    const bool regular = segments > 0 && aligned * 10 >= segments * 9;
    return regular && found.at_chunk ? 0 : needed_behind_hole;
  }
};

WebSocketSession::WebSocketSession(Connection& connection, Journal& journal)
    : connection_(connection), journal_(journal) {
  for (const ws::Role role : {ws::Role::client, ws::Role::server}) {
    directions_[static_cast<std::size_t>(role)] =
        std::make_unique<Direction>(connection, role, journal, static_cast<PingObserver&>(*this));
  }
}

WebSocketSession::~WebSocketSession() = default;

WebSocketSession::Direction& WebSocketSession::of(Side side) {
  const ws::Role role = side == connection_.client ? ws::Role::client : ws::Role::server;
  return *directions_[static_cast<std::size_t>(role)];
}

void WebSocketSession::begin(ws::Role role, std::uint64_t offset, double confidence) {
  Direction& direction = *directions_[static_cast<std::size_t>(role)];
  direction.frames.start(offset, confidence);
  direction.position = offset;
  direction.searching = false;
}

void WebSocketSession::search(ws::Role role, std::uint64_t offset) {
  Direction& direction = *directions_[static_cast<std::size_t>(role)];
  direction.position = offset;
  direction.searching = true;
  direction.searched_at = 0;
}

void WebSocketSession::data(Side from, ws::Bytes octets, const Origin& origin) {
  Direction& direction = of(from);
  if (direction.searching) {
    collect(direction, octets, origin);
  } else {
    follow(direction, octets, origin);
  }
}

void WebSocketSession::follow(Direction& direction, ws::Bytes octets, const Origin& origin) {
  ++direction.segments;
  if (direction.frames.at_boundary()) ++direction.aligned;
  const std::size_t taken = direction.frames.data(octets, origin);
  direction.position += taken;
  if (taken == octets.size()) return;
  lose(direction, origin);
  collect(direction, octets.subspan(taken), origin);
}

void WebSocketSession::collect(Direction& direction, ws::Bytes octets, const Origin& origin) {
  if (octets.empty()) return;
  const std::uint64_t dropped = direction.collected.dropped();
  direction.collected.add(direction.position, octets, origin);
  connection_.of(direction.role).unread += direction.collected.dropped() - dropped;
  direction.position += octets.size();
  if (direction.replaying) return;
  const std::size_t size = direction.collected.size();
  const bool few =
      direction.collected.chunks().size() <= eager_chunks && size < FrameSearch::largest_capacity / 4;
  if (few || size < direction.searched_at || size >= direction.searched_at + direction.searched_at / 4) {
    settle(direction);
  }
}

/// Searches, reads what was collected, and searches again where that shows that the guess was wrong.
void WebSocketSession::settle(Direction& direction) {
  for (int guess = 0; guess < most_guesses && direction.searching; ++guess) {
    direction.searched_at = direction.collected.size();
    const auto found =
        direction.collected.find({.masked = direction.role == ws::Role::client,
                                  .compressed = connection_.deflate.has_value(),
                                  .segments_tell = direction.aligned * 2 >= direction.segments});
    const double beyond = found ? found->bits - direction.collected.bits_needed(*found) : 0;
    if (!found || beyond < direction.needed(*found)) return;
    direction.searching = false;
    direction.frames.start(found->offset, confidence_of(beyond));
    replay(direction, found->offset);
  }
  if (direction.searching) drop_collected(direction);
}

void WebSocketSession::replay(Direction& direction, std::uint64_t from) {
  FrameSearch collected;
  std::swap(collected, direction.collected);
  direction.replaying = true;
  connection_.of(direction.role).unread += collected.size_before(from);
  direction.position = from;
  for (const FrameSearch::Chunk& chunk : collected.chunks()) {
    if (chunk.end() <= from) continue;
    const std::uint64_t at = std::max(from, chunk.offset);
    if (at > direction.position) pass_over(direction, at - direction.position, chunk.origin);
    const ws::Bytes octets = collected.octets(chunk).subspan(static_cast<std::size_t>(at - chunk.offset));
    data(connection_.side_of(direction.role), octets, chunk.origin);
  }
  direction.replaying = false;
}

void WebSocketSession::hole(Side from, std::uint64_t size, const Origin& origin) {
  Direction& direction = of(from);
  connection_.of(direction.role).missing = behind(connection_.of(direction.role).missing, size);
  journal_.anomaly(
      connection_, kind_of(Fault::hole), direction.role, origin, direction.position,
      size == unknown_size ? std::string() : fmt::format("{} octets are missing in the capture", size));
  pass_over(direction, size, origin);
}

void WebSocketSession::pass_over(Side from, std::uint64_t size, const Origin& origin) {
  pass_over(of(from), size, origin);
}

void WebSocketSession::pass_over(Direction& direction, std::uint64_t size, const Origin& origin) {
  if (direction.searching) {
    may_miss_frames(direction);
  } else if (!direction.frames.skip(size, origin)) {
    lose(direction, origin);
  }
  direction.position = behind(direction.position, size);
}

/// The place in the frames is lost: what follows is collected until it is found again.
void WebSocketSession::lose(Direction& direction, const Origin& origin) {
  direction.frames.abandon(origin);
  direction.searching = true;
  direction.searched_at = 0;
  may_miss_frames(direction);
}

/// Nobody knows what came: a Close, perhaps, or the Pong that the other side waits for.
void WebSocketSession::may_miss_frames(Direction& direction) {
  connection_.of(direction.role).end_lost = true;
  connection_.of(ws::peer_of(direction.role)).pings.unanswered.reset();
}

void WebSocketSession::drop_collected(Direction& direction) {
  if (!direction.collected.empty()) may_miss_frames(direction);
  connection_.of(direction.role).unread += direction.collected.size();
  direction.collected.clear();
}

void WebSocketSession::end(Side from, StreamEnd how, const Origin& origin) {
  Direction& direction = of(from);
  if (direction.searching) {
    settle(direction);
    if (direction.searching) drop_collected(direction);
  }
  const std::uint64_t position = direction.frames.position();
  if (!direction.searching && direction.frames.abandon(origin) && how != StreamEnd::capture) {
    journal_.anomaly(connection_, kind_of(Fault::frame_cut_off), direction.role, origin, position);
  }
  direction.searching = true;
}

void WebSocketSession::on_ping(ws::Role sender, ws::Bytes payload, const Origin& origin) {
  PingTimes& times = connection_.of(sender).pings;
  if (times.last) times.last_interval = origin.time - times.last->time;
  times.last = times.unanswered = origin;
  ++times.sent;
  auto& waiting = pings_[static_cast<std::size_t>(sender)];
  if (waiting.size() == most_pings) waiting.pop_front();
  waiting.push_back({ws::ByteBuffer(payload.begin(), payload.end()), origin.time});
}

/// RFC 6455 §5.5.3: a Pong answers the Ping of which it has the payload, and by that all that came before.
void WebSocketSession::on_pong(ws::Role sender, ws::Bytes payload, const Origin& origin) {
  auto& waiting = pings_[static_cast<std::size_t>(ws::peer_of(sender))];
  const auto ping = std::find_if(waiting.begin(), waiting.end(),
                                 [&](const Ping& p) { return std::ranges::equal(p.payload, payload); });
  if (ping == waiting.end()) return;
  PingTimes& times = connection_.of(ws::peer_of(sender)).pings;
  const auto rtt = origin.time - ping->time;
  times.least = times.answered == 0 ? rtt : std::min(times.least, rtt);
  times.greatest = std::max(times.greatest, rtt);
  times.sum += rtt;
  ++times.answered;
  waiting.erase(waiting.begin(), ping + 1);
  if (waiting.empty()) times.unanswered.reset();
}

}  // namespace wsrig::pcap
