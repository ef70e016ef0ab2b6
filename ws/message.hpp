#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "ws/bytes.hpp"
#include "ws/deflate.hpp"
#include "ws/rules.hpp"
#include "ws/utf8.hpp"

namespace wsrig::ws {

/// The rule that a message breaks which inflates so; `failure` is not ok.
Rule rule_of(InflateStatus failure);

/// A whole message: text (already checked for UTF-8 unless the judge let it pass) or binary.
/// `payload` is valid until the next call into the endpoint, and may be changed in place.
struct Message {
  Opcode opcode = Opcode::text;
  MutableBytes payload;
  bool compressed = false;   ///< it came with RSV1
  std::uint32_t frames = 1;  ///< how many frames it was cut into
};

/// Puts fragments together, inflates them, checks UTF-8 as the bytes arrive and counts limits before
/// buffering. A message that arrives whole, in one uncompressed frame and one read, is never copied. A
/// message that passes a limit, or cannot be inflated, and that the judge lets pass is counted, but not kept:
/// it never becomes `has_message()`. With takeover, messages behind it may lack their window.
class MessageAssembler {
 public:
  /// `limits` and `judge` must outlive the assembler; `inflate` is empty without permessage-deflate.
  MessageAssembler(const Limits& limits, const Judge& judge, std::optional<Inflater> inflate);

  /// A data frame's header was accepted. Any opcode but a continuation begins a message; one that is still
  /// open is dropped.
  void begin_frame(const FrameHeader& header);
  /// The next octets of its payload, unmasked. Memory grows with what has come, not with what was announced.
  std::optional<Violation> payload(MutableBytes chunk);
  /// The frame ended. After the last one of a message, `message()` holds it until `clear()`.
  std::optional<Violation> end_frame();

  bool has_message() const { return complete_; }
  Message message() { return {opcode_, payload_, compressed_, frames_}; }
  /// Drops the message, whole or not, and frees its memory.
  void clear();

  bool in_message() const { return open_; }
  /// Payload octets of the open message so far, as on the wire.
  std::uint64_t wire_size() const { return wire_size_; }
  /// Frames of the open message so far.
  std::uint32_t frames() const { return frames_; }
  bool is_compressed() const { return compressed_; }

 private:
  void start(const FrameHeader& header);
  void store(Bytes chunk);
  void discard();
  void abandon_inflating();
  std::optional<Violation> inflated(InflateStatus status, std::size_t size_before);
  std::optional<Violation> check_text(Bytes text);
  std::optional<Violation> text_failed();
  std::optional<Violation> judge(Rule suspected);

  const Limits* limits_;
  const Judge* judge_;
  std::unique_ptr<Inflater> inflater_;
  ByteBuffer buffer_;
  MutableBytes payload_;  ///< the whole message: in `buffer_`, or in the caller's read buffer
  std::uint64_t wire_size_ = 0;
  std::uint64_t frame_left_ = 0;  ///< octets that the current frame still owes
  std::uint32_t frames_ = 0;
  Utf8Validator utf8_;
  Opcode opcode_ = Opcode::text;
  bool compressed_ = false;
  bool text_unjudged_ = false;  ///< a text, and no violation of UTF-8 was found in it yet
  bool violated_ = false;       ///< a violation of this message was reported
  bool last_frame_ = false;     ///< the current frame has FIN
  bool open_ = false;
  bool discarded_ = false;
  bool complete_ = false;
};

}  // namespace wsrig::ws
