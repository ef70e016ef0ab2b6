#include "pcap/tcp/stream_assembler.hpp"

#include <algorithm>

namespace wsrig::tcp {
namespace {

using namespace std::chrono_literals;

// The rule of the header.
constexpr std::uint32_t reordering_packets = 16;
constexpr capture::Timestamp reordering_time = 100ms;
constexpr capture::Timestamp one_way_time = 1s;
constexpr capture::Timestamp stalled_time = 60s;
constexpr std::size_t most_waiting_octets = std::size_t{1024} * 1024;
constexpr std::size_t most_waiting_pieces = 1024;

/// No window reaches further (RFC 7323 §2.3).
constexpr std::uint64_t largest_window = std::uint64_t{1} << 30;

}  // namespace

void StreamAssembler::start(SeqNumber first) {
  is_started_ = true;
  at_ = first;
}

Fit StreamAssembler::add(const Arrival& arrival, StreamSink& sink) {
  const std::int64_t signed_offset = offset_of(arrival.sequence);
  const auto length = static_cast<std::int64_t>(arrival.length());
  if (signed_offset + length <= 0) return Fit::before_start;
  Part part{0, arrival.bytes, arrival.missing};
  if (signed_offset < 0) {
    const auto before = static_cast<std::uint64_t>(-signed_offset);
    part = part.clipped(before, part.end());
    part.offset = 0;
  } else {
    part.offset = static_cast<std::uint64_t>(signed_offset);
  }
  const bool is_in_line = part.offset == next_ && waiting_.empty() && part.end() <= end_;
  if (!is_in_line) return add_out_of_line(part.clipped(0, end_), arrival, sink);
  highest_ = std::max(highest_, part.end());
  deliver(part, arrival, sink);
  return Fit::in_order;
}

Fit StreamAssembler::add_out_of_line(Part part, const Arrival& arrival, StreamSink& sink) {
  if (part.offset < next_) {
    const ws::Bytes again = part.clipped(part.offset, next_).bytes;
    if (const auto difference = recent_.compare(part.offset, again))
      sink.on_conflict(difference->offset, difference->length, arrival.seen);
    part = part.clipped(next_, std::max(next_, part.end()));
  }
  if (part.end() <= next_) return Fit::seen_before;
  const bool is_behind_all = part.offset >= highest_;
  highest_ = std::max(highest_, part.end());
  if (part.offset == next_ && part.end() <= hole_end()) {
    deliver(part, arrival, sink);
    deliver_waiting(arrival.seen, sink);
  } else {
    if (waiting_.empty()) progress_ = arrival.seen;
    if (!keep(part, arrival, sink)) return Fit::seen_before;
    deliver_waiting(arrival.seen, sink);
    const bool is_too_much = waiting_octets_ > most_waiting_octets || waiting_.size() > most_waiting_pieces;
    if (is_too_much) make_room(arrival.seen, sink);
  }
  return is_behind_all ? Fit::gap : Fit::late;
}

StreamAssembler::Part StreamAssembler::Part::clipped(std::uint64_t begin, std::uint64_t until) const {
  const std::uint64_t from = std::max(begin, offset);
  const std::uint64_t to = std::max(from, std::min(until, end()));
  const std::uint64_t bytes_end = offset + bytes.size();
  Part part{from, {}, 0};
  if (from < bytes_end) part.bytes = bytes.subspan(from - offset, std::min(to, bytes_end) - from);
  part.missing = static_cast<std::uint32_t>(to - from - part.bytes.size());
  return part;
}

void StreamAssembler::deliver(const Part& part, const Arrival& arrival, StreamSink& sink) {
  progress_ = arrival.seen;
  if (!part.bytes.empty()) {
    if (arrival.persist) recent_.remember(part.offset, part.bytes);
    advance(part.bytes.size());
    sink.on_octets({.offset = part.offset,
                    .bytes = part.bytes,
                    .persist = arrival.persist,
                    .push = arrival.push,
                    .seen = arrival.seen,
                    .in_order = arrival.seen});
  }
  if (part.missing != 0) skip_to(next_ + part.missing, Hole::Reason::truncated, arrival.seen, sink);
}

bool StreamAssembler::keep(const Part& part, const Arrival& arrival, StreamSink& sink) {
  bool is_new = false;
  std::uint64_t at = part.offset;
  auto next = first_behind(part.offset);
  while (at < part.end()) {
    const std::uint64_t gap_end = next == waiting_.end() ? part.end() : std::min(next->first, part.end());
    if (gap_end > at) {
      const Part fresh = part.clipped(at, gap_end);
      const auto piece = waiting_.emplace_hint(
          next, at,
          Piece{{fresh.bytes.begin(), fresh.bytes.end()}, fresh.missing, arrival.push, arrival.seen});
      waiting_octets_ += piece->second.cost();
      is_new = true;
    }
    if (next == waiting_.end() || next->first >= part.end()) break;
    compare(*next, part, arrival.seen, sink);
    at = next->first + next->second.length();
    ++next;
  }
  return is_new;
}

StreamAssembler::Pieces::iterator StreamAssembler::first_behind(std::uint64_t offset) {
  const auto next = waiting_.upper_bound(offset);
  if (next == waiting_.begin()) return next;
  const auto before = std::prev(next);
  return before->first + before->second.length() > offset ? before : next;
}

void StreamAssembler::compare(const Pieces::value_type& piece, const Part& part, const Seen& seen,
                              StreamSink& sink) {
  const auto& [offset, kept] = piece;
  const Part again = part.clipped(offset, offset + kept.bytes.size());
  if (again.bytes.empty()) return;
  const auto before = ws::Bytes(kept.bytes).subspan(again.offset - offset, again.bytes.size());
  if (const auto difference = find_difference(before, again.bytes, again.offset))
    sink.on_conflict(difference->offset, difference->length, seen);
}

void StreamAssembler::forget(Pieces::iterator piece) {
  waiting_octets_ -= piece->second.cost();
  waiting_.erase(piece);
}

void StreamAssembler::deliver_waiting(const Seen& seen, StreamSink& sink) {
  while (!waiting_.empty() && waiting_.begin()->first == next_) {
    const auto& [offset, piece] = *waiting_.begin();
    if (!piece.bytes.empty()) {
      advance(piece.bytes.size());
      sink.on_octets(
          {.offset = offset, .bytes = piece.bytes, .push = piece.push, .seen = piece.seen, .in_order = seen});
    }
    if (piece.missing != 0) skip_to(next_ + piece.missing, Hole::Reason::truncated, piece.seen, sink);
    forget(waiting_.begin());
    progress_ = seen;
    lost_since_ = {};
  }
}

void StreamAssembler::skip_to(std::uint64_t offset, Hole::Reason reason, const Seen& seen, StreamSink& sink) {
  const Hole hole{next_, offset - next_, reason, seen};
  advance(hole.length);
  sink.on_hole(hole);
}

void StreamAssembler::advance(std::uint64_t octets) {
  next_ += octets;
  at_ = at_ + octets;
}

void StreamAssembler::finish(SeqNumber end, const Seen& seen) {
  if (end_ != no_end) return;
  const std::int64_t offset = offset_of(end);
  end_ = std::max(next_, offset < 0 ? 0 : static_cast<std::uint64_t>(offset));
  fin_seen_ = seen;
  if (waiting_.empty()) progress_ = seen;
  while (!waiting_.empty() && waiting_.rbegin()->first >= end_) forget(std::prev(waiting_.end()));
}

void StreamAssembler::acknowledge(SeqNumber next, const Seen& seen) {
  receiver_seen_ = seen;
  if (!is_started_) return;
  const std::int64_t offset = offset_of(next);
  // What acknowledges more than can have been sent since is an accident.
  if (offset > 0 && static_cast<std::uint64_t>(offset) <= highest_ + largest_window)
    acknowledged_ = std::max(acknowledged_, static_cast<std::uint64_t>(offset));
}

void StreamAssembler::give_up_by_rule(const Seen& seen, StreamSink& sink) {
  while (!waiting_.empty() || is_fin_waiting()) {
    const auto reason = lost(seen);
    if (!reason) return;
    skip_to(hole_end(), *reason, seen, sink);
    deliver_waiting(seen, sink);
  }
}

/// Why the first hole is to be given up now, if it is.
std::optional<Hole::Reason> StreamAssembler::lost(const Seen& seen) {
  if (acknowledged_ >= hole_end()) {
    if (!lost_since_) {
      lost_since_ = seen;
      packets_since_ = 0;
    }
    if (++packets_since_ > reordering_packets || seen.time - lost_since_.time >= reordering_time)
      return Hole::Reason::not_captured;
  }
  const capture::Timestamp waited = seen.time - progress_.time;
  if (waited >= (receiver_seen_ ? stalled_time : one_way_time)) return Hole::Reason::limit;
  return std::nullopt;
}

void StreamAssembler::make_room(const Seen& seen, StreamSink& sink) {
  if (waiting_.empty()) return;
  const bool is_acknowledged = acknowledged_ >= hole_end();
  skip_to(hole_end(), is_acknowledged ? Hole::Reason::not_captured : Hole::Reason::limit, seen, sink);
  deliver_waiting(seen, sink);
}

void StreamAssembler::flush(const Seen& seen, StreamSink& sink) {
  while (!waiting_.empty() || is_fin_waiting()) {
    const bool is_acknowledged = acknowledged_ >= hole_end();
    skip_to(hole_end(), is_acknowledged ? Hole::Reason::not_captured : Hole::Reason::ended, seen, sink);
    deliver_waiting(seen, sink);
  }
  // The receiver has more than the capture; a single octet more is a FIN that was not captured.
  if (end_ == no_end && acknowledged_ > next_ + 1)
    skip_to(acknowledged_, Hole::Reason::not_captured, seen, sink);
}

}  // namespace wsrig::tcp
