// Opens WebSocket connections as fast as it can: PARALLEL at a time, each connects, sends its request, reads
// the 101 and resets; for SECONDS. Prints how many a second were opened.
#include <arpa/inet.h>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr char request[] =
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "bare_connector: %s\n", what);
  std::exit(1);
}

struct Slot {
  int descriptor = -1;
  bool asked = false;
  std::string reply{};
};

void connect_slot(Slot& slot, int set, std::uint64_t index, std::uint16_t port) {
  slot = {.descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::connect(slot.descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLET;
  event.data.u64 = index;
  ::epoll_ctl(set, EPOLL_CTL_ADD, slot.descriptor, &event);
}

// True when the response is complete.
bool advance(Slot& slot, std::uint32_t events) {
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) fail("a connection failed");
  if (!slot.asked && (events & EPOLLOUT) != 0) {
    slot.asked = ::send(slot.descriptor, request, sizeof request - 1, MSG_NOSIGNAL) > 0;
  }
  char buffer[1024];
  const auto received = ::recv(slot.descriptor, buffer, sizeof buffer, 0);
  if (received > 0) slot.reply.append(buffer, static_cast<std::size_t>(received));
  return slot.reply.find("\r\n\r\n") != std::string::npos;
}

void reset(Slot& slot) {
  if (slot.reply.rfind("HTTP/1.1 101", 0) != 0) fail(slot.reply.c_str());
  const linger now{1, 0};
  ::setsockopt(slot.descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(slot.descriptor);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: bare_connector PORT PARALLEL SECONDS\n");
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const int set = ::epoll_create1(0);
  std::vector<Slot> slots(static_cast<std::size_t>(std::atoi(argv[2])));
  for (std::size_t i = 0; i < slots.size(); ++i) connect_slot(slots[i], set, i, port);
  std::vector<epoll_event> events(256);
  std::uint64_t opened = 0;
  const auto begun = Clock::now();
  const auto end = begun + std::chrono::duration<double>(std::atof(argv[3]));
  while (Clock::now() < end) {
    const int ready = ::epoll_wait(set, events.data(), static_cast<int>(events.size()), 1000);
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      Slot& slot = slots[event.data.u64];
      if (!advance(slot, event.events)) continue;
      reset(slot);
      ++opened;
      connect_slot(slot, set, event.data.u64, port);
    }
  }
  std::printf("%.0f\n",
              static_cast<double>(opened) / std::chrono::duration<double>(Clock::now() - begun).count());
  return 0;
}
