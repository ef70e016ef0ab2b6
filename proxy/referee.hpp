#pragma once

#include <cstdint>
#include <optional>

#include "ws/bytes.hpp"
#include "ws/rules.hpp"
#include "ws/utf8.hpp"

namespace wsrig::proxy {

/// Judges the frames of one direction by the rules of ws/, without keeping a message: what is needed between
/// two frames is a few numbers and the state of the UTF-8 check. Compressed messages are judged by their
/// frames alone, for the proxy does not inflate them.
class Referee {
 public:
  /// `receiver`: whose part the proxy plays. `limits` must outlive the referee.
  Referee(ws::Role receiver, const ws::Limits& limits, bool deflate);

  std::optional<ws::Violation> begin(const ws::FrameHeader& header);
  /// Does the frame at hand belong to a text whose octets must be seen in the clear?
  bool reads_text() const { return is_text_ && !ws::is_control(opcode_); }
  /// The next octets of such a text, unmasked.
  std::optional<ws::Violation> text(ws::Bytes chunk);
  /// The payload of a Close frame, unmasked. (The payload of other control frames has no rules.)
  std::optional<ws::Violation> close(ws::Bytes payload);
  /// The frame at hand has ended.
  std::optional<ws::Violation> end();

  /// The peer's first Close has come.
  bool close_received() const { return close_received_; }

 private:
  void begin_message(const ws::FrameHeader& header);

  const ws::Limits* limits_;
  std::uint64_t message_size_ = 0;
  std::uint32_t message_frames_ = 0;
  ws::Utf8Validator utf8_;
  ws::Role receiver_;
  ws::Opcode opcode_ = ws::Opcode::text;  ///< of the frame at hand
  bool deflate_;
  bool fin_ = false;  ///< of the frame at hand
  bool in_message_ = false;
  bool is_text_ = false;  ///< the open message is an uncompressed text
  bool is_compressed_ = false;
  bool close_received_ = false;
};

}  // namespace wsrig::proxy
