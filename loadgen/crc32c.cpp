#include "loadgen/crc32c.hpp"

#include <array>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace wsrig::loadgen {
namespace {

using Table = std::array<std::uint32_t, 256>;

constexpr Table make_table() {
  Table table{};
  for (std::uint32_t octet = 0; octet < table.size(); ++octet) {
    std::uint32_t value = octet;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? value >> 1 ^ 0x82f63b78U : value >> 1;
    table[octet] = value;
  }
  return table;
}

constexpr Table table = make_table();

#if defined(__x86_64__)

/// Octets of each of the three streams that are computed side by side: the instruction gives its result after
/// three cycles, but a new one can begin in each.
constexpr std::size_t lane = 1024;

/// What `lane` octets of zeros make of a state: the state is shifted, linearly, so four tables (one for each
/// octet of it) say it all.
using Shift = std::array<Table, 4>;

constexpr std::uint32_t shift_by_lane(std::uint32_t state) {
  for (std::size_t i = 0; i < lane; ++i) state = state >> 8 ^ table[state & 0xff];
  return state;
}

Shift make_shift() {
  Shift shift{};
  for (std::uint32_t octet = 0; octet < 256; ++octet) {
    for (std::size_t place = 0; place < 4; ++place) {
      shift[place][octet] = shift_by_lane(octet << (8 * place));
    }
  }
  return shift;
}

std::uint32_t shifted(const Shift& shift, std::uint32_t state) {
  return shift[0][state & 0xff] ^ shift[1][state >> 8 & 0xff] ^ shift[2][state >> 16 & 0xff] ^
         shift[3][state >> 24];
}

std::uint64_t word_at(const std::uint8_t* data) {
  std::uint64_t word = 0;
  std::memcpy(&word, data, sizeof word);
  return word;
}

__attribute__((target("sse4.2"))) std::uint32_t three_lanes(const std::uint8_t* data, std::uint32_t state,
                                                            const Shift& shift) {
  std::uint64_t first = state;
  std::uint64_t second = 0;
  std::uint64_t third = 0;
  for (std::size_t i = 0; i < lane; i += 8) {
    first = _mm_crc32_u64(first, word_at(data + i));
    second = _mm_crc32_u64(second, word_at(data + lane + i));
    third = _mm_crc32_u64(third, word_at(data + 2 * lane + i));
  }
  const std::uint32_t two =
      shifted(shift, static_cast<std::uint32_t>(first)) ^ static_cast<std::uint32_t>(second);
  return shifted(shift, two) ^ static_cast<std::uint32_t>(third);
}

__attribute__((target("sse4.2"))) std::uint32_t one_lane(ws::Bytes data, std::uint32_t state) {
  const std::uint8_t* at = data.data();
  std::size_t left = data.size();
  std::uint64_t wide = state;
  for (; left >= 8; left -= 8, at += 8) wide = _mm_crc32_u64(wide, word_at(at));
  state = static_cast<std::uint32_t>(wide);
  if (left >= 4) {
    std::uint32_t half = 0;
    std::memcpy(&half, at, sizeof half);
    state = _mm_crc32_u32(state, half);
    left -= sizeof half;
    at += sizeof half;
  }
  for (; left > 0; --left, ++at) state = _mm_crc32_u8(state, *at);
  return state;
}

/// Not inline, so that short messages do not save the registers that this one needs.
__attribute__((target("sse4.2"), noinline)) std::uint32_t lanes(ws::Bytes data, std::uint32_t state) {
  static const Shift shift = make_shift();
  for (; data.size() >= 3 * lane; data = data.subspan(3 * lane))
    state = three_lanes(data.data(), state, shift);
  return one_lane(data, state);
}

__attribute__((target("sse4.2"))) std::uint32_t crc_by_instruction(ws::Bytes data, std::uint32_t before) {
  return ~(data.size() < 3 * lane ? one_lane(data, ~before) : lanes(data, ~before));
}

using Kernel = std::uint32_t (*)(ws::Bytes data, std::uint32_t before);
const Kernel kernel = __builtin_cpu_supports("sse4.2") ? crc_by_instruction : crc32c_by_table;

#else

constexpr auto kernel = crc32c_by_table;

#endif

}  // namespace

std::uint32_t crc32c_by_table(ws::Bytes data, std::uint32_t before) {
  std::uint32_t state = ~before;
  for (const std::uint8_t octet : data) state = state >> 8 ^ table[(state ^ octet) & 0xff];
  return ~state;
}

std::uint32_t crc32c(ws::Bytes data, std::uint32_t before) { return kernel(data, before); }

}  // namespace wsrig::loadgen
