// The least that an echo server for WebSocket can do: accepts, upgrades, and from then on reads, unmasks in
// place and writes back, with one read and one write an event. It checks nothing, keeps to binary and text,
// and has no time-outs: the yardstick that wsrig-echo is measured against. With `tcp` it sends octets back as
// they come, for what stands behind a bridge.
//   usage: bare_echo [tcp]
#include <map>
#include <string_view>
#include <vector>

#include "tests/bench/programs/bare_frames.hpp"
#include "tests/bench/programs/bare_sockets.hpp"

namespace {

constexpr std::size_t buffer_size = std::size_t{512} * 1024;
std::vector<std::uint8_t> input(buffer_size);
std::vector<std::uint8_t> output;
bool is_tcp = false;

struct Peer {
  int descriptor = -1;
  bool upgraded = false;
  std::string partial;  // an unfinished head or frame
  std::string unsent;
};

void upgrade(Peer& peer) {
  const std::string answer = bare::answer_to(peer.partial);
  if (answer.empty()) return;
  peer.partial.erase(0, peer.partial.find("\r\n\r\n") + 4);
  peer.upgraded = true;
  bare::write_or_keep(peer.descriptor, peer.unsent, answer.data(), answer.size());
}

// Echoes all whole frames; returns how many octets they took.
std::size_t echo_frames(std::uint8_t* data, std::size_t size) {
  std::size_t taken = 0;
  for (;;) {
    std::size_t length = 0;
    const std::size_t header = bare::read_header(data + taken, size - taken, length);
    if (header == 0 || size - taken - header < length) return taken;
    std::uint8_t* frame = data + taken;
    bare::unmask(frame + header, length, frame + header - 4);
    frame[1] &= 0x7f;
    output.insert(output.end(), frame, frame + header - 4);
    output.insert(output.end(), frame + header, frame + header + length);
    taken += header + length;
  }
}

// False when the peer is gone.
bool serve(Peer& peer) {
  bare::write_kept(peer.descriptor, peer.unsent);
  for (;;) {
    const std::size_t kept = peer.partial.size();
    if (kept >= buffer_size / 2) input.resize(2 * kept + buffer_size);
    std::memcpy(input.data(), peer.partial.data(), kept);
    const auto received = ::recv(peer.descriptor, input.data() + kept, input.size() - kept, 0);
    if (received == 0 || (received < 0 && errno != EAGAIN)) return false;
    if (received < 0) return true;
    const std::size_t size = kept + static_cast<std::size_t>(received);
    if (is_tcp) {
      bare::write_or_keep(peer.descriptor, peer.unsent, input.data(), size);
      if (size < input.size()) return true;
      continue;
    }
    if (!peer.upgraded) {
      peer.partial.assign(reinterpret_cast<const char*>(input.data()), size);
      upgrade(peer);
      continue;
    }
    const std::size_t taken = echo_frames(input.data(), size);
    peer.partial.assign(reinterpret_cast<const char*>(input.data()) + taken, size - taken);
    bare::write_or_keep(peer.descriptor, peer.unsent, output.data(), output.size());
    output.clear();
    if (size < input.size()) return true;
  }
}

}  // namespace

int main(int argc, char** argv) {
  is_tcp = argc > 1 && std::string_view(argv[1]) == "tcp";
  std::map<int, Peer> peers;
  const auto open = [&peers](int set, int accepted) {
    peers[accepted].descriptor = accepted;
    bare::watch(set, accepted, &peers[accepted], EPOLLIN | EPOLLOUT | EPOLLET);
  };
  bare::run<Peer>(open, [&peers](Peer& peer, std::uint32_t) {
    if (serve(peer)) return;
    const int descriptor = peer.descriptor;
    peers.erase(descriptor);
    ::close(descriptor);
  });
}
