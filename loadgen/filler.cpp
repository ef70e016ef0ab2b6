#include "loadgen/filler.hpp"

#include <algorithm>
#include <string_view>

#include "loadgen/crc32c.hpp"
#include "ws/random.hpp"

namespace wsrig::loadgen {
namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .";
constexpr std::size_t least_size = 4096;

}  // namespace

ws::Bytes Filler::first(std::size_t size) {
  if (octets_.size() < size) {
    octets_.resize(std::max({size, 2 * octets_.size(), least_size}));
    ws::Random(seed_).fill(octets_);
    for (std::uint8_t& octet : octets_) octet = static_cast<std::uint8_t>(letters[octet & 63]);
  }
  return ws::Bytes(octets_).first(size);
}

std::uint32_t Filler::crc(std::size_t size) {
  if (size != crc_size_) {
    crc_ = crc32c(first(size));
    crc_size_ = size;
  }
  return crc_;
}

}  // namespace wsrig::loadgen
