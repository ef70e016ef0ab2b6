// The least that a relay between a client and a WebSocket server can do: accepts, connects, and copies octets
// both ways by one epoll set and one buffer, with one read and one write an event. It checks nothing, knows
// no WebSocket and no time-outs: the yardstick that wsrig-proxy is measured against.
//   usage: bare_relay UPSTREAM_PORT
#include <vector>

#include "tests/bench/programs/bare_sockets.hpp"

namespace {

constexpr std::size_t buffer_size = std::size_t{64} * 1024;
std::vector<char> input(buffer_size);

struct Peer {
  int descriptor = -1;
  Peer* other = nullptr;
  std::string unsent{};   // what this peer has not taken
  bool readable = false;  // it may have more, but the other one is blocked
  bool ended = false;
};

void copy_from(Peer& peer) {
  while (peer.readable && peer.other->unsent.empty() && !peer.ended) {
    const auto received = ::recv(peer.descriptor, input.data(), input.size(), 0);
    if (received < 0 && errno == EAGAIN) {
      peer.readable = false;
    } else if (received <= 0) {
      peer.ended = true;
      ::shutdown(peer.other->descriptor, SHUT_WR);
    } else {
      const auto size = static_cast<std::size_t>(received);
      peer.readable = size == input.size();
      bare::write_or_keep(peer.other->descriptor, peer.other->unsent, input.data(), size);
    }
  }
}

void serve(Peer& peer, std::uint32_t events) {
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) peer.readable = true;
  if (bare::write_kept(peer.descriptor, peer.unsent)) copy_from(*peer.other);
  copy_from(peer);
}

// Pairs live as long as the process: a yardstick does not tidy up.
void open_pair(int set, int accepted, std::uint16_t port) {
  auto* client = new Peer{accepted};
  auto* server = new Peer{bare::connect_to(port), client};
  client->other = server;
  for (Peer* peer : {client, server}) bare::watch(set, peer->descriptor, peer, bare::any_event);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: bare_relay UPSTREAM_PORT\n");
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  bare::run<Peer>([port](int set, int accepted) { open_pair(set, accepted, port); }, serve);
}
