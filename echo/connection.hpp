#pragma once

#include <cstddef>
#include <memory>

#include "net/channel.hpp"
#include "net/loop.hpp"

namespace wsrig::echo {

class Connection;

/// Who owns the connections of a server.
class Registry {
 public:
  virtual ~Registry() = default;
  /// Destroys the connection. The last thing that a connection does.
  virtual void remove(Connection& connection) = 0;
  /// Puts another in its place, which takes over the channel: the protocol goes on to its next part.
  virtual void replace(Connection& connection, std::unique_ptr<Connection> next) = 0;
};

/// A connection in one of its parts: handshake, WebSocket, raw, farewell. It has no timer of its own: the
/// server sweeps over all of them.
class Connection : public net::ChannelHandler {
 public:
  Connection(Registry& registry, std::unique_ptr<net::Channel> channel)
      : registry_(registry), channel_(std::move(channel)), since_(channel_->loop().now()) {}

  /// Starts to take the channel's events.
  virtual void begin() { channel_->start(*this); }
  /// Looks at the deadlines.
  virtual void sweep(net::Clock::time_point now) = 0;
  /// The server stops: end in good order, and soon.
  virtual void stop() = 0;
  void on_error(net::error_code) override { registry_.remove(*this); }

  std::size_t index = 0;  ///< the registry's

 protected:
  Registry& registry_;
  std::unique_ptr<net::Channel> channel_;
  net::Clock::time_point since_;  ///< when the state that has a deadline began
};

}  // namespace wsrig::echo
