// The least that a relay between a client and a WebSocket server can do: accepts, connects, and copies octets
// both ways by one epoll set and one buffer, with one read and one write an event. It checks nothing, knows
// no WebSocket and no time-outs: the yardstick that wsrig-proxy is measured against.
//   usage: bare_relay UPSTREAM_PORT
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

namespace {

constexpr std::size_t buffer_size = 64 * 1024;
std::vector<char> input(buffer_size);

struct Peer {
  int descriptor = -1;
  Peer* other = nullptr;
  std::string unsent;     // what this peer has not taken
  bool readable = false;  // it may have more, but the other one is blocked
  bool ended = false;
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(3);
}

void set_no_delay(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// False when nothing more can be written now.
bool write_to(Peer& peer, const char* data, std::size_t size) {
  const auto written = ::send(peer.descriptor, data, size, MSG_NOSIGNAL);
  const auto done = written < 0 ? 0 : static_cast<std::size_t>(written);
  if (done < size) peer.unsent.assign(data + done, size - done);
  return done == size;
}

bool flush(Peer& peer) {
  if (peer.unsent.empty()) return true;
  const std::string rest = std::move(peer.unsent);
  peer.unsent.clear();
  return write_to(peer, rest.data(), rest.size());
}

void copy_from(Peer& peer) {
  while (peer.readable && peer.other->unsent.empty() && !peer.ended) {
    const auto received = ::recv(peer.descriptor, input.data(), input.size(), 0);
    if (received < 0 && errno == EAGAIN) {
      peer.readable = false;
    } else if (received <= 0) {
      peer.ended = true;
      ::shutdown(peer.other->descriptor, SHUT_WR);
    } else {
      peer.readable = static_cast<std::size_t>(received) == input.size();
      write_to(*peer.other, input.data(), static_cast<std::size_t>(received));
    }
  }
}

void serve(Peer& peer, std::uint32_t events) {
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) peer.readable = true;
  if (flush(peer)) copy_from(*peer.other);
  copy_from(peer);
}

void add(int set, int descriptor, void* data, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = data;
  ::epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event);
}

int connect_to(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 &&
      errno != EINPROGRESS) {
    fail("bare_relay: connect");
  }
  set_no_delay(descriptor);
  return descriptor;
}

// Pairs live as long as the process: a yardstick does not tidy up.
void open_pair(int set, int accepted, std::uint16_t port) {
  set_no_delay(accepted);
  auto* client = new Peer{accepted, nullptr, {}, false, false};
  auto* server = new Peer{connect_to(port), client, {}, false, false};
  client->other = server;
  for (Peer* peer : {client, server}) {
    add(set, peer->descriptor, peer, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
  }
}

int listen_on_any_port() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 4096) != 0) {
    fail("bare_relay: listen");
  }
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("{\"event\":\"listening\",\"url\":\"ws://127.0.0.1:%u/\"}\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: bare_relay UPSTREAM_PORT\n");
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const int listener = listen_on_any_port();
  const int set = ::epoll_create1(0);
  add(set, listener, nullptr, EPOLLIN);
  std::vector<epoll_event> events(512);
  for (;;) {
    const int count = ::epoll_wait(set, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.ptr != nullptr) {
        serve(*static_cast<Peer*>(event.data.ptr), event.events);
      } else if (const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK); accepted >= 0) {
        open_pair(set, accepted, port);
      }
    }
  }
}
