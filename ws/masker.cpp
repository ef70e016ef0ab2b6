#include "ws/masker.hpp"

#include <bit>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace wsrig::ws {
namespace {

/// The four octets of a key as they lie in memory, so that the XOR of words is that of octets on any machine.
using KeyWord = std::uint32_t;
using Kernel = void (*)(const std::uint8_t* in, std::uint8_t* out, std::size_t size, KeyWord key);

template <class Word>
void mask_word(const std::uint8_t* in, std::uint8_t* out, Word key) {
  Word word;
  std::memcpy(&word, in, sizeof word);
  word ^= key;
  std::memcpy(out, &word, sizeof word);
}

void mask_octets(const std::uint8_t* in, std::uint8_t* out, std::size_t size, KeyWord key) {
  const auto octets = std::bit_cast<MaskKey>(key);
  for (std::size_t i = 0; i < size; ++i) out[i] = in[i] ^ octets[i & 3];
}

void mask_words(const std::uint8_t* in, std::uint8_t* out, std::size_t size, KeyWord key) {
  const std::uint64_t twice = std::uint64_t{key} << 32 | key;
  std::size_t done = 0;
  for (; done + 8 <= size; done += 8) mask_word(in + done, out + done, twice);
  if (done == size) return;
  if (size - done >= 4) {
    mask_word(in + done, out + done, key);
    done += 4;
  }
  mask_octets(in + done, out + done, size - done, key);
}

#if defined(__x86_64__)

void mask_sse2(const std::uint8_t* in, std::uint8_t* out, std::size_t size, KeyWord key) {
  const __m128i wide = _mm_set1_epi32(static_cast<int>(key));
  std::size_t done = 0;
  for (; size - done >= 16; done += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + done));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + done), _mm_xor_si128(block, wide));
  }
  if (done < size) mask_words(in + done, out + done, size - done, key);
}

__attribute__((target("avx2"))) void mask_avx2(const std::uint8_t* in, std::uint8_t* out, std::size_t size,
                                               KeyWord key) {
  const __m256i wide = _mm256_set1_epi32(static_cast<int>(key));
  const auto mask_block = [&](std::size_t at) __attribute__((target("avx2"))) {
    const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in + at));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + at), _mm256_xor_si256(block, wide));
  };
  std::size_t done = 0;
  for (; size - done >= 128; done += 128) {
    mask_block(done);
    mask_block(done + 32);
    mask_block(done + 64);
    mask_block(done + 96);
  }
  for (; size - done >= 32; done += 32) mask_block(done);
  mask_words(in + done, out + done, size - done, key);
}

Kernel choose_kernel() { return __builtin_cpu_supports("avx2") ? mask_avx2 : mask_sse2; }
/// What every processor of this kind can do.
constexpr Kernel basic_kernel = mask_sse2;

#else

Kernel choose_kernel() { return mask_words; }
constexpr Kernel basic_kernel = mask_words;

#endif

/// Below this size the choice of a kernel costs more than it wins.
constexpr std::size_t worth_a_choice = 512;

/// What is as small as this was mostly written a moment ago, word by word: a processor would wait for these
/// words to arrive before it loads a larger block.
constexpr std::size_t worth_a_block = 64;

void mask(const std::uint8_t* in, std::uint8_t* out, std::size_t size, KeyWord key) {
  if (size < worth_a_block) return mask_words(in, out, size, key);
  if (size < worth_a_choice) return basic_kernel(in, out, size, key);
  static const Kernel kernel = choose_kernel();
  kernel(in, out, size, key);
}

/// The key as it applies from octet `phase` of the payload on.
KeyWord rotated(const MaskKey& key, std::uint8_t phase) {
  const auto word = std::bit_cast<KeyWord>(key);
  const int turn = 8 * phase;
  return std::endian::native == std::endian::little ? std::rotr(word, turn) : std::rotl(word, turn);
}

}  // namespace

void Masker::apply(MutableBytes payload) { copy(payload, payload.data()); }

void Masker::copy(Bytes in, std::uint8_t* out) {
  mask(in.data(), out, in.size(), rotated(key_, phase_));
  phase_ = static_cast<std::uint8_t>((phase_ + in.size()) & 3);
}

}  // namespace wsrig::ws
