#pragma once

#include <optional>
#include <string>

#include "diag/diagnostic.hpp"
#include "proxy/config.hpp"

namespace wsrig::proxy {

/// Reads a JSON map of routes, {"name": {"host": …, "port": …}}: the first segment of a request's path is the
/// name, and the upstream a WebSocket server. Beside the names may stand bindIP, bindPort, backlog,
/// connectTimeout, socketTimeout (0: none) and connectKeepalive (0: none, or true, false), in milliseconds.
/// Routes are added to `config`, made from `defaults`; settings replace what is there.
std::optional<diag::Diagnostic> read_json_map(const std::string& path, const Route& defaults, Config& config);

}  // namespace wsrig::proxy
