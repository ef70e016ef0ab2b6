#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "ws/frame.hpp"
#include "ws/handshake.hpp"
#include "ws/http_head.hpp"
#include "ws/rules.hpp"

/// What the subject was seen to do, one value each, in the order of the wire.
namespace wsrig::engine {

/// The head of an HTTP response, with what RFC 6455 §4.1 finds wrong with it.
struct SawResponse {
  std::shared_ptr<const ws::HttpHead> head;
  std::vector<ws::HandshakeFinding> findings;
};
/// A frame of any kind. Data frames come before the message they complete.
struct SawFrame {
  ws::Frame frame;
};
/// An assembled message, inflated where it was compressed.
struct SawMessage {
  ws::Opcode opcode = ws::Opcode::text;
  std::string payload;
  std::uint32_t frames = 1;
  bool compressed = false;
};
/// The subject broke a rule.
struct SawViolation {
  ws::Violation violation;
};
/// The end of the subject's stream.
struct SawEnd {
  enum class How : std::uint8_t { fin, tls_truncated, reset, failed } how = How::fin;
  std::string text{};
};

struct Observation {
  std::variant<SawResponse, SawFrame, SawMessage, SawViolation, SawEnd> what;
  std::chrono::microseconds at{};  ///< since the case began

  /// Octets it holds, for bounding what is kept.
  std::size_t weight() const;
};

/// In the notation, payloads cut at `max_payload` octets: `close 1002 "bad mask"`, `eof`, `http 400 Bad
/// Request`.
std::string describe(const Observation& observation, std::size_t max_payload = 120);

bool is_data(const SawFrame& seen);

}  // namespace wsrig::engine
