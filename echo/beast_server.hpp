#pragma once

#include <memory>

#include "echo/config.hpp"
#include "echo/server.hpp"
#include "net/loop.hpp"

namespace wsrig::echo {

/// The echo server with Boost.Beast's websocket::stream, as a second opinion on what a server may do: `ws://`
/// listeners, modes echo, sink and prefix. `config` must outlive it.
std::unique_ptr<Server> make_beast_server(net::Loop& loop, const Config& config);

}  // namespace wsrig::echo
