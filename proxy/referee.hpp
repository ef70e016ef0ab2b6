#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "ws/bytes.hpp"
#include "ws/deflate.hpp"
#include "ws/rules.hpp"
#include "ws/utf8.hpp"

namespace wsrig::proxy {

/// Octets to inflate in one call: deflate makes at most 1032 of one, so that the result stays small.
inline constexpr std::size_t compressed_at_once = 256;

/// Judges the frames of one direction by the rules of ws/, without keeping a message: what is needed between
/// two frames is a few numbers and the state of the UTF-8 check. What is compressed is inflated, a piece at a
/// time, and forgotten again; for that the sender's window is kept, where permessage-deflate was agreed with
/// context takeover.
class Referee {
 public:
  /// `receiver`: whose part the proxy plays. `limits` must outlive the referee.
  Referee(ws::Role receiver, const ws::Limits& limits, const std::optional<ws::DeflateParams>& deflate);

  std::optional<ws::Violation> begin(const ws::FrameHeader& header);
  /// Must the octets of the frame at hand be seen in the clear? So it is with text and with what is
  /// compressed.
  bool reads_payload() const { return (is_text_ || is_compressed_) && !ws::is_control(opcode_); }
  /// The next octets of such a frame, unmasked.
  std::optional<ws::Violation> payload(ws::Bytes chunk);
  /// The payload of a Close frame, unmasked. (The payload of other control frames has no rules.)
  std::optional<ws::Violation> close(ws::Bytes payload);
  /// The frame at hand has ended.
  std::optional<ws::Violation> end();

  /// The peer's first Close has come.
  bool close_received() const { return close_received_; }

 private:
  void begin_message(const ws::FrameHeader& header);
  std::optional<ws::Violation> text(ws::Bytes octets);
  std::optional<ws::Violation> inflate(ws::Bytes piece, ws::ByteBuffer& inflated);

  const ws::Limits* limits_;
  std::uint64_t message_size_ = 0;   ///< octets on the wire
  std::uint64_t inflated_size_ = 0;  ///< of a compressed message
  std::unique_ptr<ws::Inflater> inflater_;
  std::uint32_t message_frames_ = 0;
  ws::Utf8Validator utf8_;
  ws::Role receiver_;
  ws::Opcode opcode_ = ws::Opcode::text;  ///< of the frame at hand
  bool fin_ = false;                      ///< of the frame at hand
  bool in_message_ = false;
  bool is_text_ = false;  ///< the open message is a text
  bool is_compressed_ = false;
  bool close_received_ = false;
};

}  // namespace wsrig::proxy
