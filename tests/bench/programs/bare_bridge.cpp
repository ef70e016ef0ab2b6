// The least that a bridge from WebSocket to TCP can do: answers the upgrade, writes the unmasked payloads of
// each read in one piece, and frames each read of the target. It checks nothing, knows no control frames and
// no time-outs: the yardstick for wsrig-proxy's bridge.
//   usage: bare_bridge TARGET_PORT
#include <algorithm>
#include <array>
#include <vector>

#include "tests/bench/programs/bare_frames.hpp"
#include "tests/bench/programs/bare_sockets.hpp"

namespace {

constexpr std::size_t buffer_size = std::size_t{64} * 1024;
std::vector<std::uint8_t> input(bare::max_header + buffer_size);

struct Pair;

struct End {
  int descriptor = -1;
  Pair* pair = nullptr;
  std::vector<std::uint8_t> unsent{};
  bool readable = false;
};

struct Pair {
  End client;
  End target;
  bool upgraded = false;
  std::string head{};                  // the request
  std::vector<std::uint8_t> header{};  // of a frame, as far as it has come
  std::array<std::uint8_t, 4> key{};   // of the frame at hand
  std::size_t left = 0, phase = 0;     // octets of it to come, and that came
};

// The payloads of `size` octets of frames, unmasked and moved together; returns how many octets they are.
std::size_t take_payloads(Pair& pair, std::uint8_t* data, std::size_t size) {
  std::size_t out = 0;
  for (std::size_t in = 0; in < size;) {
    if (pair.left == 0) {
      pair.header.push_back(data[in++]);
      const std::size_t header = bare::read_header(pair.header.data(), pair.header.size(), pair.left);
      if (header == 0) continue;
      std::copy_n(pair.header.end() - 4, 4, pair.key.begin());
      pair.header.clear();
      pair.phase = 0;
      continue;
    }
    const std::size_t chunk = std::min(pair.left, size - in);
    bare::unmask(data + in, chunk, pair.key.data(), pair.phase);
    std::copy_n(data + in, chunk, data + out);
    in += chunk;
    out += chunk;
    pair.left -= chunk;
    pair.phase += chunk;
  }
  return out;
}

void upgrade(Pair& pair, const std::uint8_t* data, std::size_t size) {
  pair.head.append(data, data + size);
  const std::string answer = bare::answer_to(pair.head);
  if (answer.empty()) return;
  pair.upgraded = true;
  bare::write_or_keep(pair.client.descriptor, pair.client.unsent, answer.data(), answer.size());
}

void pass_on(End& from, std::uint8_t* data, std::size_t size) {
  Pair& pair = *from.pair;
  if (&from == &pair.target) {
    const std::uint8_t* start = bare::put_header(data, size);
    bare::write_or_keep(pair.client.descriptor, pair.client.unsent, start,
                        size + static_cast<std::size_t>(data - start));
  } else if (pair.upgraded) {
    const std::size_t payload = take_payloads(pair, data, size);
    bare::write_or_keep(pair.target.descriptor, pair.target.unsent, data, payload);
  } else {
    upgrade(pair, data, size);
  }
}

End& other(End& end) { return &end == &end.pair->client ? end.pair->target : end.pair->client; }

void read_from(End& end) {
  while (end.readable && other(end).unsent.empty()) {
    std::uint8_t* const data = input.data() + bare::max_header;
    const auto received = ::recv(end.descriptor, data, buffer_size, 0);
    if (received < 0) {
      end.readable = false;
    } else if (received == 0) {
      end.readable = false;
      ::shutdown(other(end).descriptor, SHUT_WR);
    } else {
      end.readable = static_cast<std::size_t>(received) == buffer_size;
      pass_on(end, data, static_cast<std::size_t>(received));
    }
  }
}

void serve(End& end, std::uint32_t events) {
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) end.readable = true;
  if (bare::write_kept(end.descriptor, end.unsent)) read_from(other(end));
  read_from(end);
}

// Pairs live as long as the process: a yardstick does not tidy up.
void open_pair(int set, int accepted, std::uint16_t port) {
  auto* pair = new Pair;
  pair->client = {accepted, pair};
  pair->target = {bare::connect_to(port), pair};
  for (End* end : {&pair->client, &pair->target}) bare::watch(set, end->descriptor, end, bare::any_event);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: bare_bridge TARGET_PORT\n");
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  bare::run<End>([port](int set, int accepted) { open_pair(set, accepted, port); }, serve);
}
