#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace wsrig::loadgen {

using Clock = std::chrono::steady_clock;

/// A message on its way: what is needed to judge its reply.
struct Outstanding {
  Clock::time_point intended{};  ///< when the schedule wanted it sent
  Clock::time_point sent{};      ///< when it was written
  std::uint32_t key = 0;         ///< CRC-32C of what a reply brings back, where it has no envelope
  std::uint16_t entry = 0;       ///< its kind, as the reports name them
  std::uint16_t replies = 1;     ///< still awaited
};

/// What a reply turned out to be.
enum class ReplyKind : std::uint8_t {
  matched,     ///< answers an outstanding message
  duplicated,  ///< answers one that has been answered already
  unexpected,  ///< answers nothing that was sent
};
struct Answer {
  ReplyKind kind = ReplyKind::unexpected;
  bool is_reordered = false;  ///< the reply to a later message came before
  Outstanding message{};      ///< when matched
};

/// The messages of one connection that await replies, by their sequence numbers, which wrap around. Takes no
/// memory until the first message; a gap that `longest_gap` later messages have passed is given up as lost,
/// so that what is kept is bounded by what is really on its way.
class Ledger {
 public:
  static constexpr std::uint32_t longest_gap = 1u << 16;

  /// The number of the next message.
  std::uint32_t next_sequence() const { return base_ + count_; }
  /// One that awaits no reply only takes its number.
  void add(const Outstanding& message) {
    if (count_ == capacity_) grow();
    at(count_++) = message;
    if (message.replies == 0) return trim();
    ++unanswered_;
  }

  /// A reply that names its message.
  Answer answer(std::uint32_t sequence) {
    return sequence == base_ && is_plain_front() ? pop_plain_front() : answer_any(sequence);
  }
  /// A reply that names none: it answers the oldest message that awaits one.
  Answer answer_oldest();
  /// A reply that brings something back: the oldest message with that key.
  Answer answer_key(std::uint32_t key);
  /// Forgets all before this one: RFC 6455 §5.5.3 lets a Pong stand for several Pings.
  void forget_before(std::uint32_t sequence);

  /// Messages that await a reply.
  std::uint32_t unanswered() const { return unanswered_; }
  bool empty() const { return unanswered_ == 0; }
  /// Calls `visit` for each message without its reply, oldest first. `is_passed`: one that was sent later has
  /// been answered. Leaves the ledger empty, its numbers going on.
  void take_unanswered(const std::function<void(const Outstanding&, bool is_passed)>& visit);
  /// Given up since the last call, because too many later ones were answered.
  std::uint32_t take_given_up() { return std::exchange(given_up_, 0); }

 private:
  Outstanding& at(std::uint32_t offset) { return ring_[(base_ + offset) & (capacity_ - 1)]; }
  void grow();
  void pop_front();
  void trim();
  /// The oldest awaits one reply, and nothing behind it has been answered: the way of nearly all.
  bool is_plain_front() { return count_ > 0 && passed_ == 0 && at(0).replies == 1; }
  Answer pop_plain_front() {
    --count_;
    --unanswered_;
    return {.kind = ReplyKind::matched, .message = ring_[base_++ & (capacity_ - 1)]};
  }
  Answer answer_any(std::uint32_t sequence);
  Answer settle(std::uint32_t offset);
  template <class Fits>
  Answer answer_first(const Fits& fits);

  std::unique_ptr<Outstanding[]> ring_;
  std::uint32_t capacity_ = 0;  ///< a power of two, or 0
  std::uint32_t base_ = 0;      ///< the number of the oldest that is kept
  std::uint32_t count_ = 0;     ///< kept, answered ones behind an unanswered one included
  std::uint32_t unanswered_ = 0;
  std::uint32_t passed_ = 0;  ///< behind the latest that was answered, counted from base_
  std::uint32_t given_up_ = 0;
};

}  // namespace wsrig::loadgen
