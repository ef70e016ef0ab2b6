#include "loadgen/open_loop.hpp"

#include <algorithm>
#include <utility>

namespace wsrig::loadgen {
namespace {

using namespace std::chrono_literals;

/// Messages before what has come meanwhile is read.
constexpr std::uint64_t most_at_once = 1024;
/// When no connection takes anything, until the next look (their own events come earlier).
constexpr Clock::duration blocked_pause = 1ms;

}  // namespace

OpenLoop::OpenLoop(const DriverScope& scope, Pacer pacer, nanoseconds duration, What what)
    : scope_(scope),
      pacer_(std::move(pacer)),
      duration_(duration),
      what_(what),
      timer_(scope.loop),
      slot_(scope.config.shard.rank) {}

void OpenLoop::start(Clock::time_point now) {
  start_ = now;
  next_due_ = start_ + pacer_.due(slot_);
  pump();
}

/// Slots of all shards together make the schedule: each takes every world-th.
void OpenLoop::advance() {
  slot_ += scope_.config.shard.world;
  const nanoseconds due = pacer_.due(slot_);
  next_due_ = due < duration_ ? start_ + due : Clock::time_point::max();
  ++sent_;
}

/// The connection whose turn it is; null when none takes more.
Client* OpenLoop::next_client() {
  const auto& open = scope_.pool.open();
  for (std::size_t tried = 0; tried < open.size(); ++tried) {
    Client* const client = open[cursor_++ % open.size()];
    if (client->takes_more()) return client;
  }
  return nullptr;
}

void OpenLoop::send(Client& client, std::uint64_t most, Clock::time_point now) {
  for (std::uint64_t i = 0; i < most && next_due_ <= now && client.takes_more(); ++i) {
    if (next_due_ <= blocked_until_) ++scope_.meter.counters.blocked_sends;
    if (what_ == What::messages) {
      client.append(next_due_, now);
    } else {
      client.append_ping(binary_envelope_size, next_due_, now);
    }
    advance();
  }
  if (!client.is_idle()) client.flush();
}

/// Connections take turns; in a backlog each sends more at once, so that all of them share it in few writes.
void OpenLoop::pump() {
  auto now = Clock::now();
  const std::uint64_t begun = sent_;
  std::uint64_t share = 1;
  std::size_t served = 0;
  while (next_due_ <= now && sent_ - begun < most_at_once) {
    Client* const client = next_client();
    if (client == nullptr) {
      blocked_until_ = now;
      return sleep(blocked_pause);
    }
    send(*client, share, now);
    if (++served % std::max<std::size_t>(1, scope_.pool.open().size()) == 0)
      share = std::min(2 * share, most_at_once);
    now = Clock::now();
  }
  if (next_due_ == Clock::time_point::max()) return timer_.cancel();
  sleep(std::max(next_due_ - now, Clock::duration{}));
}

void OpenLoop::sleep(Clock::duration time) {
  timer_.start(time, [this] { pump(); });
}

void OpenLoop::on_open(Client&) {}

/// A batch of reads may take long: what has become due meanwhile is sent in between.
void OpenLoop::on_read(Client& client) {
  if (client.read_time() >= next_due_) pump();
}

void OpenLoop::on_writable(Client&) {
  if (Clock::now() >= next_due_) pump();
}

std::uint64_t OpenLoop::scheduled_before(nanoseconds end) const {
  const std::uint64_t all = pacer_.count_before(end);
  const Shard& shard = scope_.config.shard;
  return all <= shard.rank ? 0 : (all - shard.rank + shard.world - 1) / shard.world;
}

void OpenLoop::stop(Clock::time_point now) {
  const bool is_blocked = next_due_ <= blocked_until_;
  timer_.cancel();
  next_due_ = Clock::time_point::max();
  if (what_ == What::pings) return;
  const std::uint64_t scheduled =
      std::max(sent_, scheduled_before(std::min<nanoseconds>(now - start_, duration_)));
  scope_.meter.counters.scheduled += scheduled;
  scope_.meter.counters.missed_sends += scheduled - sent_;
  if (is_blocked) scope_.meter.counters.blocked_sends += scheduled - sent_;
}

}  // namespace wsrig::loadgen
