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
constexpr std::size_t read_buffer_size = 512 * 1024;
constexpr std::size_t events_per_fetch = 512;
constexpr int fetches_per_turn = 16;
constexpr Clock::duration longest_turn = std::chrono::milliseconds(2);

int create_epoll_set() {
  const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
  if (descriptor < 0) throw boost::system::system_error(last_system_error(), "epoll_create1");
  return descriptor;
}

}  // namespace

struct Loop::State {
  State()
      : epoll_set(context, create_epoll_set()), input(read_headroom + read_buffer_size), now(Clock::now()) {
    wait_for_events();
  }

  void wait_for_events();
  void take_turn();
  void post_turn();
  /// False when nothing was ready.
  bool fetch_and_dispatch();
  void dispatch_woken();
  void serve(Watcher* watcher, std::uint32_t ready);
  void forget(const Watcher& watcher);

  asio::io_context context{1};
  asio::posix::stream_descriptor epoll_set;  // closes the epoll descriptor
  std::array<epoll_event, events_per_fetch> events{};
  std::span<epoll_event> undelivered;  // of the turn at hand
  const Watcher* serving = nullptr;
  std::vector<Watcher*> woken;
  std::vector<Watcher*> being_woken;
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
// Timers wait there, so not for ever; the next wait finds what is left.
void Loop::State::take_turn() {
  in_turn = true;
  bool any = true;
  const auto begun = Clock::now();
  for (int fetch = 0; any && fetch < fetches_per_turn && now - begun < longest_turn && !context.stopped();
       ++fetch) {
    any = fetch_and_dispatch();
    dispatch_woken();
  }
  in_turn = false;
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
  undelivered = std::span(events).first(static_cast<std::size_t>(fetched));
  while (!undelivered.empty()) {
    const epoll_event event = undelivered.front();
    undelivered = undelivered.subspan(1);
    serve(static_cast<Watcher*>(event.data.ptr), event.events);
  }
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

void Loop::State::forget(const Watcher& watcher) {
  if (serving == &watcher) serving = nullptr;
  for (epoll_event& event : undelivered) {
    if (event.data.ptr == &watcher) event.data.ptr = nullptr;
  }
  std::erase(woken, &watcher);
  std::ranges::replace(being_woken, const_cast<Watcher*>(&watcher), nullptr);
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
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &watcher;
  if (::epoll_ctl(state_->epoll_set.native_handle(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    return last_system_error();
  }
  return {};
}

void Loop::unwatch(int descriptor, Watcher& watcher) {
  epoll_event unused{};
  ::epoll_ctl(state_->epoll_set.native_handle(), EPOLL_CTL_DEL, descriptor, &unused);
  state_->forget(watcher);
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

struct Timer::State {
  State(Loop::State& loop_state) : loop(loop_state), timer(loop.context) {}

  Loop::State& loop;
  asio::steady_timer timer;
  std::function<void()> function;
};

Timer::Timer(Loop& loop) : state_(std::make_shared<State>(*loop.state_)) {}
Timer::~Timer() = default;

void Timer::start(Clock::duration delay, std::function<void()> function) {
  state_->timer.expires_after(delay);
  state_->function = std::move(function);
  state_->timer.async_wait([weak = std::weak_ptr(state_), due = state_->timer.expiry()](error_code error) {
    const auto state = weak.lock();
    // A wait that ended just before it was cancelled or replaced comes without an error.
    if (error || !state || !state->function || state->timer.expiry() != due) return;
    state->loop.now = Clock::now();
    const auto expired = std::exchange(state->function, nullptr);
    expired();
  });
}

void Timer::cancel() {
  state_->function = nullptr;
  state_->timer.cancel();
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
