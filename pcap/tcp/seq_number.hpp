#pragma once

#include <cstdint>

namespace wsrig::tcp {

/// A sequence number, modulo 2^32 (RFC 9293 §3.4).
struct SeqNumber {
  std::uint32_t value = 0;

  friend constexpr bool operator==(SeqNumber, SeqNumber) = default;
  friend constexpr SeqNumber operator+(SeqNumber a, std::uint64_t octets) {
    return {a.value + static_cast<std::uint32_t>(octets)};
  }
  /// How far `a` is ahead of `b`; negative where it is behind.
  friend constexpr std::int32_t operator-(SeqNumber a, SeqNumber b) {
    return static_cast<std::int32_t>(a.value - b.value);
  }
};

/// The position in a stream that a sequence number means, seen from a position that is known: `at` is the
/// sequence number of stream offset `offset`. A window has at most 2^30 octets (RFC 7323 §2.3), so nothing
/// older than that can come again: what seems to be is ahead instead. Negative: before the stream's offset 0.
constexpr std::int64_t unwrap(SeqNumber number, SeqNumber at, std::uint64_t offset) {
  constexpr std::uint32_t largest_window = std::uint32_t{1} << 30;
  const std::uint32_t ahead = number.value - at.value;
  const std::uint32_t behind = at.value - number.value;
  const auto base = static_cast<std::int64_t>(offset);
  return behind <= largest_window ? base - std::int64_t{behind} : base + std::int64_t{ahead};
}

}  // namespace wsrig::tcp
