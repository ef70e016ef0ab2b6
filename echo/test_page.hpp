#pragma once

#include "ws/handshake.hpp"

namespace wsrig::echo {

/// The page that a browser gets which opens the server's address: self-contained, it connects to any
/// WebSocket address, sends, and shows what comes back. Its source is test_page.html.
ws::ResponseHead test_page();

}  // namespace wsrig::echo
