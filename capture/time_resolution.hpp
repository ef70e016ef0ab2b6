#pragma once

#include <cstdint>

#include "capture/packet.hpp"

namespace wsrig::capture {

/// What the time stamps of a pcapng interface count (draft-ietf-opsawg-pcapng §4.2, if_tsresol and
/// if_tsoffset).
class TimeResolution {
 public:
  /// Microseconds, the default.
  TimeResolution() = default;
  /// The value of the option: 10^-n s, or 2^-n s where the top bit is set. False where that is finer than
  /// what 64 bits count for a second.
  bool set(std::uint8_t if_tsresol);
  void set_offset(std::int64_t seconds) { offset_ = seconds; }

  /// The time of a stamp; what nanoseconds in 64 bits cannot say becomes the nearest that they can.
  Timestamp time(std::uint64_t stamp) const;

 private:
  std::uint64_t per_second_ = 1'000'000;
  std::int64_t offset_ = 0;  ///< seconds
};

}  // namespace wsrig::capture
