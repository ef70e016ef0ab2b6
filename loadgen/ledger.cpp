#include "loadgen/ledger.hpp"

#include <algorithm>
#include <utility>

namespace wsrig::loadgen {
namespace {

constexpr std::uint32_t least_capacity = 4;

}  // namespace

void Ledger::grow() {
  const std::uint32_t capacity = std::max(least_capacity, 2 * capacity_);
  auto larger = std::make_unique<Outstanding[]>(capacity);
  for (std::uint32_t i = 0; i < count_; ++i) larger[(base_ + i) & (capacity - 1)] = at(i);
  ring_ = std::move(larger);
  capacity_ = capacity;
}

void Ledger::pop_front() {
  ++base_;
  --count_;
  if (passed_ > 0) --passed_;
}

/// Answered ones at the front are no longer needed; nor is one that waits in vain.
void Ledger::trim() {
  while (count_ > 0 && at(0).replies == 0) pop_front();
  while (passed_ > longest_gap) {
    if (at(0).replies > 0) {
      --unanswered_;
      ++given_up_;
    }
    pop_front();
  }
}

Answer Ledger::settle(std::uint32_t offset) {
  Outstanding& message = at(offset);
  Answer answer{.kind = ReplyKind::matched, .is_reordered = offset + 1 < passed_, .message = message};
  if (--message.replies == 0) --unanswered_;
  passed_ = std::max(passed_, offset + 1);
  trim();
  return answer;
}

Answer Ledger::answer_any(std::uint32_t sequence) {
  const std::uint32_t offset = sequence - base_;
  if (offset < count_) {
    if (at(offset).replies == 0) return {.kind = ReplyKind::duplicated};
    return settle(offset);
  }
  // Numbers wrap around: what lies less than half of them back was sent before.
  const bool was_sent = base_ - sequence - 1 < UINT32_MAX / 2 && offset >= UINT32_MAX / 2;
  return {.kind = was_sent ? ReplyKind::duplicated : ReplyKind::unexpected};
}

template <class Fits>
Answer Ledger::answer_first(const Fits& fits) {
  for (std::uint32_t offset = 0; offset < count_; ++offset) {
    if (at(offset).replies > 0 && fits(at(offset))) return settle(offset);
  }
  return {.kind = ReplyKind::unexpected};
}

Answer Ledger::answer_oldest() {
  return answer_first([](const Outstanding&) { return true; });
}

Answer Ledger::answer_key(std::uint32_t key) {
  return answer_first([key](const Outstanding& message) { return message.key == key; });
}

void Ledger::forget_before(std::uint32_t sequence) {
  while (count_ > 0 && base_ != sequence && sequence - base_ < UINT32_MAX / 2) {
    if (at(0).replies > 0) --unanswered_;
    pop_front();
  }
}

void Ledger::take_unanswered(const std::function<void(const Outstanding&, bool)>& visit) {
  for (std::uint32_t offset = 0; offset < count_; ++offset) {
    if (at(offset).replies > 0) visit(at(offset), offset < passed_);
  }
  base_ += count_;
  count_ = 0;
  unanswered_ = 0;
  passed_ = 0;
}

}  // namespace wsrig::loadgen
