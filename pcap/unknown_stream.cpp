#include "pcap/unknown_stream.hpp"

#include <algorithm>
#include <vector>

#include "pcap/detector.hpp"
#include "pcap/opening.hpp"
#include "pcap/sniff.hpp"
#include "pcap/websocket_session.hpp"

namespace wsrig::pcap {

namespace {

/// What has not shown itself in so many octets is left alone; and what has not in the first of them is looked
/// for only where segments begin, but for a close look now and then: the capture may have begun within a long
/// frame.
constexpr std::uint64_t patience = 16 << 20, close_look = 512u << 10;
constexpr std::size_t eager_chunks = 16;
/// Bits beyond those that tell a boundary: most streams are no WebSockets. One that asked to become one may
/// well be.
constexpr double needed_unasked = 30, needed_asked = 5;
/// Only a server's binary frames, which have no mask and no text: whatever sends a type and a length looks
/// like that now and then.
constexpr double needed_for_bare_frames = 130;
/// A side that speaks, but not in frames, may be in the midst of a long one.
constexpr double silence_bits = 10;
/// What one octet says that both sides sent, one of them masked: many servers send back what they are sent.
constexpr double echo_bits = 4;
/// Shorter payloads are alike by chance.
constexpr std::size_t shortest_echo = 4;

}  // namespace

UnknownStream::UnknownStream(Context& context, Slot& slot, const Positions& positions)
    : context_(context),
      slot_(slot),
      room_(context.room),
      collected_{FrameSearch(room_.octets()), FrameSearch(room_.octets())},
      positions_(positions),
      next_close_look_(close_look) {}

void UnknownStream::data(Side from, ws::Bytes octets, const Origin& origin) {
  if (!asked_ && became_known(from, octets, origin)) return;
  FrameSearch& collected = collected_[index(from)];
  collected.add(positions_[index(from)], octets, origin);
  positions_[index(from)] += octets.size();
  seen_ += octets.size();
  const std::size_t size = collected_[0].size() + collected_[1].size();
  const std::size_t chunks = collected_[0].chunks().size() + collected_[1].chunks().size();
  const bool few = chunks <= eager_chunks && size < room_.octets() / 4;
  if (few || size < searched_at_ || size >= searched_at_ + searched_at_ / 2) {
    search();
    return;
  }
  if (seen_ > patience) slot_.ignore();
}

/// What follows on the same connection may begin where a segment does: the next request, or the next TLS
/// record.
bool UnknownStream::became_known(Side from, ws::Bytes octets, const Origin& origin) {
  const Beginning beginning = sniff(octets);
  const bool known = beginning == Beginning::http_request || beginning == Beginning::http_response ||
                     beginning == Beginning::tls;
  if (!known) return false;
  slot_.become(std::make_unique<Detector>(context_, slot_, positions_, false));
  slot_.data(from, octets, origin);
  return true;
}

void UnknownStream::hole(Side from, std::uint64_t size, const Origin&) {
  positions_[index(from)] = behind(positions_[index(from)], size);
}

void UnknownStream::end(Side from, StreamEnd how, const Origin& origin) {
  if (search()) return slot_.end(from, how, origin);
  if (asked_ && from == other(asked_->client)) stay_unanswered();
}

/// There was a request for a WebSocket, and nothing behind it tells what came of it.
void UnknownStream::stay_unanswered() {
  Connection& connection = context_.new_connection();
  connection.client = asked_->client;
  connection.request = asked_->request;
  connection.requested = asked_->origin;
  asked_.reset();
  refuse_connection(connection, context_.journal);
}

UnknownStream::Guess UnknownStream::guess(Side client, FrameSearch::Places places) const {
  Guess guess{.client = client, .masked = {}, .unmasked = {}};
  const auto weigh = [&](const FrameSearch& search, bool masked) {
    if (search.empty()) return std::optional<FrameSearch::Found>();
    const auto found = search.find({.masked = masked, .places = places});
    const double beyond = found ? found->bits - search.bits_needed(*found) : -1;
    guess.certainty += beyond >= 0 ? beyond : -silence_bits;
    return beyond >= 0 ? found : std::nullopt;
  };
  guess.masked = weigh(collected_[index(client)], true);
  guess.unmasked = weigh(collected_[index(other(client))], false);
  if (guess.masked && guess.unmasked) guess.certainty += weigh_echo(guess);
  return guess;
}

/// Does the server send back what the client sends?
double UnknownStream::weigh_echo(const Guess& guess) const {
  const auto sent = collected_[index(guess.client)].payload_at(guess.masked->offset);
  const auto returned = collected_[index(other(guess.client))].payload_at(guess.unmasked->offset);
  return sent == returned && sent.size() >= shortest_echo ? echo_bits * static_cast<double>(sent.size()) : 0;
}

bool UnknownStream::is_convincing(const Guess& guess, FrameSearch::Places places) const {
  if (asked_) return guess.client == asked_->client && guess.certainty >= needed_asked;
  const auto count = [&](std::uint32_t FrameSearch::Found::* what) {
    return (guess.masked ? (*guess.masked).*what : 0) + (guess.unmasked ? (*guess.unmasked).*what : 0);
  };
  const bool bare = count(&FrameSearch::Found::text) == 0 && !guess.masked;
  if (count(&FrameSearch::Found::frames) < 2) return false;
  if (guess.certainty < (bare ? needed_for_bare_frames : needed_unasked)) return false;
  // Who speaks, but not in such frames, is in the midst of a long one, or this is another protocol.
  const FrameSearch::Wanted masked{.masked = true, .places = places}, unmasked{.places = places};
  if (!guess.masked) return !contradicts(collected_[index(guess.client)], unmasked, bare);
  return guess.unmasked || !contradicts(collected_[index(other(guess.client))], masked, false);
}

/// RFC 6455 §5.1: one side masks its frames, and the other does not. These octets should be masked, or not,
/// and are frames of the other kind; or they are there at all, where that is reason enough to doubt.
bool UnknownStream::contradicts(const FrameSearch& search, const FrameSearch::Wanted& other_kind,
                                bool in_doubt) const {
  if (search.empty()) return false;
  const auto found = search.find(other_kind);
  return in_doubt || (found && found->bits >= search.bits_needed(*found));
}

bool UnknownStream::search() {
  searched_at_ = collected_[0].size() + collected_[1].size();
  const bool close = seen_ <= close_look || seen_ >= next_close_look_;
  if (close && seen_ > close_look) next_close_look_ = 2 * seen_;
  const auto places = close ? FrameSearch::Places::all : FrameSearch::Places::segments;
  const Guess first = guess(Side::first, places);
  const Guess second = guess(Side::second, places);
  const Guess& better = first.certainty >= second.certainty ? first : second;
  if (!is_convincing(better, places)) return false;
  become_websocket(better);
  return true;
}

void UnknownStream::become_websocket(const Guess& guess) {
  Connection& connection = context_.new_connection();
  connection.client = guess.client;
  connection.mid_stream = true;
  connection.confidence = confidence_of(guess.certainty);
  // Nobody has seen what was agreed: a window of 32 KiB that is kept serves every agreement.
  connection.deflate = ws::DeflateParams{};
  if (asked_) {
    connection.request = asked_->request;
    connection.requested = asked_->origin;
  }
  context_.journal.begin(connection);
  auto session = std::make_unique<WebSocketSession>(connection, context_.journal);
  Positions at{};
  at[index(guess.client)] = start(*session, ws::Role::client, connection, guess.masked);
  at[index(other(guess.client))] = start(*session, ws::Role::server, connection, guess.unmasked);
  WebSocketSession& at_work = *session;
  slot_.become(std::move(session));
  replay(at_work, at);
}

/// Where the role's frames are read from: the place that was found, or where what was collected begins.
std::uint64_t UnknownStream::start(WebSocketSession& session, ws::Role role, Connection& connection,
                                   const std::optional<FrameSearch::Found>& found) const {
  const Side side = connection.side_of(role);
  const FrameSearch& search = collected_[index(side)];
  const std::uint64_t begin = search.empty() ? positions_[index(side)] : search.begin();
  connection.of(role).unread += search.dropped();
  if (!found) {
    session.search(role, begin);
    return begin;
  }
  session.begin(role, found->offset, confidence_of(found->bits - search.bits_needed(*found)));
  connection.of(role).unread += search.size_before(found->offset);
  return found->offset;
}

/// Hands on what was collected, in the order of the capture, from these positions on.
void UnknownStream::replay(WebSocketSession& session, Positions at) {
  struct Piece {
    Side side;
    const FrameSearch::Chunk* chunk;
  };
  std::vector<Piece> pieces;
  for (const Side side : {Side::first, Side::second}) {
    for (const auto& chunk : collected_[index(side)].chunks()) pieces.push_back({side, &chunk});
  }
  std::ranges::stable_sort(pieces, {}, [](const Piece& piece) { return piece.chunk->origin.packet; });
  for (const auto& [side, chunk] : pieces) {
    std::uint64_t& position = at[index(side)];
    if (chunk->end() <= position) continue;
    const std::uint64_t from = std::max(position, chunk->offset);
    const std::uint64_t dropped = std::clamp(collected_[index(side)].dropped_before(), position, from);
    if (dropped > position) session.pass_over(side, dropped - position, chunk->origin);
    if (from > dropped) session.hole(side, from - dropped, chunk->origin);
    const ws::Bytes octets = collected_[index(side)].octets(*chunk);
    slot_.data(side, octets.subspan(static_cast<std::size_t>(from - chunk->offset)), chunk->origin);
    position = chunk->end();
  }
  for (const Side side : {Side::first, Side::second}) {
    const std::uint64_t end = positions_[index(side)];
    if (end > at[index(side)]) slot_.hole(side, end - at[index(side)], pieces.back().chunk->origin);
  }
}

}  // namespace wsrig::pcap
