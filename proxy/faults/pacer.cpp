#include "proxy/faults/pacer.hpp"

#include <algorithm>
#include <utility>

namespace wsrig::proxy {

void PacedStage::write(ws::Bytes data) {
  if (end_wanted_) return;
  const auto now = context_.loop.now();
  const bool was_waiting = !slices_.empty();
  for (std::size_t left = data.size(); left > 0;) {
    slices_.push_back(pacer_->next(now, left));
    left -= slices_.back().size;
  }
  ws::append(held_, data);
  if (!was_waiting) wait();
}

void PacedStage::end() {
  if (std::exchange(end_wanted_, true)) return;
  const bool was_waiting = !slices_.empty();
  slices_.push_back(pacer_->next(context_.loop.now(), 0));
  if (!was_waiting) wait();
}

void PacedStage::reset() {
  timer_.cancel();
  slices_.clear();
  held_ = {};
  next_.reset();
}

// Once FIN is on its way nothing follows any more, and the tunnel must not end before all has arrived.
std::size_t PacedStage::pending() const {
  const std::size_t here = held_.size() + (end_wanted_ ? slices_.size() : 0);
  return next_.pending() + (end_wanted_ || here > line_capacity ? here : 0);
}

void PacedStage::flush() {
  timer_.cancel();
  if (!held_.empty()) next_.write(held_);
  if (end_wanted_ && !slices_.empty()) next_.end();
  slices_.clear();
  held_ = {};
}

void PacedStage::wait() {
  timer_.start(std::max(slices_.front().due - net::Clock::now(), net::Clock::duration::zero()),
               [this] { release(); });
}

void PacedStage::release() {
  const auto now = net::Clock::now();
  std::size_t gone = 0;
  while (!slices_.empty() && slices_.front().due <= now) {
    const std::size_t size = slices_.front().size;
    slices_.pop_front();
    if (size > 0) next_.write(ws::Bytes(held_).subspan(gone, size));
    gone += size;
  }
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(gone));
  if (held_.empty()) held_ = {};  // an idle tunnel holds no buffer
  if (!slices_.empty()) {
    wait();
  } else if (end_wanted_) {
    next_.end();
  }
  context_.drained();  // may destroy this stage
}

}  // namespace wsrig::proxy
