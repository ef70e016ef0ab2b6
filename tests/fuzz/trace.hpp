#pragma once

#include <string>

#include "ws/endpoint.hpp"

namespace wsrig::fuzz {

/// Keys that are the same in each run.
class CountedKeys : public ws::MaskKeySource {
 public:
  ws::MaskKey next() override { return {1, 2, 3, ++count_}; }

 private:
  std::uint8_t count_ = 0;
};

/// Writes down what an endpoint reports, and echoes every message: what must not depend on the cut.
class Trace : public ws::EndpointEvents {
 public:
  Trace(ws::Endpoint& endpoint, ws::ByteBuffer& out) : endpoint_(&endpoint), out_(&out) {}

  void on_frame(const ws::FrameHeader& header, ws::Bytes payload) override {
    add("frame", ws::encode(header).bytes());
    add("payload", payload);
  }
  void on_message(const ws::Message& message) override {
    add(message.opcode == ws::Opcode::text ? "text" : "binary", message.payload);
    endpoint_->send(message.opcode, message.payload, *out_);
  }
  void on_ping(ws::Bytes payload) override { add("ping", payload); }
  void on_pong(ws::Bytes payload) override { add("pong", payload); }
  void on_close(const ws::CloseReason&) override { text_ += "close\n"; }
  void on_violation(const ws::Violation& violation) override {
    text_ += "violation " + std::to_string(static_cast<int>(violation.rule)) + '\n';
  }

  const std::string& text() const { return text_; }

 private:
  void add(std::string_view event, ws::Bytes payload) {
    text_.append(event).append(" ").append(ws::as_text(payload)).append("\n");
  }

  ws::Endpoint* endpoint_;
  ws::ByteBuffer* out_;
  std::string text_;
};

}  // namespace wsrig::fuzz
