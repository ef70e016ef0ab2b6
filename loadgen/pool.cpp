#include "loadgen/pool.hpp"

#include <algorithm>
#include <utility>

namespace wsrig::loadgen {
namespace {

using namespace std::chrono_literals;

/// Opening handshakes at a time: more would only wait in the peer's backlog.
constexpr std::size_t most_opening = 256;
/// So many failures in a row make a connection one that is not waited for.
constexpr std::uint32_t too_many_failures = 3;
/// What a connection has to last not to count as one.
constexpr Clock::duration long_enough = 1s;
constexpr Clock::duration first_pause = 100ms;
constexpr Clock::duration longest_pause = 1s;

}  // namespace

Pool::Pool(ClientShared& shared, std::uint32_t first, std::uint32_t step, std::function<void()> changed)
    : shared_(shared), first_(first), step_(step), changed_(std::move(changed)), timer_(shared.link.loop) {}

void Pool::add_client() {
  const auto index = static_cast<std::uint32_t>(clients_.size());
  clients_.emplace_back(shared_, first_ + index * step_);
  slots_.emplace_back();
}

void Pool::want(std::size_t count) {
  while (clients_.size() < count) add_client();
  const std::size_t before = std::exchange(wanted_, count);
  for (std::size_t i = before; i < count; ++i) {
    if (clients_[i].is_idle() && !slots_[i].is_waiting) enqueue(i, {});
  }
  for (std::size_t i = count; i < before; ++i) {
    set_failing(slots_[i], false);
    slots_[i].failures = 0;
    if (clients_[i].is_open()) clients_[i].finish(shared_.config.ending);
  }
  open_due();
}

void Pool::enqueue(std::size_t index, Clock::duration pause) {
  Clock::time_point when = Clock::now() + pause;
  if (const auto& rate = shared_.config.connect_rate) {
    when = std::max(when, next_by_rate_);
    next_by_rate_ = when + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(1 / rate->per_second()));
  }
  slots_[index].is_waiting = true;
  waiting_.emplace(when, index);
}

void Pool::open_due() {
  const auto now = Clock::now();
  while (!waiting_.empty() && opening_ < most_opening && waiting_.begin()->first <= now) {
    const std::size_t index = waiting_.begin()->second;
    waiting_.erase(waiting_.begin());
    slots_[index].is_waiting = false;
    if (index >= wanted_) continue;
    ++opening_;
    ++alive_;
    if (slots_[index].failures > 0) ++shared_.meter().counters.retries;
    clients_[index].open();
  }
  if (waiting_.empty() || opening_ >= most_opening) return timer_.cancel();
  timer_.start(waiting_.begin()->first - now, [this] { open_due(); });
}

void Pool::opened(Client& client) {
  const std::size_t index = index_of(client);
  Slot& slot = slots_[index];
  --opening_;
  set_failing(slot, false);
  slot.opened = Clock::now();
  slot.is_open = true;
  slot.place = open_.size();
  open_.push_back(&client);
  peak_ = std::max(peak_, open_.size());
  has_ever_opened_ = true;
  if (index >= wanted_) client.finish(shared_.config.ending);
  if (!waiting_.empty()) open_due();
  changed_();
}

void Pool::remove_from_open(Slot& slot) {
  slot.is_open = false;
  Client* const last = open_.back();
  open_[slot.place] = last;
  slots_[index_of(*last)].place = slot.place;
  open_.pop_back();
}

void Pool::set_failing(Slot& slot, bool is_failing) {
  if (slot.is_failing == is_failing) return;
  slot.is_failing = is_failing;
  is_failing ? ++failing_ : --failing_;
}

void Pool::failed(Slot& slot, const LinkEnd& end) {
  ++slot.failures;
  if (end.lacks_resource || slot.failures >= too_many_failures) set_failing(slot, true);
}

/// At once behind an end of our own; a peer that hangs up, or does not let us in, is left alone for a while.
Clock::duration Pool::pause_before_next(const Slot& slot, const LinkEnd& end) {
  if (end.how == LinkEnd::How::closed) return {};
  const std::uint32_t doublings = slot.failures > 0 ? std::min(slot.failures - 1, 10U) : 0;
  return std::min(longest_pause, first_pause * (1 << doublings));
}

void Pool::ended(Client& client, const LinkEnd& end) {
  const std::size_t index = index_of(client);
  Slot& slot = slots_[index];
  --alive_;
  const bool lasted = slot.is_open && Clock::now() - slot.opened >= long_enough;
  if (slot.is_open) {
    remove_from_open(slot);
  } else {
    --opening_;
  }
  if (lasted || end.how == LinkEnd::How::closed) slot.failures = 0;
  if (index < wanted_ && end.how != LinkEnd::How::closed && !lasted) failed(slot, end);
  if (index < wanted_) enqueue(index, pause_before_next(slot, end));
  open_due();
  changed_();
}

std::size_t Pool::take_peak() { return std::exchange(peak_, open_.size()); }

}  // namespace wsrig::loadgen
