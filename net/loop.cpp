#include "net/loop.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <span>
#include <sys/epoll.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

#include "net/socket.hpp"
#include "net/splice_pipe.hpp"

namespace wsrig::net {

namespace asio = boost::asio;

namespace {

// Large enough that a frame of 64 KiB mostly lies in it as a whole, with others behind it.
constexpr std::size_t read_buffer_size = std::size_t{512} * 1024;
constexpr std::size_t events_per_fetch = 512;
constexpr int fetches_per_turn = 16;
constexpr Clock::duration longest_turn = std::chrono::milliseconds(2);

/// Who is told of a descriptor's events. The number tells it from an earlier descriptor with the same value:
/// a closed one may have events yet, of this turn or because a child process still holds it.
struct Watch {
  Watcher* watcher = nullptr;
  std::uint32_t number = 0;
};

int create_epoll_set() {
  const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
  if (descriptor < 0) throw boost::system::system_error(last_system_error(), "epoll_create1");
  return descriptor;
}

}  // namespace

struct Loop::State {
  State()
      : epoll_set(context, create_epoll_set()),
        alarm(context),
        input(read_headroom + read_buffer_size),
        now(Clock::now()) {
    wait_for_events();
  }

  void wait_for_events();
  void take_turn();
  void post_turn();
  /// False when nothing was ready.
  bool fetch_and_dispatch();
  void dispatch_woken();
  void serve(Watcher* watcher, std::uint32_t ready);
  Watcher* watcher_of(const epoll_event& event) const;
  Watch* watch_of(int descriptor, const Watcher& watcher);
  void forget(int descriptor, const Watcher& watcher);
  bool is_timer_due() const { return !timers.empty() && timers.begin()->first <= now; }
  void expire_timers();
  void set_alarm();

  // Outlive the context, with which handlers are destroyed, and what they own.
  Timer::Queue timers;
  std::vector<Watch> watches;  // by descriptor
  std::vector<Watcher*> woken;
  std::vector<Watcher*> being_woken;

  asio::io_context context{1};
  asio::posix::stream_descriptor epoll_set;  // closes the epoll descriptor
  asio::steady_timer alarm;
  Clock::time_point alarm_time = Clock::time_point::max();  // never, while it is not set
  std::array<epoll_event, events_per_fetch> events{};
  std::uint32_t watch_number = 0;
  const Watcher* serving = nullptr;
  bool in_turn = false;  // which serves by itself who is woken
  bool turn_is_posted = false;
  ws::ByteBuffer input;
  ws::ByteBuffer output;
  std::optional<SplicePipe> splice_pipe;  // once it is needed
  Clock::time_point now;
  std::optional<asio::signal_set> signals;
};

void Loop::State::wait_for_events() {
  epoll_set.async_wait(asio::posix::stream_descriptor::wait_read, [this](error_code error) {
    if (error) return;
    take_turn();
    wait_for_events();
  });
}

// What has come meanwhile is served at once: the way back through Asio's own set costs two system calls.
// What was posted waits there, so not for ever; the next wait finds what is left.
void Loop::State::take_turn() {
  in_turn = true;
  bool any = true;
  const auto begun = Clock::now();
  for (int fetch = 0; any && fetch < fetches_per_turn && now - begun < longest_turn && !context.stopped();
       ++fetch) {
    any = fetch_and_dispatch();
    dispatch_woken();
    expire_timers();
  }
  in_turn = false;
  set_alarm();
  if (!woken.empty()) post_turn();
}

// One at a time: each turn may leave somebody woken, and timers wait behind all that is posted.
void Loop::State::post_turn() {
  if (std::exchange(turn_is_posted, true)) return;
  asio::post(context, [this] {
    turn_is_posted = false;
    take_turn();
  });
}

bool Loop::State::fetch_and_dispatch() {
  const int fetched = ::epoll_wait(epoll_set.native_handle(), events.data(), events_per_fetch, 0);
  now = Clock::now();
  if (fetched <= 0) return false;
  for (const epoll_event& event : std::span(events).first(static_cast<std::size_t>(fetched)))
    serve(watcher_of(event), event.events);
  return true;
}

void Loop::State::dispatch_woken() {
  being_woken.swap(woken);
  for (std::size_t i = 0; i < being_woken.size(); ++i) serve(being_woken[i], 0);
  being_woken.clear();
}

void Loop::State::serve(Watcher* watcher, std::uint32_t ready) {
  if (watcher == nullptr) return;  // it was taken out in this turn
  serving = watcher;
  watcher->on_ready(ready);
  serving = nullptr;
}

Watcher* Loop::State::watcher_of(const epoll_event& event) const {
  const Watch& watch = watches[static_cast<std::uint32_t>(event.data.u64)];
  return watch.number == event.data.u64 >> 32 ? watch.watcher : nullptr;
}

// Null where the descriptor is not watched by this one.
Watch* Loop::State::watch_of(int descriptor, const Watcher& watcher) {
  const auto place = static_cast<std::size_t>(descriptor);  // one below 0 becomes larger than any
  return place < watches.size() && watches[place].watcher == &watcher ? &watches[place] : nullptr;
}

void Loop::State::forget(int descriptor, const Watcher& watcher) {
  if (Watch* const watch = watch_of(descriptor, watcher)) watch->watcher = nullptr;
  if (serving == &watcher) serving = nullptr;
  std::erase(woken, &watcher);
  std::ranges::replace(being_woken, const_cast<Watcher*>(&watcher), nullptr);
}

// Those that are started meanwhile are due later.
void Loop::State::expire_timers() {
  while (is_timer_due() && !context.stopped()) timers.begin()->second->expire();
}

// One of Asio's timers stands for all of ours, and is not set anew for one that is later, nor for one that
// was cancelled: most are time-outs that never come.
void Loop::State::set_alarm() {
  if (timers.empty() || timers.begin()->first >= alarm_time) return;
  alarm_time = timers.begin()->first;
  alarm.expires_at(alarm_time);
  alarm.async_wait([this](error_code error) {
    if (error) return;
    alarm_time = Clock::time_point::max();
    now = Clock::now();
    expire_timers();
    set_alarm();
  });
}

Loop::Loop() : state_(std::make_unique<State>()) {}
Loop::~Loop() = default;

boost::asio::io_context& Loop::context() { return state_->context; }

void Loop::run() {
  state_->context.run();
  state_->context.restart();
}

void Loop::stop() { state_->context.stop(); }

void Loop::post(std::function<void()> function) {
  asio::post(state_->context, [state = state_.get(), function = std::move(function)] {
    state->now = Clock::now();
    function();
  });
}

error_code Loop::watch(int descriptor, Watcher& watcher) {
  const Watch watch{&watcher, ++state_->watch_number};
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = std::uint64_t{watch.number} << 32 | static_cast<std::uint32_t>(descriptor);
  if (::epoll_ctl(state_->epoll_set.native_handle(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    return last_system_error();
  }
  const auto place = static_cast<std::size_t>(descriptor);
  if (state_->watches.size() <= place) state_->watches.resize(place + 1);
  state_->watches[place] = watch;
  return {};
}

void Loop::unwatch(int descriptor, Watcher& watcher) {
  epoll_event unused{};
  ::epoll_ctl(state_->epoll_set.native_handle(), EPOLL_CTL_DEL, descriptor, &unused);
  forget(descriptor, watcher);
}

void Loop::forget(int descriptor, Watcher& watcher) { state_->forget(descriptor, watcher); }

void Loop::hand_over(int descriptor, Watcher& watcher, Watcher& heir) {
  if (Watch* const watch = state_->watch_of(descriptor, watcher)) watch->watcher = &heir;
}

void Loop::wake(Watcher& watcher) {
  state_->woken.push_back(&watcher);
  if (!state_->in_turn) state_->post_turn();
}

bool Loop::is_serving(const Watcher* watcher) const { return state_->serving == watcher; }

Clock::time_point Loop::now() const { return state_->now; }
ws::MutableBytes Loop::read_buffer() { return ws::MutableBytes(state_->input).subspan(read_headroom); }
ws::ByteBuffer& Loop::write_buffer() { return state_->output; }

SplicePipe& Loop::splice_pipe() {
  if (!state_->splice_pipe) state_->splice_pipe.emplace();
  return *state_->splice_pipe;
}

Timer::Timer(Loop& loop) : loop_(*loop.state_) {}
Timer::~Timer() { cancel(); }

// One without a delay is due behind the events at hand.
void Timer::start(Clock::duration delay, std::function<void()> function) {
  cancel();
  function_ = std::move(function);
  const Clock::time_point due =
      delay > Clock::duration::zero() ? Clock::now() + delay : loop_.now + Clock::duration(1);
  place_ = loop_.timers.emplace(due, this);
  if (!loop_.in_turn) loop_.set_alarm();
}

void Timer::cancel() {
  function_ = nullptr;
  if (place_) loop_.timers.erase(*place_);
  place_.reset();
}

// The function may destroy or restart the timer.
void Timer::expire() {
  const auto function = std::exchange(function_, nullptr);
  cancel();
  function();
}

void on_stop_signals(Loop& loop, std::function<void(int signal)> on_stop) {
  auto& signals = loop.state_->signals.emplace(loop.state_->context, SIGINT, SIGTERM);
  signals.async_wait([state = loop.state_.get(), on_stop = std::move(on_stop)](error_code error, int signal) {
    if (error) return;
    state->signals->clear();
    for (const int again : {SIGINT, SIGTERM}) std::signal(again, [](int) { ::_exit(130); });
    state->now = Clock::now();
    on_stop(signal);
  });
}

}  // namespace wsrig::net
