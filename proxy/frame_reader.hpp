#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "proxy/referee.hpp"
#include "ws/bytes.hpp"
#include "ws/frame_parser.hpp"
#include "ws/masker.hpp"

namespace wsrig::proxy {

/// What a FrameReader finds, in the order of the wire. Payloads are as on the wire, masked with the header's
/// key, and may be changed in place.
class FrameEvents {
 public:
  virtual ~FrameEvents() = default;
  /// A data frame begins. `raw` are the octets of its header.
  virtual void on_data_frame(const ws::FrameHeader& header, ws::Bytes raw) = 0;
  virtual void on_data_payload(ws::MutableBytes chunk) = 0;
  virtual void on_data_frame_end() = 0;
  /// A whole control frame, with all octets of it in `raw` and its payload, unmasked, in `payload`.
  virtual void on_control(const ws::FrameHeader& header, ws::MutableBytes payload, ws::Bytes raw) = 0;
  /// The peer broke a rule; nothing follows.
  virtual void on_violation(const ws::Violation& violation) = 0;
};

/// Reads and judges one direction of a connection, sans I/O: data frames pass in pieces, as they come; a
/// control frame is kept until it is whole (§5.5: at most 125 octets). Stops at the first violation, and at
/// the peer's Close (§5.5.1).
class FrameReader {
 public:
  FrameReader(ws::Role receiver, const ws::Limits& limits, const std::optional<ws::DeflateParams>& deflate)
      : referee_(receiver, limits, deflate) {}

  void feed(ws::MutableBytes data, FrameEvents& events);
  /// Reads nothing more: whoever is told of the frames has found a mistake of his own.
  void stop() { stopped_ = true; }

  std::uint64_t frames() const { return frames_; }
  bool close_received() const { return referee_.close_received(); }
  /// A violation, or the Close, ended the reading.
  bool has_stopped() const { return stopped_; }
  /// The payload of a data frame has begun and not ended: nothing else may be sent in its place.
  bool in_data_frame() const { return in_data_frame_; }

 private:
  struct Feed;

  /// The short way for what nearly all traffic is: binary messages of one frame that has come as a whole.
  /// Returns how many octets they were.
  std::size_t feed_plain(ws::MutableBytes data, FrameEvents& events);

  Referee referee_;
  ws::FrameParser parser_;
  ws::Masker masker_{ws::MaskKey{}};  ///< of the frame at hand
  std::uint64_t frames_ = 0;
  std::array<std::uint8_t, 125> control_{};  ///< of a control frame that comes in pieces, as on the wire
  std::uint8_t control_size_ = 0;
  std::uint8_t pending_ = 0;  ///< octets of a header that the parser keeps from the last feed
  bool in_data_frame_ = false;
  bool stopped_ = false;
};

}  // namespace wsrig::proxy
