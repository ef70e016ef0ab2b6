#pragma once

#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "ws/bytes.hpp"

namespace wsrig::test {

namespace detail {

/// Reads digits of a base of 2 or 16 into octets; blanks are for the reader.
inline ws::ByteBuffer digits(std::string_view text, int base) {
  const int digits_per_octet = base == 2 ? 8 : 2;
  ws::ByteBuffer out;
  int value = 0;
  int count = 0;
  for (const char c : text) {
    if (c == ' ') continue;
    const std::size_t digit = std::string_view("0123456789abcdef").find(c);
    if (digit >= static_cast<std::size_t>(base)) throw std::invalid_argument("not a digit");
    value = value * base + static_cast<int>(digit);
    if (++count < digits_per_octet) continue;
    out.push_back(static_cast<std::uint8_t>(value));
    value = count = 0;
  }
  if (count != 0) throw std::invalid_argument("not whole octets");
  return out;
}

}  // namespace detail

/// Octets written as the figure of RFC 6455 §5.2 shows them: bits("1 100 0001  0 0000101").
inline ws::ByteBuffer bits(std::string_view ruler) { return detail::digits(ruler, 2); }
/// octets("81 05 48"), or without blanks.
inline ws::ByteBuffer octets(std::string_view hex) { return detail::digits(hex, 16); }

inline ws::ByteBuffer operator+(ws::ByteBuffer left, const ws::ByteBuffer& right) {
  ws::append(left, right);
  return left;
}
inline ws::ByteBuffer operator+(ws::ByteBuffer left, std::string_view right) {
  ws::append(left, right);
  return left;
}
inline ws::ByteBuffer to_buffer(std::string_view text) { return ws::ByteBuffer(text.begin(), text.end()); }

}  // namespace wsrig::test
