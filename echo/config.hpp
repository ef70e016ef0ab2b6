#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "net/url.hpp"
#include "ws/handshake.hpp"
#include "ws/rules.hpp"

namespace wsrig::echo {

using std::chrono::microseconds;
using std::chrono::seconds;

/// What becomes of a message.
enum class Mode : std::uint8_t { echo, sink, source, prefix, broadcast };
/// Who speaks WebSocket: our protocol core, or Boost.Beast's websocket::stream as a second opinion.
enum class Engine : std::uint8_t { core, beast };

/// How long things may take. Zero for `idle` or `ping` switches it off.
struct Timeouts {
  microseconds handshake = seconds(10);  ///< from the TCP connection to the end of the request's head
  microseconds idle = seconds(300);      ///< without an octet of the peer; answered pings count
  microseconds ping = seconds(150);      ///< without an octet of the peer, until a Ping asks for one
  microseconds pong = seconds(20);       ///< from that Ping to any octet of the peer
  microseconds close = seconds(5);       ///< from our Close, or FIN, to the end of the connection
};

/// All that a run of the echo server depends on: its options, as values.
struct Config {
  std::vector<net::Url> listeners;
  Engine engine = Engine::core;
  Mode mode = Mode::echo;
  std::string prefix;             ///< of replies in mode prefix
  std::size_t source_size = 64;   ///< octets of a message in mode source
  std::uint64_t source_rate = 0;  ///< messages a second on each connection; 0: as fast as they are taken
  ws::ServerPolicy policy;        ///< subprotocols, permessage-deflate, origins
  ws::Limits limits;
  std::size_t max_head = std::size_t{16} * 1024;  ///< octets of a request head, beyond it 431
  std::size_t max_headers = 100;
  std::size_t max_connections = 10'000;  ///< beyond it 503
  std::size_t fragment_size = 0;         ///< cut replies into frames of at most this; 0: never
  Timeouts timeouts;
  std::vector<std::string> misbehaviours;  ///< names from misbehaviours()
  std::vector<std::string> quirks;         ///< names from quirks()
  std::string cert_file, key_file;         ///< PEM; both empty: a self-signed certificate
};

}  // namespace wsrig::echo
