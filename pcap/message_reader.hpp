#pragma once

#include <optional>

#include "pcap/observer.hpp"
#include "ws/deflate.hpp"
#include "ws/utf8.hpp"

namespace wsrig::pcap {

/// What became of a message's compressed octets.
enum class Inflated : std::uint8_t {
  plain,  ///< it was not compressed
  yes,
  corrupt,  ///< it is no DEFLATE data, or breaks what was agreed
  unknown,  ///< it could not be, after octets were lost that it may refer to
};

/// Puts the fragments of one sender's messages together, inflates them and checks UTF-8, in memory that does
/// not grow with the message: no more is kept than somebody wants to see. ws::MessageAssembler is for those
/// who need the message, and its octets without a hole.
class MessageReader {
 public:
  /// Nothing that is compressed can be inflated without `deflate`. `keep` octets of a message are kept.
  MessageReader(const std::optional<ws::DeflateParams>& deflate, ws::Role sender, std::uint64_t keep);

  /// Any data opcode but a continuation begins a message; one that is open is dropped.
  void begin_frame(const ws::FrameHeader& header);
  /// Unmasked payload of its frame.
  void payload(ws::Bytes chunk);
  /// Payload that the capture lacks.
  void missing(std::uint64_t size);
  /// The frame ended; true when that ended the message, which `size` and the others then tell of.
  bool end_frame();
  /// The message that is open is all that there is of it: `size` and the others tell of that.
  void cut_short() { open_ = complete_ = false; }
  /// The message that is open will not end; and with takeover what follows may refer to octets that were
  /// lost.
  void lose();

  bool is_open() const { return open_; }
  bool needs_payload() const { return open_ && (text_ || compressed_ || keep_ > 0); }
  bool is_compressed() const { return compressed_; }
  bool is_complete() const { return complete_; }
  bool is_utf8() const { return utf8_ok_; }
  Inflated inflated() const { return inflated_; }
  std::uint32_t frames() const { return frames_; }
  std::uint64_t wire() const { return wire_; }
  std::uint64_t size() const { return compressed_ ? size_ : wire_; }
  ws::Opcode opcode() const { return opcode_; }
  /// Of the message, up to the first hole.
  ws::Bytes kept() const { return ws::Bytes(buffer_).first(kept_); }

 private:
  void start(const ws::FrameHeader& header);
  void inflate(ws::Bytes chunk);
  void add(ws::Bytes text);
  void failed_to_inflate();
  void forget_window();

  std::optional<ws::DeflateParams> deflate_;
  std::optional<ws::Inflater> inflater_;
  ws::Role sender_;
  std::uint64_t keep_;
  ws::ByteBuffer buffer_;  ///< kept octets, and behind them what was inflated last
  std::size_t kept_ = 0;
  ws::Utf8Validator utf8_;
  std::uint64_t wire_ = 0, size_ = 0;
  std::uint64_t window_known_ = 0;  ///< octets inflated since the window was lost
  std::uint32_t frames_ = 0;
  ws::Opcode opcode_ = ws::Opcode::text;
  Inflated inflated_ = Inflated::plain;
  bool open_ = false, text_ = false, compressed_ = false, complete_ = true, utf8_ok_ = true,
       last_frame_ = false;
  bool window_lost_ = false;
};

}  // namespace wsrig::pcap
