#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

/// What the yardsticks share: sockets and one edge-triggered epoll set, without anything in between.
namespace bare {

[[noreturn]] inline void fail(const char* what) {
  std::perror(what);
  std::exit(3);
}

inline void set_no_delay(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// Does not wait for the connection: the first event tells of it.
inline int connect_to(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address = loopback(port);
  if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 &&
      errno != EINPROGRESS) {
    fail("connect");
  }
  set_no_delay(descriptor);
  return descriptor;
}

/// Listens on a free port, and prints the ready line that names it.
inline int listen_on_any_port() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 4096) != 0)
    fail("listen");
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("{\"event\":\"listening\",\"url\":\"ws://127.0.0.1:%u/\"}\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

/// A descriptor below 0 when nobody is waiting.
inline int accept_one(int listener) {
  const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
  if (accepted >= 0) set_no_delay(accepted);
  return accepted;
}

/// `data` comes back with each event; null stands for the listener.
inline void watch(int set, int descriptor, void* data, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = data;
  ::epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event);
}

constexpr std::uint32_t any_event = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

/// Writes, and keeps in `unsent` what the kernel does not take. False when something is kept.
template <class Buffer>
bool write_or_keep(int descriptor, Buffer& unsent, const void* data, std::size_t size) {
  const auto* octets = static_cast<const typename Buffer::value_type*>(data);
  std::size_t done = 0;
  if (unsent.empty()) {
    const auto written = ::send(descriptor, octets, size, MSG_NOSIGNAL);
    done = written < 0 ? 0 : static_cast<std::size_t>(written);
  }
  unsent.insert(unsent.end(), octets + done, octets + size);
  return unsent.empty();
}

/// Writes what was kept. False when something still is.
template <class Buffer>
bool write_kept(int descriptor, Buffer& unsent) {
  if (unsent.empty()) return true;
  const auto written = ::send(descriptor, unsent.data(), unsent.size(), MSG_NOSIGNAL);
  if (written > 0) unsent.erase(unsent.begin(), unsent.begin() + written);
  return unsent.empty();
}

/// Listens on a free port and serves for ever, by one set: `accepted(set, descriptor)` for each connection,
/// and `serve(end, events)` for each event of an `End` that is watched.
template <class End, class Accepted, class Serve>
[[noreturn]] void run(Accepted accepted, Serve serve) {
  const int listener = listen_on_any_port();
  const int set = ::epoll_create1(0);
  watch(set, listener, nullptr, EPOLLIN);
  std::vector<epoll_event> events(512);
  for (;;) {
    const int count = ::epoll_wait(set, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.ptr != nullptr) {
        serve(*static_cast<End*>(event.data.ptr), event.events);
      } else if (const int descriptor = accept_one(listener); descriptor >= 0) {
        accepted(set, descriptor);
      }
    }
  }
}

}  // namespace bare
