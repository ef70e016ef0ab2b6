#include "scenarios/engine/run/backend.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <utility>

namespace wsrig::engine {

namespace {

/// More than any case opens; a proxy that dials without end is refused by the kernel's backlog.
constexpr std::size_t max_waiting = 64;

}  // namespace

boost::system::result<std::unique_ptr<Backend>, std::string> Backend::open(net::Loop& loop,
                                                                           const std::string& address) {
  const auto url = net::parse_url("tcp://" + address);
  if (!url) return address + ": " + url.error();
  std::unique_ptr<Backend> backend(new Backend(loop));
  backend->url_ = *url;
  if (url->port == 0) {
    backend->lease_ = PortLease::take();
    backend->url_.port = backend->lease_.port();
  }
  if (auto problem = backend->listen(); !problem.empty()) return problem;
  return backend;
}

std::string Backend::listen() {
  if (listener_) return {};
  blocking_connection_.close();
  blocked_listener_.close();
  auto opened = net::Listener::open(
      loop_, url_, {}, [this](std::unique_ptr<net::Channel> channel) { on_accepted(std::move(channel)); });
  if (!opened) return opened.error();
  listener_ = std::move(*opened);
  address_ = listener_->address();
  return {};
}

/// A listener whose queue has room for one connection, and that one is ours: the kernel drops every SYN that
/// follows, as a network does where a host is gone.
std::string Backend::block() {
  net::SocketAddress address;
  if (!net::parse_address(url_.host, url_.port, address)) return url_.host + " is not an address";
  blocked_listener_ = net::open_socket(address.family());
  blocking_connection_ = net::open_socket(address.family());
  net::set_option(blocked_listener_.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  const bool blocked =
      ::bind(blocked_listener_.get(), address.get(), address.size) == 0 &&
      ::listen(blocked_listener_.get(), 0) == 0 &&
      (::connect(blocking_connection_.get(), address.get(), address.size) == 0 || errno == EINPROGRESS);
  return blocked ? "" : fmt::format("listen on {}: {}", address_, net::last_system_error().message());
}

std::string Backend::become(BackendKind kind) {
  forget();
  if (kind == BackendKind::ws || kind == BackendKind::tcp) return listen();
  listener_.reset();
  blocked_listener_.close();
  return kind == BackendKind::unreachable ? block() : "";
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
