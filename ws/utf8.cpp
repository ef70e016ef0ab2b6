#include "ws/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace wsrig::ws {
namespace {

// The automaton of RFC 3629 §4. A row holds, for one octet, the next state of every state, six bits each; a
// state is the position of its bits. A step is then one shift, with no branch and no dependent load.
using Row = std::uint64_t;
constexpr std::uint8_t bits_per_state = 6;

enum State : std::uint8_t {
  boundary = 0,
  need_1 = 1 * bits_per_state,
  need_2 = 2 * bits_per_state,
  need_3 = 3 * bits_per_state,
  after_e0 = 4 * bits_per_state,  // no overlong form of U+0000–U+07FF
  after_ed = 5 * bits_per_state,  // no surrogates
  after_f0 = 6 * bits_per_state,  // no overlong form of U+0000–U+FFFF
  after_f4 = 7 * bits_per_state,  // nothing above U+10FFFF
  failed = 8 * bits_per_state,
};
constexpr std::array all_states{boundary, need_1,   need_2,   need_3, after_e0,
                                after_ed, after_f0, after_f4, failed};

constexpr State lead(unsigned octet) {
  if (octet < 0x80) return boundary;
  if (octet < 0xc2) return failed;
  if (octet < 0xe0) return need_1;
  if (octet == 0xe0) return after_e0;
  if (octet == 0xed) return after_ed;
  if (octet < 0xf0) return need_2;
  if (octet == 0xf0) return after_f0;
  if (octet < 0xf4) return need_3;
  return octet == 0xf4 ? after_f4 : failed;
}

constexpr State next(State state, unsigned octet) {
  const auto if_within = [&](unsigned low, unsigned high, State then) {
    return octet >= low && octet <= high ? then : failed;
  };
  switch (state) {
    case boundary: return lead(octet);
    case need_1: return if_within(0x80, 0xbf, boundary);
    case need_2: return if_within(0x80, 0xbf, need_1);
    case need_3: return if_within(0x80, 0xbf, need_2);
    case after_e0: return if_within(0xa0, 0xbf, need_1);
    case after_ed: return if_within(0x80, 0x9f, need_1);
    case after_f0: return if_within(0x90, 0xbf, need_2);
    case after_f4: return if_within(0x80, 0x8f, need_2);
    case failed: return failed;
  }
  return failed;
}

constexpr std::array<Row, 256> make_rows() {
  std::array<Row, 256> rows{};
  for (unsigned octet = 0; octet < rows.size(); ++octet) {
    for (const State state : all_states) rows[octet] |= Row{next(state, octet)} << state;
  }
  return rows;
}
constexpr std::array<Row, 256> rows = make_rows();

std::uint64_t step(std::uint64_t state, std::uint8_t octet) { return (rows[octet] >> state) & 0x3f; }

constexpr std::size_t word_size = 8;

bool is_ascii_word(const std::uint8_t* at) {
  std::uint64_t word;
  std::memcpy(&word, at, word_size);
  return (word & 0x8080808080808080u) == 0;
}

/// How many octets at the start are ASCII: all of them, or counted in whole words. What is less than a word
/// at the end is looked at together with octets in front of it.
std::size_t ascii_words(const std::uint8_t* at, std::size_t size) {
  std::size_t done = 0;
  while (size - done >= word_size && is_ascii_word(at + done)) done += word_size;
  const bool is_tail = done != 0 && size - done < word_size;
  return is_tail && is_ascii_word(at + size - word_size) ? size : done;
}

using Kernel = std::size_t (*)(const std::uint8_t* at, std::size_t size);

#if defined(__x86_64__)

std::size_t ascii_sse2(const std::uint8_t* at, std::size_t size) {
  const auto block = [&](std::size_t i) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i)); };
  std::size_t done = 0;
  for (; size - done >= 64; done += 64) {
    const __m128i low = _mm_or_si128(block(done), block(done + 16));
    const __m128i high = _mm_or_si128(block(done + 32), block(done + 48));
    if (_mm_movemask_epi8(_mm_or_si128(low, high)) != 0) break;
  }
  return done + ascii_words(at + done, size - done);
}

__attribute__((target("avx2"))) std::size_t ascii_avx2(const std::uint8_t* at, std::size_t size) {
  const auto block = [&](std::size_t i) __attribute__((target("avx2"))) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + i));
  };
  std::size_t done = 0;
  for (; size - done >= 128; done += 128) {
    const __m256i low = _mm256_or_si256(block(done), block(done + 32));
    const __m256i high = _mm256_or_si256(block(done + 64), block(done + 96));
    if (_mm256_movemask_epi8(_mm256_or_si256(low, high)) != 0) break;
  }
  return done + ascii_words(at + done, size - done);
}

Kernel choose_kernel() { return __builtin_cpu_supports("avx2") ? ascii_avx2 : ascii_sse2; }

#else

Kernel choose_kernel() { return ascii_words; }

#endif

/// Below this size the choice of a kernel costs more than it wins.
constexpr std::size_t worth_a_kernel = 128;

/// Skips ASCII at the start of a text, up to seven octets short of the first that is not.
std::size_t ascii_run(const std::uint8_t* at, std::size_t size) {
  if (size < worth_a_kernel || !is_ascii_word(at)) return ascii_words(at, size);
  static const Kernel kernel = choose_kernel();
  return kernel(at, size);
}

/// How far the automaton goes before it is worth looking for ASCII again.
constexpr std::size_t stride = 32;

}  // namespace

bool Utf8Validator::feed(Bytes chunk) {
  const std::uint8_t* at = chunk.data();
  const std::uint8_t* const end = at + chunk.size();
  std::uint64_t state = state_;
  while (at != end && state != failed) {
    if (state == boundary) at += ascii_run(at, static_cast<std::size_t>(end - at));
    const std::uint8_t* const stop = at + std::min<std::ptrdiff_t>(end - at, stride);
    for (; at != stop; ++at) state = step(state, *at);
  }
  state_ = static_cast<std::uint8_t>(state);
  return state != failed;
}

bool is_valid_utf8(Bytes text) {
  Utf8Validator validator;
  return validator.feed(text) && validator.complete();
}

}  // namespace wsrig::ws
