#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include <boost/system/error_code.hpp>

#include "ws/bytes.hpp"

namespace boost::asio {
class io_context;
}

namespace wsrig::net {

using boost::system::error_code;
using Clock = std::chrono::steady_clock;

/// Told that a descriptor may be ready. `events` are EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR bits.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void on_ready(std::uint32_t events) = 0;
};

class SplicePipe;
class Timer;

/// Octets before Loop::read_buffer(); no frame header is longer.
inline constexpr std::size_t read_headroom = 16;

/// One thread's event loop (DESIGN §8): an io_context for control flow, and one edge-triggered epoll set for
/// data sockets, on whose descriptor Asio waits. Everything on a loop happens in the thread that runs it.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// For resolvers and signals, and Beast.
  boost::asio::io_context& context();
  /// Runs until stop(). Events that a watcher misses because it was removed in the same turn are dropped.
  void run();
  void stop();
  /// Runs `function` soon, in the loop's thread. May be called from any thread.
  void post(std::function<void()> function);

  /// Puts a descriptor into the epoll set: EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET.
  [[nodiscard]] error_code watch(int descriptor, Watcher& watcher);
  /// Takes it out; `watcher` is not called any more, not even for events of this turn.
  void unwatch(int descriptor, Watcher& watcher);
  /// The same for a descriptor that is closed right behind this, which takes it out of the set by itself.
  void forget(int descriptor, Watcher& watcher);
  /// `heir` is called from now on in place of `watcher`. What has come is not told again.
  void hand_over(int descriptor, Watcher& watcher, Watcher& heir);
  /// Calls `watcher.on_ready(0)` behind the events at hand: for those who stopped early to let others have a
  /// turn.
  void wake(Watcher& watcher);
  /// In on_ready, after a call that may have destroyed the watcher: is it still there (and watched)? Only its
  /// address is used.
  bool is_serving(const Watcher* watcher) const;

  /// The time at which this turn's events were fetched: one clock read a turn.
  Clock::time_point now() const;
  /// Shared by all connections of the loop: input of the event at hand. The `read_headroom` octets before it
  /// may be written too: room for a frame header in front of what was read.
  ws::MutableBytes read_buffer();
  /// Shared by all connections of the loop: output gathered during the event at hand; whoever uses it leaves
  /// it empty.
  ws::ByteBuffer& write_buffer();
  /// Shared by all connections of the loop; whoever uses it leaves it empty.
  SplicePipe& splice_pipe();

 private:
  friend class Timer;
  friend void on_stop_signals(Loop& loop, std::function<void(int signal)> on_stop);
  struct State;
  std::unique_ptr<State> state_;
};

/// A one-shot timer on a loop, which must outlive it. Destroying or restarting it cancels what was pending;
/// its function may destroy it.
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  /// Calls `function` once after `delay`; replaces what was pending.
  void start(Clock::duration delay, std::function<void()> function);
  void cancel();

 private:
  friend struct Loop::State;
  using Queue = std::multimap<Clock::time_point, Timer*>;
  void expire();

  Loop::State& loop_;
  std::optional<Queue::iterator> place_;  ///< in the loop's queue, while it is pending
  std::function<void()> function_;
};

/// SIGINT and SIGTERM: the first calls `on_stop(signal)`, a second one ends the process at once with 130,
/// even while the loop is busy. For the one main loop of a program.
void on_stop_signals(Loop& loop, std::function<void(int signal)> on_stop);

}  // namespace wsrig::net
