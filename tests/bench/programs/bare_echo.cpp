// The least that an echo server for WebSocket can do: accepts, upgrades, and from then on reads, unmasks in
// place and writes back, with one read and one write an event. It checks nothing, keeps to binary and text,
// and has no time-outs: the yardstick that wsrig-echo is measured against.
#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "ws/handshake.hpp"

namespace {

constexpr std::size_t buffer_size = 512 * 1024;
std::vector<std::uint8_t> input(buffer_size);
std::vector<std::uint8_t> output;

struct Peer {
  int descriptor = -1;
  bool upgraded = false;
  std::string partial;  // an unfinished head or frame
  std::string unsent;
};

void write_all(Peer& peer, const std::uint8_t* data, std::size_t size) {
  if (peer.unsent.empty()) {
    const auto written = ::send(peer.descriptor, data, size, MSG_NOSIGNAL);
    const auto done = written < 0 ? 0 : static_cast<std::size_t>(written);
    data += done;
    size -= done;
  }
  if (size > 0) peer.unsent.append(reinterpret_cast<const char*>(data), size);
}

void write_unsent(Peer& peer) {
  if (peer.unsent.empty()) return;
  const auto written = ::send(peer.descriptor, peer.unsent.data(), peer.unsent.size(), MSG_NOSIGNAL);
  if (written > 0) peer.unsent.erase(0, static_cast<std::size_t>(written));
}

void upgrade(Peer& peer) {
  const auto end = peer.partial.find("\r\n\r\n");
  auto key = peer.partial.find("Sec-WebSocket-Key: ");
  if (key == std::string::npos) key = peer.partial.find("sec-websocket-key: ");  // behind haproxy
  if (end == std::string::npos || key == std::string::npos) return;
  const std::string reply =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\nSec-WebSocket-Accept: " +
      wsrig::ws::accept_for(peer.partial.substr(key + 19, 24)) + "\r\n\r\n";
  peer.partial.erase(0, end + 4);
  peer.upgraded = true;
  write_all(peer, reinterpret_cast<const std::uint8_t*>(reply.data()), reply.size());
}

void unmask(std::uint8_t* data, std::size_t size, const std::uint8_t* key) {
  std::uint64_t wide = 0;
  std::memcpy(&wide, key, 4);
  wide |= wide << 32;
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, data + i, 8);
    word ^= wide;
    std::memcpy(data + i, &word, 8);
  }
  for (; i < size; ++i) data[i] = static_cast<std::uint8_t>(data[i] ^ key[i & 3]);
}

// Octets of header of the frame at `data`, with `length` set; 0 when it is not there yet.
std::size_t read_header(const std::uint8_t* data, std::size_t size, std::size_t& length) {
  if (size < 2) return 0;
  const std::size_t code = data[1] & 0x7f;
  const std::size_t extra = code == 127 ? 8 : code == 126 ? 2 : 0;
  if (size < 2 + extra + 4) return 0;
  length = extra == 0 ? code : 0;
  for (std::size_t i = 0; i < extra; ++i) length = length << 8 | data[2 + i];
  return 2 + extra + 4;
}

// Echoes all whole frames; returns how many octets they took.
std::size_t echo_frames(std::uint8_t* data, std::size_t size) {
  std::size_t taken = 0;
  for (;;) {
    std::size_t length = 0;
    const std::size_t header = read_header(data + taken, size - taken, length);
    if (header == 0 || size - taken - header < length) return taken;
    std::uint8_t* frame = data + taken;
    unmask(frame + header, length, frame + header - 4);
    frame[1] &= 0x7f;
    output.insert(output.end(), frame, frame + header - 4);
    output.insert(output.end(), frame + header, frame + header + length);
    taken += header + length;
  }
}

// False when the peer is gone.
bool serve(Peer& peer) {
  write_unsent(peer);
  for (;;) {
    const std::size_t kept = peer.partial.size();
    if (kept >= buffer_size / 2) input.resize(2 * kept + buffer_size);
    std::memcpy(input.data(), peer.partial.data(), kept);
    const auto received = ::recv(peer.descriptor, input.data() + kept, input.size() - kept, 0);
    if (received == 0 || (received < 0 && errno != EAGAIN)) return false;
    if (received < 0) return true;
    const std::size_t size = kept + static_cast<std::size_t>(received);
    if (!peer.upgraded) {
      peer.partial.assign(reinterpret_cast<const char*>(input.data()), size);
      upgrade(peer);
      continue;
    }
    const std::size_t taken = echo_frames(input.data(), size);
    peer.partial.assign(reinterpret_cast<const char*>(input.data()) + taken, size - taken);
    write_all(peer, output.data(), output.size());
    output.clear();
    if (size < input.size()) return true;
  }
}

int listen_on_any_port() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 4096) != 0) {
    std::perror("bare_echo: listen");
    std::exit(3);
  }
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("{\"event\":\"listening\",\"url\":\"ws://127.0.0.1:%u/\"}\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

void add(int set, int descriptor, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = descriptor;
  ::epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event);
}

}  // namespace

int main() {
  const int listener = listen_on_any_port();
  const int set = ::epoll_create1(0);
  add(set, listener, EPOLLIN);
  std::map<int, Peer> peers;
  std::vector<epoll_event> events(512);
  for (;;) {
    const int count = ::epoll_wait(set, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
      if (descriptor == listener) {
        const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        if (accepted < 0) continue;
        const int on = 1;
        ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        peers[accepted].descriptor = accepted;
        add(set, accepted, EPOLLIN | EPOLLOUT | EPOLLET);
      } else if (!serve(peers[descriptor])) {
        peers.erase(descriptor);
        ::close(descriptor);
      }
    }
  }
}
