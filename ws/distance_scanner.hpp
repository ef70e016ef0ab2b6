#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "ws/bytes.hpp"

namespace wsrig::ws {

/// A canonical prefix code (RFC 1951 §3.2.2), decoded bit by bit.
class PrefixCode {
 public:
  static constexpr std::size_t max_bits = 15;

  /// Assigns codes by their lengths, 0 for a symbol without a code; false when there are more codes than fit.
  bool assign(std::span<const std::uint8_t> lengths);

  std::array<std::uint16_t, max_bits + 1> count{};  ///< codes of each length
  std::array<std::uint16_t, 288> symbol{};          ///< in the order of their codes
};

/// Follows raw DEFLATE data (RFC 1951) and keeps the greatest distance that a back-reference has used. zlib
/// cannot tell: it lets references reach beyond its window as long as the octets are still in its output
/// buffer. Data that is not DEFLATE ends the reading: it is the inflater's to report.
class DistanceScanner {
 public:
  static constexpr std::uint32_t any_distance = 32 * 1024;  ///< DEFLATE has no greater one

  /// Reads on, however the data is cut. Behind a final block another stream begins (RFC 7692 §7.2.3.4).
  /// Returns how many octets come before the one that completes a reference beyond `window`, which ends the
  /// reading; else all.
  std::size_t scan(Bytes chunk, std::uint32_t window = any_distance);

  std::uint32_t greatest() const { return greatest_; }            ///< 0: none so far
  std::uint64_t inflated_size() const { return inflated_size_; }  ///< octets that the data stands for
  bool is_broken() const { return broken_; }                      ///< the data was not DEFLATE

 private:
  class BitReader;
  enum class State : std::uint8_t { block_header, stored, symbols };

  bool step(BitReader& bits);
  void read_block_header(BitReader& bits);
  void read_stored_header(BitReader& bits);
  void read_dynamic_codes(BitReader& bits);
  void use_fixed_codes();
  void use_codes(std::span<const std::uint8_t> literals, std::span<const std::uint8_t> distances);
  void skip_stored(BitReader& bits);
  void read_symbol(BitReader& bits);
  void read_reference(BitReader& bits, std::uint32_t length_code);
  void end_block(BitReader& bits);

  ByteBuffer pending_;           ///< unread: less than a block header, or than a symbol
  std::size_t pending_bit_ = 0;  ///< bits of the first of them that are read
  PrefixCode literals_, distances_;
  std::uint64_t inflated_size_ = 0;
  std::uint32_t greatest_ = 0;
  std::size_t stored_left_ = 0;
  State state_ = State::block_header;
  bool final_ = false;
  bool broken_ = false;
};

}  // namespace wsrig::ws
