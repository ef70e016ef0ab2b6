#include "loadgen/sequence_window.hpp"

#include <bit>
#include <utility>

namespace wsrig::loadgen {

SequenceWindow::Seen SequenceWindow::note(std::uint32_t sequence) {
  if (!std::exchange(has_begun_, true)) {
    newest_ = sequence;
    seen_ = ~std::uint64_t{0};
    return Seen::in_order;
  }
  const std::uint32_t ahead = sequence - newest_;  // numbers wrap around
  if (ahead == 0) return Seen::duplicated;
  if (ahead < UINT32_MAX / 2) {
    const std::uint64_t leaving = ahead >= size ? ~std::uint64_t{0} : ~(~std::uint64_t{0} >> ahead);
    lost_ += static_cast<std::uint64_t>(std::popcount(leaving & ~seen_));
    if (ahead > size) lost_ += ahead - size;
    seen_ = (ahead >= size ? 0 : seen_ << ahead) | 1;
    newest_ = sequence;
    return Seen::in_order;
  }
  const std::uint32_t behind = newest_ - sequence;
  if (behind >= size) return Seen::reordered;  // it was counted as lost
  const std::uint64_t bit = std::uint64_t{1} << behind;
  if ((seen_ & bit) != 0) return Seen::duplicated;
  seen_ |= bit;
  return Seen::reordered;
}

std::uint64_t SequenceWindow::take_lost() { return std::exchange(lost_, 0); }

void SequenceWindow::finish() {
  lost_ += static_cast<std::uint64_t>(std::popcount(~seen_));
  if (!has_begun_) lost_ = 0;
  seen_ = ~std::uint64_t{0};
}

}  // namespace wsrig::loadgen
