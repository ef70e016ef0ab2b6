#pragma once

#include <cstddef>
#include <cstdint>

#include "ws/bytes.hpp"

namespace wsrig::loadgen {

/// What stands behind the envelope: the beginning of one long text, the same for all messages of a run (six
/// bits of chance an octet, ASCII). Its CRC-32C is remembered for the last size, so that messages of one size
/// cost nothing.
class Filler {
 public:
  explicit Filler(std::uint64_t seed) : seed_(seed) {}

  /// Valid until the next call.
  ws::Bytes first(std::size_t size);
  std::uint32_t crc(std::size_t size);

 private:
  std::uint64_t seed_;
  ws::ByteBuffer octets_;
  std::size_t crc_size_ = 0;
  std::uint32_t crc_ = 0;
};

}  // namespace wsrig::loadgen
