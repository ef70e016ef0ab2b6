#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace wsrig::capture {

/// Reads the numbers of a capture file, which are in the order of the machine that wrote it.
class ByteOrder {
 public:
  ByteOrder() = default;
  explicit ByteOrder(std::endian order) : swapped_(order != std::endian::native) {}

  std::uint16_t u16(const std::uint8_t* at) const {
    std::uint16_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return swapped_ ? __builtin_bswap16(value) : value;
  }
  std::uint32_t u32(const std::uint8_t* at) const {
    std::uint32_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return swapped_ ? __builtin_bswap32(value) : value;
  }
  std::uint64_t u64(const std::uint8_t* at) const {
    std::uint64_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return swapped_ ? __builtin_bswap64(value) : value;
  }

 private:
  bool swapped_ = false;
};

}  // namespace wsrig::capture
