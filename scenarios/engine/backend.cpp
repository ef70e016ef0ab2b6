#include "scenarios/engine/backend.hpp"

#include <utility>

#include "net/url.hpp"

namespace wsrig::engine {

namespace {

/// More than any case opens; a proxy that dials without end is refused by the kernel's backlog.
constexpr std::size_t max_waiting = 64;

}  // namespace

boost::system::result<std::unique_ptr<Backend>, std::string> Backend::open(net::Loop& loop,
                                                                           const std::string& address) {
  const auto url = net::parse_url("tcp://" + address);
  if (!url) return address + ": " + url.error();
  auto backend = std::make_unique<Backend>();
  auto listener = net::Listener::open(
      loop, *url, {},
      [raw = backend.get()](std::unique_ptr<net::Channel> channel) { raw->on_accepted(std::move(channel)); });
  if (!listener) return listener.error();
  backend->listener_ = std::move(*listener);
  return backend;
}

void Backend::forget() {
  waiting_.clear();
  taken_ = nullptr;
}

void Backend::take(std::function<void(std::unique_ptr<net::Channel>)> taken) {
  if (waiting_.empty()) {
    taken_ = std::move(taken);
    return;
  }
  auto channel = std::move(waiting_.front());
  waiting_.pop_front();
  taken(std::move(channel));
}

void Backend::on_accepted(std::unique_ptr<net::Channel> channel) {
  if (auto taken = std::exchange(taken_, nullptr)) {
    taken(std::move(channel));
  } else if (waiting_.size() < max_waiting) {
    waiting_.push_back(std::move(channel));
  }
}

}  // namespace wsrig::engine
