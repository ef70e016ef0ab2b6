#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/url.hpp"

namespace wsrig::echo {

/// An echo server on a loop, whatever speaks WebSocket in it.
class Server {
 public:
  virtual ~Server() = default;
  /// Opens all listeners of the configuration; an error text when one cannot be opened.
  virtual std::optional<std::string> open() = 0;
  /// Where each listener is reached: its URL with the address and port that it has got.
  virtual std::vector<net::Url> addresses() const = 0;
  /// Stops accepting, says Close 1001 to all, and calls `stopped` once all are gone: soon after the close
  /// time-out at the latest.
  virtual void stop(std::function<void()> stopped) = 0;
};

}  // namespace wsrig::echo
