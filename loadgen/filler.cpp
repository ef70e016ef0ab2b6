#include "loadgen/filler.hpp"

#include <string_view>

#include "loadgen/crc32c.hpp"
#include "ws/random.hpp"

namespace wsrig::loadgen {
namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .";
constexpr std::size_t least_size = 4096;

}  // namespace

void Filler::grow(std::size_t size) {
  octets_.resize(room + std::max({size, 2 * octets_.size(), least_size}));
  const ws::MutableBytes text = ws::MutableBytes(octets_).subspan(room);
  ws::Random(seed_).fill(text);
  for (std::uint8_t& octet : text) octet = static_cast<std::uint8_t>(letters[octet & 63]);
}

void Filler::find_crc(std::size_t size) {
  crc_ = crc32c(first(size));
  crc_size_ = size;
}

}  // namespace wsrig::loadgen
