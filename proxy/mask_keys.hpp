#pragma once

#include <array>
#include <cstddef>

#include "ws/masker.hpp"

namespace wsrig::proxy {

/// Masking keys from the kernel's random source, as RFC 6455 §5.3 asks; drawn many at a time.
class RandomMaskKeys final : public ws::MaskKeySource {
 public:
  ws::MaskKey next() override;

 private:
  std::array<ws::MaskKey, 64> keys_{};
  std::size_t used_ = keys_.size();
};

}  // namespace wsrig::proxy
