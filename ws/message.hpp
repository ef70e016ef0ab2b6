#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "ws/bytes.hpp"
#include "ws/deflate.hpp"
#include "ws/rules.hpp"
#include "ws/utf8.hpp"

namespace wsrig::ws {

/// A whole message: text (already checked for UTF-8 unless the judge let it pass) or binary.
/// `payload` is valid until the next call into the endpoint, and may be changed in place.
struct Message {
  Opcode opcode = Opcode::text;
  MutableBytes payload;
  bool compressed = false;     ///< it came with RSV1
  std::uint32_t frames = 1;    ///< how many frames it was cut into
};

/// Puts fragments together, inflates them, checks UTF-8 as the bytes arrive and counts limits before
/// buffering. A message that arrives whole, in one frame and one read, is never copied.
class MessageAssembler {
 public:
  /// `inflate` is empty without permessage-deflate.
  MessageAssembler(const Limits& limits, const Judge& judge, std::optional<Inflater> inflate);
  ~MessageAssembler();

  /// A data frame's header was accepted.
  void begin_frame(const FrameHeader& header);
  /// Unmasked octets of its payload; `frame_complete` when these are the whole of an unsplit frame.
  std::optional<Violation> payload(MutableBytes chunk);
  /// The frame ended. With FIN, `message()` holds the message until `clear()`.
  std::optional<Violation> end_frame(bool fin);

  bool has_message() const { return complete_; }
  Message message() { return {opcode_, payload_, compressed_, frames_}; }
  void clear();

  bool in_message() const { return open_; }
  std::uint64_t wire_size() const { return wire_size_; }
  std::uint32_t frames() const { return frames_; }
  bool is_compressed() const { return compressed_; }

 private:
  std::optional<Violation> store(MutableBytes chunk);

  const Limits* limits_;
  const Judge* judge_;
  std::unique_ptr<Inflater> inflater_;
  ByteBuffer buffer_;
  MutableBytes payload_;
  std::uint64_t wire_size_ = 0;
  std::uint32_t frames_ = 0;
  Utf8Validator utf8_;
  Opcode opcode_ = Opcode::text;
  bool compressed_ = false;
  bool open_ = false;
  bool complete_ = false;
};

}  // namespace wsrig::ws
