#pragma once

#include <memory>
#include <optional>

#include "net/base64_decoder.hpp"
#include "proxy/frame_reader.hpp"
#include "proxy/frame_trace.hpp"
#include "proxy/relay.hpp"

namespace wsrig::proxy {

/// WebSocket to TCP: payloads of data frames go to the target as they come, and what one read of the target
/// gives becomes one frame. Strict: after a violation the client gets its close code and nothing is relayed.
class Bridge final : public Relay, private FrameEvents {
 public:
  Bridge(Services& services, TunnelStart start);
  /// Subprotocol base64 was agreed: payloads are text of that coding.
  void use_base64();

 private:
  /// Where the closing handshake stands (RFC 6455 §7.1.2).
  enum class Closing : std::uint8_t {
    open,
    wanted,  ///< the client's Close came; the answer waits for the rest of the target
    sent     ///< our Close has gone out
  };

  void arrived(Direction direction, ws::MutableBytes data) override;
  void source_ended(Direction direction) override;
  void source_failed(Direction direction) override;
  void say_goodbye() override;
  void sweep_open(net::Clock::time_point now) override;
  void say_last_words() override;
  std::optional<std::uint16_t> close_code(Direction direction) const override;
  std::uint64_t frames(Direction direction) const override;

  void on_data_frame(const ws::FrameHeader& header, ws::Bytes raw) override;
  void on_data_payload(ws::MutableBytes chunk) override;
  void on_data_frame_end() override;
  void on_control(const ws::FrameHeader& header, ws::MutableBytes payload, ws::Bytes raw) override;
  void on_violation(const ws::Violation& violation) override;

  void read_client(ws::MutableBytes data);
  void flush_to_target();
  void decode(ws::MutableBytes chunk);
  void note_sent(const ws::FrameHeader& header, ws::Bytes payload);
  void send_data(ws::MutableBytes data);
  void on_close(ws::Bytes payload);
  void send_frame(ws::Opcode opcode, ws::Bytes payload);
  void close_client(std::optional<std::uint16_t> code, std::string_view reason);
  void answer_close();
  void end_when_closed();
  void fail(std::uint16_t code, std::string_view reason);

  FrameReader reader_;
  ws::Masker masker_{ws::MaskKey{}};             ///< of the data frame at hand
  std::unique_ptr<FrameTrace> trace_;            ///< of the client's frames, with --trace
  std::unique_ptr<net::Base64Decoder> decoder_;  ///< with subprotocol base64
  std::uint64_t frames_sent_ = 0;
  net::Clock::time_point pinged_at_{};        ///< zero: no Ping is unanswered
  std::optional<std::uint16_t> client_code_;  ///< 1005 for a Close without one
  std::optional<std::uint16_t> own_code_;
  Closing closing_ = Closing::open;
  bool last_frame_ = true;  ///< the data frame at hand has FIN
};

}  // namespace wsrig::proxy
