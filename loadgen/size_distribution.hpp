#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "diag/diagnostic.hpp"
#include "ws/random.hpp"

namespace wsrig::loadgen {

/// How long messages are, in octets.
///   128B                            always the same
///   uniform(64B, 1KiB)              each size as likely as the others, both ends included
///   lognormal(p50=128B, p99=4KiB)   most are small, a few are long: what people send
///   zipf(max=64KiB, s=1.2)          size k with a weight of 1/k^s, from 1 octet on
struct SizeDistribution {
  enum class Kind : std::uint8_t { constant, uniform, lognormal, zipf } kind = Kind::constant;
  std::size_t least = 0;  ///< constant: the size; uniform: the smallest
  std::size_t most = 0;   ///< no size is larger
  double location = 0;    ///< lognormal: mean of the logarithm
  double scale = 0;       ///< lognormal: its standard deviation; zipf: the exponent s
  std::string text{};     ///< as written

  static SizeDistribution constant(std::size_t size);
  std::size_t draw(ws::Random& random) const { return kind == Kind::constant ? least : draw_varying(random); }

 private:
  std::size_t draw_varying(ws::Random& random) const;
};

/// Sizes need their unit. No size may be larger than `max_message_size`; a lognormal tail is cut there.
diag::Result<SizeDistribution> parse_size_distribution(std::string_view text);
inline constexpr std::size_t max_message_size = 64u << 20;

}  // namespace wsrig::loadgen
