#pragma once

#include <optional>

#include "echo/behaviour.hpp"
#include "echo/config.hpp"
#include "echo/connection.hpp"
#include "ws/endpoint.hpp"

namespace wsrig::echo {

/// A connection behind its opening handshake. Replies to one read are gathered in the loop's write buffer and
/// leave in one write; an idle connection holds no buffer.
class WebSocketConnection final : public Connection, private Conversation, private ws::EndpointEvents {
 public:
  /// `first`: octets that came behind the request's head.
  WebSocketConnection(Registry& registry, std::unique_ptr<net::Channel> channel, const Config& config,
                      const Behaviour& behaviour, const std::optional<ws::DeflateParams>& deflate,
                      ws::Bytes first);

  void begin() override;
  void sweep(net::Clock::time_point now) override;
  void stop() override;

  void on_data(ws::MutableBytes data) override;
  void on_eof() override;
  void on_drained() override;

 private:
  /// What the next deadline is about.
  enum class Phase : std::uint8_t { open, pinged, ending };

  bool send(ws::Opcode opcode, ws::Bytes payload) override;
  void close(std::optional<std::uint16_t> code, std::string_view reason) override;
  void send_raw(ws::Bytes octets) override;
  void end() override;
  void drop() override;
  std::size_t pending() const override { return channel_->pending(); }
  net::Loop& loop() override { return channel_->loop(); }

  void on_message(const ws::Message& message) override;
  void on_close(const ws::CloseReason& close) override;

  void read(ws::MutableBytes data);
  void read_held();
  void flush();
  void flush_unless_gathering();
  void settle();
  void enter(Phase phase);
  void sweep_open(net::Clock::time_point now);

  const Config& config_;
  const Behaviour& behaviour_;
  ws::Endpoint endpoint_;
  ws::ByteBuffer& out_;                   ///< the loop's write buffer
  std::unique_ptr<ws::ByteBuffer> held_;  ///< input that waits until the peer takes what it was sent
  std::uint32_t octets_at_once_;          ///< of input, before looking at what is pending
  Phase phase_ = Phase::open;
  bool gathering_ = false;   ///< replies stay in the write buffer for the moment
  bool finished_ = false;    ///< the application was told so
  bool peer_ended_ = false;  ///< FIN came
  bool dropped_ = false;
};

}  // namespace wsrig::echo
