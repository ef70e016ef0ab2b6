#include "pcap/tcp/connection.hpp"

#include <algorithm>

namespace wsrig::tcp {
namespace {

using capture::TcpFlags;
using capture::TcpSegment;

constexpr std::array both{Direction::forward, Direction::backward};

/// The shift count of the window scale option, at most 14 (RFC 7323 §2.2 and §2.3).
std::optional<std::uint8_t> window_scale(ws::Bytes options) {
  constexpr std::uint8_t end_of_options = 0, no_operation = 1, scale = 3, largest_shift = 14;
  while (!options.empty() && options[0] != end_of_options) {
    if (options[0] == no_operation) {
      options = options.subspan(1);
      continue;
    }
    if (options.size() < 2 || options[1] < 2 || options[1] > options.size()) return std::nullopt;
    if (options[0] == scale && options[1] == 3) return std::min(options[2], largest_shift);
    options = options.subspan(options[1]);
  }
  return std::nullopt;
}

}  // namespace

/// Counts what an assembler tells, and hands it on to the follower.
class Connection::Outlet final : public StreamSink {
 public:
  Outlet(Connection& connection, Direction direction) : connection_(connection), direction_(direction) {}

  void on_octets(const Octets& octets) override {
    if (!connection_.follower_ || !connection_.is_followed_) return;
    const auto interest = connection_.follower_->on_octets(connection_.flow_, direction_, octets);
    connection_.is_followed_ = interest == Follower::Interest::follow;
  }
  void on_hole(const Hole& hole) override {
    DirectionCounters& counters = connection_.counters(direction_);
    ++counters.holes;
    counters.hole_octets += hole.length;
    if (connection_.follower_ && connection_.is_followed_)
      connection_.follower_->on_hole(connection_.flow_, direction_, hole);
  }
  void on_conflict(std::uint64_t offset, std::uint32_t length, const Seen& seen) override {
    ++connection_.counters(direction_).overlap_conflicts;
    if (connection_.follower_ && connection_.is_followed_) {
      connection_.follower_->on_event(connection_.flow_,
                                      {Event::Kind::overlap_conflict, direction_, seen, offset, length, 0});
    }
  }

 private:
  Connection& connection_;
  Direction direction_;
};

Connection::Connection(std::uint64_t number, const SeenSegment& first) {
  flow_.number_ = number;
  flow_.ends_ = {first.segment.source, first.segment.destination};
  if (first.has(TcpFlags::syn) && first.has(TcpFlags::ack)) std::swap(flow_.ends_[0], flow_.ends_[1]);
  flow_.network_ = first.segment.network;
  flow_.began_ = first.seen;
  if (first.has(TcpFlags::syn)) state_ = State::half_open;
}

/// The segment is one of this connection: its source tells.
Direction Connection::direction_of(const TcpSegment& segment) const {
  return segment.source == flow_.ends_[0] ? Direction::forward : Direction::backward;
}

bool Connection::is_reopened_by(const TcpSegment& segment) const {
  if (!segment.flags.has(TcpFlags::syn)) return false;
  const Direction direction = direction_of(segment);
  const Side& sender = side(direction);
  const SeqNumber initial{segment.sequence};
  if (sender.initial == initial) return false;
  if (state_ == State::closed || state_ == State::reset) return true;
  if (segment.flags.has(TcpFlags::ack)) return false;
  if (sender.initial) return true;
  // A SYN that was captured behind its first octets still fits before them.
  return streams_ && (*streams_)[Flow::index(direction)].first_sequence() != initial + 1;
}

void Connection::add(const SeenSegment& arrived, const MakeFollower& make_follower) {
  const Direction direction = direction_of(arrived.segment);
  flow_.last_ = arrived.seen;
  ++counters(direction).packets;
  counters(direction).payload_octets += arrived.segment.payload_length;
  if (arrived.has(TcpFlags::rst)) return add_reset(arrived, direction);
  if (arrived.has(TcpFlags::syn)) add_syn(arrived, direction);
  // Octets in a SYN (RFC 7413) are as good as an answered one.
  const bool is_more_than_syn = !arrived.has(TcpFlags::syn) || arrived.segment.payload_length > 0;
  if (state_ == State::half_open && is_more_than_syn) state_ = State::open;
  if (state_ != State::open && state_ != State::reset) return;
  if (!is_followed_) return add_unfollowed(arrived, direction);
  if (!streams_) start_streams();
  if (arrived.has(TcpFlags::ack)) add_acknowledgment(arrived, direction);
  if (arrived.segment.payload_length > 0) add_payload(arrived, direction, make_follower);
  if (arrived.has(TcpFlags::fin)) add_fin(arrived, direction);
  note_window(arrived, direction);
  pass(arrived.seen);
}

void Connection::add_reset(const SeenSegment& arrived, Direction direction) {
  if (state_ == State::half_open) {
    // RFC 9293 §3.10.7.3: the answer to a SYN where nobody listens. From the opener itself it is a change of
    // mind.
    if (flow_.opener_ != direction && !flow_.syn_ack_) state_ = State::refused;
    return;
  }
  if (state_ != State::open) return;
  tell(Event::Kind::rst, arrived, direction);
  state_ = State::reset;
  reset_by_ = direction;
}

void Connection::add_syn(const SeenSegment& arrived, Direction direction) {
  Side& sender = side(direction);
  Side& receiver = side(opposite(direction));
  if (sender.initial == arrived.sequence()) {
    ++counters(direction).retransmissions;
    tell(Event::Kind::retransmission, arrived, direction);
    return;
  }
  if (!fits(arrived, direction)) return;
  const bool is_answer = arrived.has(TcpFlags::ack);
  sender.initial = arrived.sequence();
  sender.window_scale = window_scale(arrived.segment.options);
  if (is_answer && !receiver.initial) receiver.initial = arrived.acknowledgment() + 0xffffffffu;
  (is_answer ? flow_.syn_ack_ : flow_.syn_) = arrived.seen;
  flow_.opener_ = is_answer ? opposite(direction) : direction;
  if (streams_) start_streams();
  tell(is_answer ? Event::Kind::syn_ack : Event::Kind::syn, arrived, direction);
}

/// A SYN-ACK may come behind the first octets where packets were reordered, but not in their midst.
bool Connection::fits(const SeenSegment& syn, Direction direction) {
  if (!streams_) return true;
  const StreamAssembler& sent = stream(direction);
  const StreamAssembler& received = stream(opposite(direction));
  const bool fits_sender = !sent.is_started() || sent.first_sequence() == syn.sequence() + 1;
  const bool fits_receiver =
      !syn.has(TcpFlags::ack) || !received.is_started() || received.first_sequence() == syn.acknowledgment();
  return fits_sender && fits_receiver;
}

void Connection::start_streams() {
  if (!streams_) streams_ = std::make_unique<Streams>();
  for (const Direction direction : both) {
    if (side(direction).initial && !stream(direction).is_started())
      stream(direction).start(*side(direction).initial + 1);
  }
}

/// Only the end is waited for.
void Connection::add_unfollowed(const SeenSegment& arrived, Direction direction) {
  if (!arrived.has(TcpFlags::fin)) return;
  side(direction).is_ended = true;
  if (side(opposite(direction)).is_ended) release();
}

void Connection::add_acknowledgment(const SeenSegment& arrived, Direction direction) {
  const Direction other = opposite(direction);
  stream(other).acknowledge(arrived.acknowledgment(), arrived.seen);
  const bool completes_handshake = !flow_.handshake_done_ && flow_.syn_ack_ && flow_.opener_ == direction &&
                                   side(other).initial &&
                                   arrived.acknowledgment() == *side(other).initial + 1;
  if (!completes_handshake) return;
  flow_.handshake_done_ = arrived.seen;
  tell(Event::Kind::handshake_done, arrived, direction);
}

void Connection::add_payload(const SeenSegment& arrived, Direction direction,
                             const MakeFollower& make_follower) {
  const TcpSegment& segment = arrived.segment;
  StreamAssembler& assembler = stream(direction);
  const SeqNumber sequence = arrived.sequence() + (arrived.has(TcpFlags::syn) ? 1 : 0);
  if (!assembler.is_started()) {
    // What the receiver has acknowledged already was delivered before the capture began.
    const auto& received = side(opposite(direction)).acknowledges;
    assembler.start(received && *received - sequence > 0 ? *received : sequence);
  }
  if (is_keep_alive(arrived, direction)) return tell(Event::Kind::keep_alive, arrived, direction);
  if (!follower_) follow(make_follower);
  Outlet outlet(*this, direction);
  const auto missing = static_cast<std::uint32_t>(segment.payload_length - segment.payload.size());
  const Fit fit = assembler.add({sequence, segment.payload, missing, arrived.persist && segment.in_packet,
                                 arrived.has(TcpFlags::psh), arrived.seen},
                                outlet);
  judge(fit, arrived, direction);
  // Who resets a connection sends no more: a RST that is followed by octets was not its own.
  const bool is_new = fit != Fit::seen_before && fit != Fit::before_start;
  if (state_ == State::reset && reset_by_ == direction && is_new) state_ = State::open;
}

void Connection::follow(const MakeFollower& make_follower) {
  follower_ = make_follower(flow_);
  is_followed_ = follower_ != nullptr;
  if (is_followed_) tell_what_was_before();
}

/// The handshake, and the FIN of an end that sent no octets.
void Connection::tell_what_was_before() {
  const auto tell_again = [&](Event::Kind kind, Direction direction, const Seen& seen) {
    if (seen) follower_->on_event(flow_, {kind, direction, seen, 0, 0, 0});
  };
  if (flow_.opener_) {
    tell_again(Event::Kind::syn, *flow_.opener_, flow_.syn_);
    tell_again(Event::Kind::syn_ack, opposite(*flow_.opener_), flow_.syn_ack_);
    tell_again(Event::Kind::handshake_done, *flow_.opener_, flow_.handshake_done_);
  }
  for (const Direction direction : both) {
    if (!side(direction).is_ended) continue;
    tell_again(Event::Kind::fin, direction, stream(direction).fin_seen());
    follower_->on_end(flow_, direction, End::fin, stream(direction).fin_seen());
  }
}

bool Connection::is_keep_alive(const SeenSegment& arrived, Direction direction) {
  const StreamAssembler& assembler = stream(direction);
  return arrived.segment.payload_length <= 1 && !arrived.has(TcpFlags::syn) && !arrived.has(TcpFlags::fin) &&
         assembler.is_started() && assembler.next() > 0 &&
         arrived.sequence() + 1 == assembler.next_sequence();
}

void Connection::judge(Fit fit, const SeenSegment& arrived, Direction direction) {
  switch (fit) {
    case Fit::in_order: break;
    case Fit::gap: tell(Event::Kind::gap, arrived, direction); break;
    case Fit::late:
      ++counters(direction).out_of_order;
      tell(Event::Kind::out_of_order, arrived, direction);
      break;
    case Fit::seen_before:
    case Fit::before_start:
      ++counters(direction).retransmissions;
      tell(Event::Kind::retransmission, arrived, direction);
      break;
  }
}

void Connection::add_fin(const SeenSegment& arrived, Direction direction) {
  StreamAssembler& assembler = stream(direction);
  const SeqNumber end = arrived.sequence() + arrived.segment.payload_length;
  if (!assembler.is_started()) assembler.start(end);
  if (assembler.fin_seen()) {
    if (arrived.segment.payload_length > 0) return;  // its payload was judged
    ++counters(direction).retransmissions;
    return tell(Event::Kind::retransmission, arrived, direction);
  }
  assembler.finish(end, arrived.seen);
  tell(Event::Kind::fin, arrived, direction);
}

void Connection::note_window(const SeenSegment& arrived, Direction direction) {
  Side& sender = side(direction);
  const std::uint16_t window = arrived.segment.window;
  const bool is_bare =
      arrived.segment.payload_length == 0 && !arrived.has(TcpFlags::syn) && !arrived.has(TcpFlags::fin);
  const bool is_known = sender.acknowledges.has_value();
  const bool is_same_acknowledgment = sender.acknowledges == arrived.acknowledgment();
  if (window == 0 && !arrived.has(TcpFlags::syn) && !arrived.has(TcpFlags::fin)) {
    ++counters(direction).zero_windows;
    if (!is_known || sender.window != 0) tell(Event::Kind::zero_window, arrived, direction);
  } else if (is_bare && is_keep_alive(arrived, direction)) {
    tell(Event::Kind::keep_alive, arrived, direction);
  } else if (is_bare && is_same_acknowledgment && window != sender.window) {
    tell(Event::Kind::window_update, arrived, direction);
  }
  sender.window = window;
  if (arrived.has(TcpFlags::ack)) sender.acknowledges = arrived.acknowledgment();
}

void Connection::pass(const Seen& seen) {
  const auto is_flowing = [this](Direction direction) { return stream(direction).is_flowing(); };
  if (is_followed_ && std::ranges::all_of(both, is_flowing)) return;
  if (is_followed_) {
    for (const Direction direction : both) {
      Outlet outlet(*this, direction);
      stream(direction).pass(seen, outlet);
    }
    for (const Direction direction : both) {
      if (stream(direction).is_complete()) end(direction, End::fin, stream(direction).fin_seen());
    }
  }
  if (side(Direction::forward).is_ended && side(Direction::backward).is_ended) {
    release();
  } else if (!is_followed_) {
    streams_.reset();
  }
}

void Connection::end(Direction direction, End end, const Seen& seen) {
  if (side(direction).is_ended) return;
  side(direction).is_ended = true;
  if (follower_ && is_followed_) follower_->on_end(flow_, direction, end, seen);
}

void Connection::close(End reason, const Seen& seen) {
  if (state_ == State::closed) return;
  if (streams_) {
    for (const Direction direction : both) {
      Outlet outlet(*this, direction);
      stream(direction).flush(seen, outlet);
      const bool is_finished = stream(direction).is_complete();
      end(direction, is_finished ? End::fin : reason, is_finished ? stream(direction).fin_seen() : seen);
    }
  }
  release();
}

void Connection::release() {
  if (follower_) follower_->on_closed(flow_);
  follower_.reset();
  streams_.reset();
  is_followed_ = false;
  state_ = State::closed;
}

void Connection::make_room(const Seen& seen) {
  if (!streams_) return;
  for (const Direction direction : both) {
    Outlet outlet(*this, direction);
    stream(direction).make_room(seen, outlet);
  }
}

std::size_t Connection::waiting_octets() const {
  if (!streams_) return 0;
  return (*streams_)[0].waiting_octets() + (*streams_)[1].waiting_octets();
}

void Connection::tell(Event::Kind kind, const SeenSegment& arrived, Direction direction) {
  if (!follower_ || !is_followed_) return;
  Event event{kind, direction, arrived.seen, 0, arrived.segment.payload_length, arrived.segment.window};
  if (streams_ && stream(direction).is_started()) {
    const std::int64_t offset = stream(direction).offset_of(arrived.sequence());
    event.offset = static_cast<std::uint64_t>(std::max<std::int64_t>(offset, 0));
  }
  const auto scale = side(direction).window_scale;
  const bool is_scaled = scale && side(opposite(direction)).window_scale && !arrived.has(TcpFlags::syn);
  if (is_scaled) event.window <<= *scale;
  follower_->on_event(flow_, event);
}

}  // namespace wsrig::tcp
