#pragma once

#include <string_view>

#include "net/url.hpp"

/// What a server does as a process, whatever it serves.
namespace wsrig::net {

/// Tells on standard output, in one line of JSON, that a listener is ready:
/// {"event":"listening","program":"wsrig-echo","version":…,"name":"ws","url":"ws://127.0.0.1:40123/",
/// "address":"127.0.0.1:40123","host":"127.0.0.1","port":40123,"path":"/"}.
void print_ready(std::string_view program, std::string_view version, const Url& url);

}  // namespace wsrig::net
