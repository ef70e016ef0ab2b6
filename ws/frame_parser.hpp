#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "ws/frame.hpp"

namespace wsrig::ws {

/// Turns a byte stream into header / payload / end calls. The calls do not depend on how the stream was cut
/// (but for the sizes of payload chunks); at most 14 octets are kept, nothing is allocated, nothing fails.
///
/// A sink has
///   bool on_header(const FrameHeader&);          false: stop behind this header (a judge failed it)
///   void on_payload(MutableBytes chunk);         as on the wire: still masked; may be changed in place;
///                                                 never empty; a whole payload when that has arrived
///   bool on_frame_end();                         false: stop behind this frame
class FrameParser {
 public:
  /// Returns how many octets were taken: all of them unless the sink stopped it.
  template <class Sink>
  std::size_t parse(MutableBytes data, Sink& sink) {
    return run(data, sink);
  }
  /// The same for a sink that only looks: on_payload(Bytes).
  template <class Sink>
  std::size_t observe(Bytes data, Sink& sink) {
    return run(data, sink);
  }
  /// Goes on behind octets that nobody saw, if they lie within the payload of the current frame; else false,
  /// and nothing has changed. The sink learns nothing of them, not even the end of a frame that ends with
  /// them: `at_boundary` tells.
  bool skip(std::uint64_t size);

  /// The header of the current frame, or of the last one.
  const FrameHeader& header() const { return header_; }
  /// True between frames: no octet of a next frame has been seen.
  bool at_boundary() const { return !in_payload_ && pending_size_ == 0; }
  /// Octets of payload that the current frame still owes.
  std::uint64_t remaining() const { return remaining_; }

 private:
  template <class Octets, class Sink>
  std::size_t run(Octets data, Sink& sink);
  /// Reads `header_`, in one piece from `data` when nothing is pending; false when octets are missing.
  bool read_header(Bytes data, std::size_t& taken);
  bool read_split_header(Bytes data, std::size_t& taken);

  std::uint64_t remaining_ = 0;
  FrameHeader header_;
  std::array<std::uint8_t, max_header_size> pending_{};
  std::uint8_t pending_size_ = 0;
  bool in_payload_ = false;
};

}  // namespace wsrig::ws

#include "ws/frame_parser_impl.hpp"
