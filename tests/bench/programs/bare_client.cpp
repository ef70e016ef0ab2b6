// Drives an echo server: CONNECTIONS connections, DEPTH messages of SIZE octets on their way on each, for
// SECONDS. Every message has its own masking key and its number in front; replies are checked for their
// order. Prints how many messages a second came back.  With SIZE 0 it only opens the connections, prints
// "open" and waits for a line on standard input. With `tls` behind that it speaks TLS, and believes every
// certificate.
#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <random>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "bare_client: %s\n", what);
  std::exit(1);
}

struct Connection {
  int descriptor = -1;
  SSL* tls = nullptr;  // none: plain TCP
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t octets = 0;    // of payload that came back
  std::size_t frame_left = 0;  // of the frame that is being read
  std::vector<std::uint8_t> unsent;
  std::size_t unsent_at = 0;  // what of it was sent
  std::vector<std::uint8_t> partial;
};

struct Load {
  std::size_t size;
  std::size_t depth;
  std::vector<std::uint8_t> body;
  std::mt19937 random{1};
  std::vector<std::uint8_t> input = std::vector<std::uint8_t>(1 << 20);
};

// Both like send() and recv() on a socket that does not block.
ssize_t write_some(const Connection& connection, const std::uint8_t* data, std::size_t size) {
  if (connection.tls == nullptr)
    return ::send(connection.descriptor, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  std::size_t written = 0;
  return SSL_write_ex(connection.tls, data, size, &written) == 1 ? static_cast<ssize_t>(written) : -1;
}

ssize_t read_some(const Connection& connection, std::uint8_t* data, std::size_t size) {
  if (connection.tls == nullptr) return ::recv(connection.descriptor, data, size, MSG_DONTWAIT);
  std::size_t received = 0;
  if (SSL_read_ex(connection.tls, data, size, &received) == 1) return static_cast<ssize_t>(received);
  return SSL_get_error(connection.tls, 0) == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

SSL* start_tls(int descriptor) {
  static SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL* const tls = SSL_new(context);
  SSL_set_fd(tls, descriptor);
  if (SSL_connect(tls) != 1) fail("no TLS");
  return tls;
}

int connect_to(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  // Many connections to one port need more than one address of our own.
  static unsigned count = 0;
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(0x7f000002 + count++ / 10000);
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  ::bind(descriptor, reinterpret_cast<sockaddr*>(&own), sizeof own);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    fail("cannot connect");
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

Connection open_connection(std::uint16_t port, bool over_tls) {
  Connection connection;
  connection.descriptor = connect_to(port);
  if (over_tls) connection.tls = start_tls(connection.descriptor);
  const std::string request =
      "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  if (write_some(connection, reinterpret_cast<const std::uint8_t*>(request.data()), request.size()) < 0)
    fail("cannot send the request");
  std::string reply;
  while (reply.find("\r\n\r\n") == std::string::npos) {
    std::uint8_t octet = 0;
    ::pollfd ready{connection.descriptor, POLLIN, 0};
    const auto received = read_some(connection, &octet, 1);
    if (received == 0) fail("no answer to the handshake");
    if (received < 0) ::poll(&ready, 1, -1);
    if (received > 0) reply += static_cast<char>(octet);
  }
  if (reply.rfind("HTTP/1.1 101", 0) != 0) fail(reply.c_str());
  ::fcntl(connection.descriptor, F_SETFL, O_NONBLOCK);
  return connection;
}

void append_message(Connection& connection, Load& load) {
  std::vector<std::uint8_t>& out = connection.unsent;
  out.push_back(0x82);
  if (load.size < 126) {
    out.push_back(static_cast<std::uint8_t>(0x80 | load.size));
  } else {
    const int octets = load.size < 65536 ? 2 : 8;
    out.push_back(static_cast<std::uint8_t>(0x80 | (octets == 2 ? 126 : 127)));
    for (int i = octets - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(load.size >> (8 * i)));
  }
  const auto key = static_cast<std::uint32_t>(load.random());
  const auto* key_octets = reinterpret_cast<const std::uint8_t*>(&key);
  out.insert(out.end(), key_octets, key_octets + 4);
  const std::size_t start = out.size();
  out.insert(out.end(), load.body.begin(), load.body.end());
  std::memcpy(out.data() + start, &connection.sent, sizeof connection.sent);
  const std::uint64_t wide = std::uint64_t{key} << 32 | key;
  std::size_t i = start;
  for (; i + 8 <= out.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, out.data() + i, 8);
    word ^= wide;
    std::memcpy(out.data() + i, &word, 8);
  }
  for (; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(out[i] ^ key_octets[(i - start) & 3]);
  ++connection.sent;
}

void flush(Connection& connection) {
  std::vector<std::uint8_t>& out = connection.unsent;
  while (connection.unsent_at < out.size()) {
    const auto written =
        write_some(connection, out.data() + connection.unsent_at, out.size() - connection.unsent_at);
    if (written <= 0) return;
    connection.unsent_at += static_cast<std::size_t>(written);
  }
  out.clear();
  connection.unsent_at = 0;
}

void fill(Connection& connection, Load& load) {
  while (connection.sent - connection.received < load.depth) append_message(connection, load);
  flush(connection);
}

// The length of a frame's payload, and how many octets its header takes; 0 when it is not there yet.
std::size_t read_header(const std::uint8_t* data, std::size_t size, std::size_t& length) {
  if (size < 2) return 0;
  const std::size_t extra = data[1] == 127 ? 8 : data[1] == 126 ? 2 : 0;
  if (size < 2 + extra) return 0;
  length = extra == 0 ? data[1] : 0;
  for (std::size_t i = 0; i < extra; ++i) length = length << 8 | data[2 + i];
  return 2 + extra;
}

// Checks the number in front of each message that begins in this part of the stream, where it lies in one
// piece.
void check_numbers(const Connection& connection, const Load& load, const std::uint8_t* data,
                   std::size_t size) {
  const std::uint64_t begin = connection.octets;
  for (std::uint64_t message = (begin + load.size - 1) / load.size;; ++message) {
    const std::uint64_t place = message * load.size - begin;
    std::uint64_t number = 0;
    if (place + sizeof number > size) return;
    std::memcpy(&number, data + place, sizeof number);
    if (number != message) fail("a reply is out of order");
  }
}

// Payloads count as one stream, for a bridge to TCP frames them anew. Returns how many octets were taken.
std::size_t take_replies(Connection& connection, const Load& load, const std::uint8_t* data,
                         std::size_t size) {
  std::size_t taken = 0;
  while (taken < size) {
    if (connection.frame_left == 0) {
      const std::size_t header = read_header(data + taken, size - taken, connection.frame_left);
      if (header == 0) break;
      taken += header;
    }
    const std::size_t chunk = std::min(connection.frame_left, size - taken);
    check_numbers(connection, load, data + taken, chunk);
    connection.octets += chunk;
    connection.frame_left -= chunk;
    taken += chunk;
  }
  connection.received = connection.octets / load.size;
  return taken;
}

std::uint64_t read_replies(Connection& connection, Load& load) {
  const std::uint64_t before = connection.received;
  for (;;) {
    const std::size_t kept = connection.partial.size();
    std::memcpy(load.input.data(), connection.partial.data(), kept);
    const auto received = read_some(connection, load.input.data() + kept, load.input.size() - kept);
    if (received == 0) fail("the server closed a connection");
    if (received < 0) return connection.received - before;
    const std::size_t size = kept + static_cast<std::size_t>(received);
    const std::size_t taken = take_replies(connection, load, load.input.data(), size);
    connection.partial.assign(load.input.data() + taken, load.input.data() + size);
    if (connection.tls == nullptr && size < load.input.size()) return connection.received - before;
  }
}

struct Outcome {
  double per_second;
  std::uint64_t in_all;
};

Outcome run(std::vector<Connection>& connections, Load& load, double duration) {
  const int set = ::epoll_create1(0);
  for (std::size_t i = 0; i < connections.size(); ++i) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.u64 = i;
    ::epoll_ctl(set, EPOLL_CTL_ADD, connections[i].descriptor, &event);
    fill(connections[i], load);
  }
  std::vector<epoll_event> events(256);
  std::uint64_t count = 0;
  std::uint64_t in_all = 0;
  const auto warm = Clock::now() + std::chrono::duration<double>(duration / 5);
  const auto end = warm + std::chrono::duration<double>(duration);
  auto begun = Clock::now();
  bool measuring = false;
  for (auto now = begun; now < end; now = Clock::now()) {
    if (!measuring && now >= warm) {
      measuring = true;
      begun = now;
      count = 0;
    }
    const int ready = ::epoll_wait(set, events.data(), static_cast<int>(events.size()), 1000);
    for (int i = 0; i < ready; ++i) {
      Connection& connection = connections[events[static_cast<std::size_t>(i)].data.u64];
      const std::uint64_t replies = read_replies(connection, load);
      count += replies;
      in_all += replies;
      fill(connection, load);
    }
  }
  return {static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - begun).count(), in_all};
}

}  // namespace

int main(int argc, char** argv) {
  const bool over_tls = argc == 7 && std::string_view(argv[6]) == "tls";
  if (argc != 6 && !over_tls) {
    std::fprintf(stderr, "usage: bare_client PORT CONNECTIONS DEPTH SIZE SECONDS [tls]\n");
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const auto count = static_cast<std::size_t>(std::atoi(argv[2]));
  Load load{static_cast<std::size_t>(std::atoi(argv[4])), static_cast<std::size_t>(std::atoi(argv[3])), {}};
  load.body.assign(load.size, 'x');
  std::vector<Connection> connections;
  for (std::size_t i = 0; i < count; ++i) connections.push_back(open_connection(port, over_tls));
  if (load.size == 0) {
    std::printf("open\n");
    std::fflush(stdout);
    std::getchar();
    return 0;
  }
  const Outcome outcome = run(connections, load, std::atof(argv[5]));
  std::printf("%.0f %llu\n", outcome.per_second, static_cast<unsigned long long>(outcome.in_all));
  return 0;
}
