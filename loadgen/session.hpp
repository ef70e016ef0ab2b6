#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/loop.hpp"
#include "ws/message.hpp"
#include "ws/notation.hpp"

namespace wsrig::loadgen {

/// A connection, as its session sees it.
class SessionPeer {
 public:
  virtual ~SessionPeer() = default;
  virtual void send(const ws::FrameSpec& frame) = 0;
  /// The value of `${connection}` or `${row.COLUMN}`.
  virtual std::optional<std::string> value_of(std::string_view name) const = 0;
  virtual net::Loop& loop() = 0;
  /// The load may begin on this connection.
  virtual void session_done() = 0;
  /// It ends, with an error of this kind.
  virtual void session_failed(const std::string& kind) = 0;
};

/// What a connection does before the load begins on it: subscribe, take what the server tells, answer that.
/// Whoever runs steps in the notation brings it; the load knows only this. Neither session_done nor
/// session_failed may be called from within start.
class Session {
 public:
  virtual ~Session() = default;
  /// The connection is open.
  virtual void start() = 0;
  /// A message came before session_done.
  virtual void on_message(const ws::Message& message) = 0;
  /// What it has captured, for ${name} in payloads.
  virtual std::optional<std::string> captured(std::string_view name) const = 0;
};
using SessionFactory = std::function<std::unique_ptr<Session>(SessionPeer& peer)>;

}  // namespace wsrig::loadgen
