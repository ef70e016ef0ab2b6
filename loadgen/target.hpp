#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "loadgen/masking.hpp"
#include "net/socket.hpp"
#include "net/tls.hpp"
#include "net/url.hpp"
#include "net/via.hpp"
#include "ws/endpoint.hpp"
#include "ws/notation.hpp"

namespace wsrig::loadgen {

using std::chrono::milliseconds;

/// Whom a load talks to, and how its connections are made.
struct Target {
  net::Url url;
  ws::Expression path;        ///< of each connection: the URL's path and query
  net::TlsClientOptions tls;  ///< for wss
  net::Via via;
  std::vector<net::SocketAddress> sources;  ///< connections take turns; empty: the kernel chooses
  std::vector<std::string> subprotocols;
  std::string extensions;  ///< Sec-WebSocket-Extensions; empty: no offer
  std::vector<std::pair<std::string, ws::Expression>> headers;
  milliseconds connect_timeout{5000};  ///< for name, TCP, the proxy's answer and TLS together
  milliseconds handshake_timeout{5000};
  milliseconds close_timeout{2000};  ///< from our Close to the end of the connection
  Masking masking;
  ws::Limits limits;       ///< of what the subject sends
  int receive_buffer = 0;  ///< SO_RCVBUF; 0: the kernel's
  bool answer_pings = true;
};

}  // namespace wsrig::loadgen
