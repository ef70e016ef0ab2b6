#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "diag/diagnostic.hpp"
#include "ws/random.hpp"

namespace wsrig::loadgen {

/// How a message is cut into frames (RFC 6455 §5.4), after compression.
///   none          one frame
///   4KiB          frames of at most so many octets
///   count(4)      so many frames, as even as can be; empty ones where the message is shorter
///   random(8)     1 to so many frames, cut anywhere: what a proxy makes of a message
struct Fragmentation {
  enum class Kind : std::uint8_t { none, size, count, random } kind = Kind::none;
  std::size_t number = 0;  ///< octets, or frames

  friend bool operator==(const Fragmentation&, const Fragmentation&) = default;
};
diag::Result<Fragmentation> parse_fragmentation(std::string_view text);

/// The sizes of a message's frames, one after the other.
class FrameSizes {
 public:
  FrameSizes(const Fragmentation& fragmentation, std::size_t message_size, ws::Random& random);

  /// The next frame's size; expects that there is one: the first always is.
  std::size_t next();
  bool is_done() const { return frames_left_ == 0; }

 private:
  const Fragmentation& fragmentation_;
  ws::Random& random_;
  std::size_t octets_left_;
  std::size_t frames_left_ = 1;
};

}  // namespace wsrig::loadgen
