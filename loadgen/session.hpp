#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/dial.hpp"
#include "net/loop.hpp"
#include "ws/message.hpp"
#include "ws/notation.hpp"

namespace wsrig::loadgen {

/// A connection, as its session sees it.
class SessionPeer {
 public:
  virtual ~SessionPeer() = default;
  /// Whom the connection goes to, and how: for what a login asks on connections of its own.
  virtual const net::Url& url() const = 0;
  virtual net::DialOptions dial_options() const = 0;
  /// The connection may be made now.
  virtual void login_done() = 0;
  virtual void send(const ws::FrameSpec& frame) = 0;
  /// The value of `${connection}` or `${row.COLUMN}`.
  virtual std::optional<std::string> value_of(std::string_view name) const = 0;
  virtual net::Loop& loop() = 0;
  /// The load may begin on this connection.
  virtual void session_done() = 0;
  /// It ends, with an error of this kind.
  virtual void session_failed(const std::string& kind) = 0;
};

/// What a connection does beside its load: logs in before it is made; subscribes and answers the server when
/// it is open, before the load begins; keeps it alive while that goes on. Whoever runs steps in the notation
/// brings it; the load knows only this. What the peer is told, it is told from the loop, never from within
/// log_in and start.
class Session {
 public:
  virtual ~Session() = default;
  /// False: there is something to do before the connection is made; login_done or session_failed comes.
  virtual bool log_in() = 0;
  /// The connection is open.
  virtual void start() = 0;
  /// False: the message is none of the session's, but of the load.
  virtual bool on_message(const ws::Message& message) = 0;
  /// What it has captured, for ${name} in payloads, and in the URL and the headers what the login captured.
  virtual std::optional<std::string> captured(std::string_view name) const = 0;
};
using SessionFactory = std::function<std::unique_ptr<Session>(SessionPeer& peer)>;

}  // namespace wsrig::loadgen
