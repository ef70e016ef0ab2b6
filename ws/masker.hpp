#pragma once

#include <cstdint>

#include "ws/bytes.hpp"
#include "ws/frame.hpp"

namespace wsrig::ws {

/// XORs a payload with a masking key (RFC 6455 §5.3), over any split of the payload: the phase is kept.
/// Applying it twice restores the payload. The kernel (SSE2, AVX2, scalar) is chosen at run time.
class Masker {
 public:
  explicit Masker(const MaskKey& key) : key_(key) {}

  /// Masks or unmasks in place and advances the phase.
  void apply(MutableBytes payload);
  /// Masks or unmasks from `in` into `out` (same size, not overlapping unless equal).
  void copy(Bytes in, std::uint8_t* out);

 private:
  MaskKey key_;
  std::uint8_t phase_ = 0;
};

/// Where masking keys come from: they are an argument, because ws/ knows no random source. RFC 6455 §5.3 asks
/// for a fresh unpredictable key for each frame.
class MaskKeySource {
 public:
  virtual ~MaskKeySource() = default;
  virtual MaskKey next() = 0;
};

}  // namespace wsrig::ws
