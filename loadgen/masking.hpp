#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "diag/diagnostic.hpp"
#include "ws/masker.hpp"

namespace wsrig::loadgen {

/// How the frames of the load are masked (RFC 6455 §5.3). Whatever is chosen, what the endpoint answers by
/// itself (Pong, Close) is masked.
struct Masking {
  enum class Mode : std::uint8_t {
    random,  ///< "random": a new key for each frame, as the RFC asks
    zero,    ///< "zero": legal in form, and no work: what some generators do
    fixed,   ///< "37fa213d": the same key always
    none,    ///< "none": data frames without a mask, which a server must refuse (§5.1)
  } mode = Mode::random;
  ws::MaskKey key{};

  friend bool operator==(const Masking&, const Masking&) = default;
};
diag::Result<Masking> parse_masking(std::string_view text);

/// The source of keys for a mode; the same seed gives the same keys.
std::unique_ptr<ws::MaskKeySource> make_mask_keys(const Masking& masking, std::uint64_t seed);

}  // namespace wsrig::loadgen
