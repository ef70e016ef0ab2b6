#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace wsrig::pcap {

/// A line of JSON with a bounded number of short members, put together without a look at the heap: most
/// captures have millions of them. What has no bound, such as text of a peer, does not belong here.
class JsonLine {
 public:
  void put(std::string_view text) {
    std::memcpy(text_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }
  void put(std::uint64_t value) {
    constexpr std::uint64_t group = 100'000'000;
    if (value >= group) {
      put(value / group);
      put_eight_digits(static_cast<std::uint32_t>(value % group));
      return;
    }
    const std::uint64_t digits = eight_digits(static_cast<std::uint32_t>(value));
    // Zeros in front are the lowest octets; the last digit stays whatever it is.
    const int zeros = std::countr_zero(digits | std::uint64_t{1} << 56) / 8;
    put_digits(digits >> (8 * zeros), zeros);
  }
  /// `,"name":value`; `name` comes with its quotes, comma and colon.
  void put(std::string_view name, std::uint64_t value) {
    put(name);
    put(value);
  }
  /// A number below 10^8, with the zeros in front.
  void put_eight_digits(std::uint32_t value) { put_digits(eight_digits(value), 0); }
  std::string_view text() const { return {text_.data(), size_}; }

 private:
  static_assert(std::endian::native == std::endian::little, "digits are put together in this order");

  /// The digits of a number below 10^8, the first one in the lowest octet: halves, quarters and digits are
  /// parted by multiplications for all of them at a time.
  static std::uint64_t eight_digits(std::uint32_t value) {
    const std::uint64_t halves = value / 10'000 | std::uint64_t{value % 10'000} << 32;
    const std::uint64_t hundreds = (halves * 10'486 >> 20) & 0x0000'007f'0000'007f;
    const std::uint64_t pairs = hundreds | (halves - 100 * hundreds) << 16;
    const std::uint64_t tens = (pairs * 103 >> 10) & 0x000f'000f'000f'000f;
    return tens | (pairs - 10 * tens) << 8;
  }
  void put_digits(std::uint64_t digits, int left_out) {
    digits += 0x3030'3030'3030'3030;
    std::memcpy(text_.data() + size_, &digits, sizeof digits);
    size_ += sizeof digits - static_cast<std::size_t>(left_out);
  }

  std::array<char, 1024> text_;
  std::size_t size_ = 0;
};

}  // namespace wsrig::pcap
