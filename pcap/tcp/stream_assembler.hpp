#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>

#include "pcap/tcp/follower.hpp"
#include "pcap/tcp/recent_octets.hpp"
#include "pcap/tcp/seq_number.hpp"

namespace wsrig::tcp {

/// What a StreamAssembler tells.
class StreamSink {
 public:
  virtual ~StreamSink() = default;
  virtual void on_octets(const Octets& octets) = 0;
  virtual void on_hole(const Hole& hole) = 0;
  /// `length` octets at `offset` have come again, with another content.
  virtual void on_conflict(std::uint64_t offset, std::uint32_t length, const Seen& seen) = 0;
};

/// The payload of a segment.
struct Arrival {
  SeqNumber sequence{};
  ws::Bytes bytes{};
  std::uint32_t missing = 0;  ///< octets behind `bytes` that the snap length cut off
  bool persist = false;       ///< `bytes` stay valid as long as the source of the packets
  bool push = false;
  Seen seen{};

  std::uint64_t length() const { return bytes.size() + missing; }
};

/// How an arrival lies to what came before.
enum class Fit : std::uint8_t {
  in_order,
  gap,           ///< something before it is missing so far
  late,          ///< it fills a gap, or part of one
  seen_before,   ///< nothing of it is new
  before_start,  ///< it lies before the first octet of the stream
};

/// One direction of a connection: segments in any order become octets in order, each of them once; the first
/// one to come stands.
///
/// What is missing is waited for, because captures reorder packets and senders repeat them. It is declared a
/// hole
///  - when the receiver has acknowledged all of it and octets behind it have come, and since then 16 more
///  packets
///    of the connection or 100 ms have passed (reordering by a capture is smaller than that);
///  - when no packet of the receiver is in the capture at all, and 1 s has passed;
///  - when `most_waiting` octets or pieces wait behind it;
///  - when 60 s have passed without an octet in order;
///  - when the connection or the capture ends.
class StreamAssembler {
 public:
  /// The sequence number of offset 0. Called once, before anything is added.
  void start(SeqNumber first);
  bool is_started() const { return is_started_; }

  /// Takes the payload of a segment; delivers what is in order now.
  Fit add(const Arrival& arrival, StreamSink& sink);
  /// The sender's FIN stands at this sequence number: nothing behind it belongs to the stream.
  void finish(SeqNumber end, const Seen& seen);
  /// The receiver has everything before this number.
  void acknowledge(SeqNumber next, const Seen& seen);
  /// Declares holes lost by the rule above, as a packet of the connection passes. Cheap when nothing waits.
  void pass(const Seen& seen, StreamSink& sink) {
    if (!waiting_.empty() || is_fin_waiting()) give_up_by_rule(seen, sink);
  }
  /// The connection has ended: everything that waits is delivered, and what is still missing is a hole.
  void flush(const Seen& seen, StreamSink& sink);
  /// Delivers up to and with the first hole, to make room.
  void make_room(const Seen& seen, StreamSink& sink);

  /// Octets that wait behind holes, with what it takes to keep them.
  std::size_t waiting_octets() const { return waiting_octets_; }
  /// Nothing waits, and no FIN was seen: `pass` has nothing to do, and the stream is not complete.
  bool is_flowing() const { return waiting_.empty() && end_ == no_end; }
  /// Everything up to the FIN was delivered or declared a hole.
  bool is_complete() const { return next_ >= end_; }
  const Seen& fin_seen() const { return fin_seen_; }
  /// The offset that a sequence number means.
  std::int64_t offset_of(SeqNumber number) const { return unwrap(number, at_, next_); }
  /// The offset that is next in order.
  std::uint64_t next() const { return next_; }
  /// The sequence number of the next octet in order.
  SeqNumber next_sequence() const { return at_; }
  /// The sequence number of offset 0.
  SeqNumber first_sequence() const { return {at_.value - static_cast<std::uint32_t>(next_)}; }

 private:
  /// Octets behind a gap: a copy of them, then `missing` ones that the snap length cut off.
  struct Piece {
    ws::ByteBuffer bytes{};
    std::uint32_t missing = 0;
    bool push = false;
    Seen seen{};

    std::size_t length() const { return bytes.size() + missing; }
    std::size_t cost() const { return bytes.size() + sizeof(Piece); }
  };
  /// By their offsets; they do not overlap.
  using Pieces = std::map<std::uint64_t, Piece>;

  /// An arrival at its offset, and the part of it that lies in [begin, until).
  struct Part {
    std::uint64_t offset = 0;
    ws::Bytes bytes{};
    std::uint32_t missing = 0;
    Part clipped(std::uint64_t begin, std::uint64_t until) const;
    std::uint64_t end() const { return offset + bytes.size() + missing; }
  };

  void deliver(const Part& part, const Arrival& arrival, StreamSink& sink);
  Fit add_out_of_line(Part part, const Arrival& arrival, StreamSink& sink);
  /// Keeps what of the part is new; true when something was.
  bool keep(const Part& part, const Arrival& arrival, StreamSink& sink);
  /// The first piece that ends behind an offset.
  Pieces::iterator first_behind(std::uint64_t offset);
  static void compare(const Pieces::value_type& piece, const Part& part, const Seen& seen, StreamSink& sink);
  void forget(Pieces::iterator piece);
  void deliver_waiting(const Seen& seen, StreamSink& sink);
  void skip_to(std::uint64_t offset, Hole::Reason reason, const Seen& seen, StreamSink& sink);
  void advance(std::uint64_t octets);
  void give_up_by_rule(const Seen& seen, StreamSink& sink);
  std::optional<Hole::Reason> lost(const Seen& seen);
  bool is_fin_waiting() const { return end_ != no_end && next_ < end_; }
  /// Where the first hole ends.
  std::uint64_t hole_end() const { return waiting_.empty() ? end_ : waiting_.begin()->first; }

  static constexpr std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();

  SeqNumber at_;  ///< sequence number of next_
  bool is_started_ = false;
  std::uint64_t next_ = 0;          ///< offset of the first octet that was not delivered
  std::uint64_t end_ = no_end;      ///< offset of the FIN
  std::uint64_t acknowledged_ = 0;  ///< by the receiver
  std::uint64_t highest_ = 0;       ///< offset behind the last octet that was seen
  Seen fin_seen_{};
  Seen receiver_seen_{};             ///< the receiver's last packet
  Seen progress_{};                  ///< when the last octet was delivered, or the wait began
  Seen lost_since_{};                ///< when the first hole was known to be acknowledged
  std::uint32_t packets_since_ = 0;  ///< of the connection, since then
  Pieces waiting_;
  std::size_t waiting_octets_ = 0;
  RecentOctets recent_;
};

}  // namespace wsrig::tcp
