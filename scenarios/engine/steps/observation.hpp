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

/// The head of an HTTP response, with what RFC 6455 §4.1 finds wrong with it; at a backend, of a request,
/// with what §4.2.1 finds.
struct SawHead {
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
/// Octets of a stream that is no WebSocket: a piece, as it came.
struct SawBytes {
  std::string bytes;
};
/// The end of the subject's stream.
struct SawEnd {
  enum class How : std::uint8_t { fin, tls_truncated, reset, failed } how = How::fin;
  std::string text{};
};

struct Observation {
  std::variant<SawHead, SawFrame, SawMessage, SawViolation, SawBytes, SawEnd> what;
  std::chrono::microseconds at{};  ///< since the case began

  /// Octets it holds, for bounding what is kept.
  std::size_t weight() const;
};

/// What the other side sends, in the notation: `peer` is its role. Payloads cut at `max_payload` octets:
/// `close 1002 "bad mask"`, `eof`, `http 400 Bad Request`.
std::string describe(const Observation& observation, std::size_t max_payload = 120,
                     ws::Role peer = ws::Role::server);

bool is_data(const SawFrame& seen);

}  // namespace wsrig::engine
