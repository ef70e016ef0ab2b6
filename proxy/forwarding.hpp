#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/config.hpp"
#include "ws/http_head.hpp"

/// Heads on their way through the proxy (RFC 9110 §7.6): fields keep their case, order and duplicates;
/// what is meant for one hop ends here.
namespace wsrig::proxy {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Where a request came from.
struct ClientFacts {
  std::string address;  ///< "127.0.0.1", "::1"
  bool is_tls = false;
};

/// Does the request ask for a WebSocket, or for ordinary HTTP?
enum class Purpose : std::uint8_t { websocket, http };

/// The request as the upstream gets it, with `target` in place of its own. It has no anomalies.
std::string forward_request(const ws::HttpHead& request, std::string_view target, Purpose purpose,
                            const Route& route, const ClientFacts& client);
/// The upstream's answer as the client gets it; only a 101 keeps the connection open, and an interim one
/// (1xx) says nothing of that.
std::string forward_response(const ws::HttpHead& response, const Route& route);

}  // namespace wsrig::proxy
