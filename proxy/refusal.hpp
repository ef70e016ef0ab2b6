#pragma once

#include <memory>
#include <string_view>

#include "proxy/connection.hpp"
#include "ws/handshake.hpp"

namespace wsrig::proxy {

/// Logs and counts an answer of the proxy's own, and makes the connection that gives it.
std::unique_ptr<Connection> refuse_client(Services& services, std::shared_ptr<const Setup> setup,
                                          std::unique_ptr<net::Channel> channel, const ClientInfo& client,
                                          const ws::ResponseHead& response, std::string_view method);

}  // namespace wsrig::proxy
