#pragma once

#include <cstdint>
#include <optional>

#include "ws/bytes.hpp"
#include "ws/frame_parser.hpp"

namespace wsrig::proxy {

/// Follows the frames in a byte stream that it leaves alone: how many, the first Close, and whether the
/// stream is between two frames. Whatever comes is taken for frames; nothing is judged.
class FrameTracker {
 public:
  void feed(ws::MutableBytes data);
  /// Goes on behind payload that nobody saw: at most payload_left().
  void skip(std::uint64_t size) { parser_.skip(size); }
  /// Octets of payload that the data frame at hand still owes.
  std::uint64_t payload_left() const;

  std::uint64_t frames() const { return frames_; }
  bool close_seen() const { return close_seen_; }
  /// Of the first Close; 1005 without one (RFC 6455 §7.1.5).
  std::optional<std::uint16_t> close_code() const;
  bool at_boundary() const { return parser_.at_boundary(); }

 private:
  struct Sink;

  ws::FrameParser parser_;
  std::uint64_t frames_ = 0;
  std::uint16_t code_ = 0;
  std::uint8_t code_octets_ = 0;  ///< of the Close's code so far
  bool close_seen_ = false;
};

}  // namespace wsrig::proxy
