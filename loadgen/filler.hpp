#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "loadgen/envelope.hpp"
#include "ws/bytes.hpp"

namespace wsrig::loadgen {

/// What stands behind the envelope: the beginning of one long text, the same for all messages of a run (six
/// bits of chance an octet, ASCII). Its CRC-32C is remembered for the last size, so that messages of one size
/// cost nothing.
class Filler {
 public:
  explicit Filler(std::uint64_t seed) : seed_(seed) { grow(0); }

  /// What this returns is valid until the next call.
  ws::Bytes first(std::size_t size) {
    if (size > text_size()) grow(size);
    return {text(), size};
  }
  /// Of the first `size` octets.
  std::uint32_t crc(std::size_t size) {
    if (size != crc_size_) find_crc(size);
    return crc_;
  }
  /// A message of `envelope.length` octets in one piece: the envelope, as much of it as fits, and the filler
  /// behind it. The text keeps room in front for that. Valid until the next call.
  ws::Bytes message(const Envelope& envelope, EnvelopeForm form) {
    const std::size_t front = envelope_size(form);
    const std::size_t length = envelope.length;
    const std::uint32_t text_crc = crc(length - std::min(length, front));
    encode(envelope, form, text_crc, text() - front);
    return {text() - front, length};
  }

 private:
  static constexpr std::size_t room = text_envelope_size;
  std::uint8_t* text() { return octets_.data() + room; }
  std::size_t text_size() const { return octets_.size() - room; }
  void grow(std::size_t size);
  void find_crc(std::size_t size);

  std::uint64_t seed_;
  ws::ByteBuffer octets_;
  std::size_t crc_size_ = 0;
  std::uint32_t crc_ = 0;
};

}  // namespace wsrig::loadgen
