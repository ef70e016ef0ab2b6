#include <cstring>

#include "pcap/tcp/flow_index.hpp"

namespace wsrig::tcp {
namespace {

struct Words {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
};

Words words_of(const capture::IpAddress& address) {
  Words words;
  std::memcpy(&words.high, address.octets.data(), 8);
  std::memcpy(&words.low, address.octets.data() + 8, 8);
  return words;
}

/// Both halves of the product, folded: every bit of the factors counts.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

FlowKey::FlowKey(const capture::TcpSegment& segment) {
  Words a = words_of(segment.source.address);
  Words b = words_of(segment.destination.address);
  std::uint64_t a_port = segment.source.port;
  std::uint64_t b_port = segment.destination.port;
  // Any order will do, as long as both directions give the same.
  const bool is_swapped = a.low != b.low     ? a.low > b.low
                          : a.high != b.high ? a.high > b.high
                                             : a_port > b_port;
  if (is_swapped) {
    std::swap(a, b);
    std::swap(a_port, b_port);
  }
  words_ = {a.high, a.low, b.high, b.low, a_port << 48 | b_port << 32 | segment.network};
}

std::uint64_t FlowKey::hash(std::uint64_t seed) const {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
  const std::uint64_t first = mix(words_[0] ^ seed, words_[1] ^ odd);
  const std::uint64_t second = mix(words_[2] ^ seed, words_[3] + odd);
  return mix(first ^ words_[4], second ^ seed ^ odd);
}

}  // namespace wsrig::tcp
