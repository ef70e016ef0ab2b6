#pragma once

#include <cstdint>

namespace wsrig::loadgen {

/// The numbers of messages that are pushed by one sender, of which any may be the first: what is missing,
/// comes twice or comes late. A number is lost when `size` later ones have been seen, or at the end.
class SequenceWindow {
 public:
  static constexpr std::uint32_t size = 64;
  enum class Seen : std::uint8_t { in_order, reordered, duplicated };

  Seen note(std::uint32_t sequence);
  /// How many were lost since the last call.
  std::uint64_t take_lost();
  /// At the end: what is missing now is lost.
  void finish();

 private:
  std::uint64_t seen_ = 0;  ///< bit i: newest_ - i has come; bits of what came before the first are set
  std::uint32_t newest_ = 0;
  std::uint64_t lost_ = 0;
  bool has_begun_ = false;
};

}  // namespace wsrig::loadgen
