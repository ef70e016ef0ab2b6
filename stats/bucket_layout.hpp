#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

/// Which values share a bucket: the layout that HdrHistogram has for a lowest value of 1 and 3 significant
/// digits, over all of uint64. Values below 2048 have a bucket each; above, each power of two is cut into
/// 1024 buckets of the same width.
namespace wsrig::stats::bucket_layout {

inline constexpr unsigned half_bits = 10;                  ///< log2 of the buckets a power of two has
inline constexpr std::size_t half_size = 1u << half_bits;  ///< 1024
inline constexpr std::size_t bucket_count = (64 - half_bits) * half_size + half_size;
/// A value and the bucket it lies in differ by less than this part of the value.
inline constexpr double relative_error = 1.0 / half_size;

/// The bucket that a value belongs to.
constexpr std::size_t index_of(std::uint64_t value) {
  const unsigned bits = static_cast<unsigned>(std::bit_width(value | (2 * half_size - 1)));
  const unsigned shift = bits - half_bits - 1;
  return (static_cast<std::size_t>(shift) << half_bits) + static_cast<std::size_t>(value >> shift);
}

/// The smallest value of a bucket.
constexpr std::uint64_t lowest_of(std::size_t index) {
  if (index < 2 * half_size) return index;
  const std::size_t shift = (index >> half_bits) - 1;
  return static_cast<std::uint64_t>((index & (half_size - 1)) + half_size) << shift;
}

/// The largest value of a bucket.
constexpr std::uint64_t highest_of(std::size_t index) {
  return index < 2 * half_size ? index
                               : lowest_of(index) + ((std::uint64_t{1} << ((index >> half_bits) - 1)) - 1);
}

static_assert(index_of(2047) == 2047 && index_of(2048) == 2048 && index_of(2049) == 2048);
static_assert(index_of(~std::uint64_t{0}) == bucket_count - 1);

}  // namespace wsrig::stats::bucket_layout
