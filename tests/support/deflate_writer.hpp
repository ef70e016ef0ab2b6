#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ws/bytes.hpp"

namespace wsrig::test {

/// Writes raw DEFLATE data symbol by symbol with the fixed codes of RFC 1951 §3.2.6: what no compressor would
/// write, such as a reference of any distance.
class DeflateWriter {
 public:
  DeflateWriter& begin_block(bool is_final = false) {
    put(is_final ? 1 : 0, 1);
    put(1, 2);
    return *this;
  }
  DeflateWriter& literals(std::string_view text) {
    for (const char c : text) put_literal(static_cast<std::uint8_t>(c));
    return *this;
  }
  /// The three octets that stand `distance` back, 1 to 32768.
  DeflateWriter& reference(std::uint32_t distance) {
    put_code(1, 7);  // code 257: length 3
    std::uint32_t code = 0;
    while (code < 29 && base_of(code + 1) <= distance) ++code;
    put_code(code, 5);
    put(distance - base_of(code), extra_bits_of(code));
    return *this;
  }
  DeflateWriter& end_block() {
    put_code(0, 7);
    return *this;
  }
  /// The header of the empty stored block whose 00 00 ff ff a sender removes (RFC 7692 §7.2.1).
  DeflateWriter& end_message() {
    put(0, 3);
    return align();
  }
  DeflateWriter& align() {
    bit_ = 0;
    return *this;
  }
  const ws::ByteBuffer& data() const { return data_; }

 private:
  static std::uint32_t extra_bits_of(std::uint32_t code) { return code < 4 ? 0 : code / 2 - 1; }
  static std::uint32_t base_of(std::uint32_t code) {
    return code < 4 ? code + 1 : ((2 + code % 2) << extra_bits_of(code)) + 1;
  }

  void put(std::uint32_t value, std::uint32_t bits) {
    for (std::uint32_t i = 0; i < bits; ++i) {
      if (bit_ == 0) data_.push_back(0);
      data_.back() = static_cast<std::uint8_t>(data_.back() | (((value >> i) & 1u) << bit_));
      bit_ = (bit_ + 1) % 8;
    }
  }
  void put_code(std::uint32_t code, std::uint32_t bits) {  // codes begin with their highest bit
    for (std::uint32_t i = bits; i > 0; --i) put(code >> (i - 1), 1);
  }
  void put_literal(std::uint32_t octet) {
    if (octet < 144) return put_code(0x30 + octet, 8);
    put_code(0x190 + octet - 144, 9);
  }

  ws::ByteBuffer data_;
  std::uint32_t bit_ = 0;
};

}  // namespace wsrig::test
