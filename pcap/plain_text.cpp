#include "pcap/plain_text.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace wsrig::pcap {

namespace {

/// Sixteen octets that are looked at together: a vector of the compiler.
using Block = std::uint8_t __attribute__((vector_size(16)));

Block block_of(const std::uint8_t* octets) {
  Block block;
  std::memcpy(&block, octets, sizeof block);
  return block;
}

/// All bits set in those that are not plain.
Block special(Block octets) {
  constexpr std::uint8_t first = 0x20, last = 0x7e;
  const auto mask = (octets - first > last - first) | (octets == '"') | (octets == '\\');
  return std::bit_cast<Block>(mask);
}

bool is_zero(Block block) {
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(block);
  return (halves[0] | halves[1]) == 0;
}

/// Less than a block, filled up with spaces.
Block padded(ws::Bytes octets) {
  std::array<std::uint8_t, sizeof(Block)> filled;
  filled.fill(' ');
  std::memcpy(filled.data(), octets.data(), octets.size());
  return block_of(filled.data());
}

}  // namespace

bool is_plain_text(ws::Bytes text) {
  constexpr std::size_t size = sizeof(Block);
  if (text.empty()) return true;
  if (text.size() < size) return is_zero(special(padded(text)));
  // The last block begins in the midst of the one before it.
  Block found = special(block_of(text.last(size).data()));
  for (; text.size() > size; text = text.subspan(size)) found |= special(block_of(text.data()));
  return is_zero(found);
}

}  // namespace wsrig::pcap
