#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "net/loop.hpp"
#include "ws/bytes.hpp"
#include "ws/close_code.hpp"
#include "ws/message.hpp"

namespace wsrig::echo {

/// What an application keeps for one connection.
class ConversationState {
 public:
  virtual ~ConversationState() = default;
};

/// One WebSocket connection as an application sees it. All calls may be made from inside its events.
class Conversation {
 public:
  virtual ~Conversation() = default;
  /// Text or binary; false once a Close was sent.
  virtual bool send(ws::Opcode opcode, ws::Bytes payload) = 0;
  virtual void close(std::optional<std::uint16_t> code, std::string_view reason) = 0;
  /// Puts octets on the wire as they are, legal or not, behind what was sent so far.
  virtual void send_raw(ws::Bytes octets) = 0;
  /// Ends our half of the transport behind what was sent (FIN).
  virtual void end() = 0;
  /// Closes the transport now, without a Close frame.
  virtual void drop() = 0;
  /// Octets that the peer has not taken yet.
  virtual std::size_t pending() const = 0;
  virtual net::Loop& loop() = 0;

  std::unique_ptr<ConversationState> state;
};

/// What a server does with its connections; shared by all of them. The deliberate faults that concern whole
/// messages or the course of a conversation are applications of their own (see Behaviour).
class Application {
 public:
  virtual ~Application() = default;
  virtual void on_open(Conversation&) const {}
  virtual void on_message(Conversation&, const ws::Message&) const {}
  /// The peer's Close came; the answer is already written.
  virtual void on_close(Conversation&, const ws::CloseReason&) const {}
  /// Nothing more is to be said on either side. RFC 6455 §7.1.1: the server closes the TCP connection first.
  virtual void on_finished(Conversation& conversation) const { conversation.end(); }
  /// The peer has taken all that was sent.
  virtual void on_drained(Conversation&) const {}
};

/// Sends each message back as it came.
class EchoApplication final : public Application {
 public:
  void on_message(Conversation& conversation, const ws::Message& message) const override {
    conversation.send(message.opcode, message.payload);
  }
};

/// Takes everything and says nothing.
class SinkApplication final : public Application {};

/// Answers each message with a text in front of it.
class PrefixApplication final : public Application {
 public:
  explicit PrefixApplication(std::string prefix) : prefix_(std::move(prefix)) {}
  void on_message(Conversation& conversation, const ws::Message& message) const override;

 private:
  std::string prefix_;
};

/// Sends each message to all who are connected, the sender included; not to those who leave too much untaken.
class BroadcastApplication final : public Application {
 public:
  void on_open(Conversation& conversation) const override;
  void on_message(Conversation& conversation, const ws::Message& message) const override;

 private:
  struct Member;
  void send_to_all(ws::Opcode opcode, ws::Bytes payload) const;

  mutable std::set<Conversation*> members_;
};

/// Sends messages of one size from the moment the connection is open: so many a second, or as fast as the
/// peer takes them. What the peer sends is dropped.
class SourceApplication final : public Application {
 public:
  /// `per_second` 0: as fast as they are taken.
  SourceApplication(std::size_t size, std::uint64_t per_second);
  void on_open(Conversation& conversation) const override;
  void on_drained(Conversation& conversation) const override;

 private:
  struct Stream;
  void send_due(Conversation& conversation) const;
  void send_while_taken(Conversation& conversation) const;

  ws::ByteBuffer message_;
  std::uint64_t per_second_;
};

}  // namespace wsrig::echo
