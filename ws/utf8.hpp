#pragma once

#include <cstdint>

#include "ws/bytes.hpp"

namespace wsrig::ws {

/// Incremental UTF-8 check (RFC 3629, as RFC 6455 §8.1 asks). Fails at the first octet that cannot continue
/// a valid sequence, wherever the input was cut; runs of ASCII are skipped 16 octets or more at a time.
class Utf8Validator {
 public:
  /// False once the text can no longer become valid; stays false.
  bool feed(Bytes chunk);
  /// True when the text so far ends on a code point boundary and has not failed.
  bool complete() const { return state_ == 0; }
  void reset() { state_ = 0; }

 private:
  std::uint8_t state_ = 0;  ///< of the automaton; 0: at a boundary, so `complete`
};

bool is_valid_utf8(Bytes text);

}  // namespace wsrig::ws
