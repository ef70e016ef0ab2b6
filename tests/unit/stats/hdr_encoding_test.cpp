#include "stats/hdr_encoding.hpp"

#include <gtest/gtest.h>
#include <vector>
#include <zlib.h>

#include "stats/recorder.hpp"
#include "ws/random.hpp"

namespace wsrig::stats {
namespace {

using Octets = std::vector<std::uint8_t>;

Histogram random_histogram(std::uint64_t seed) {
  ws::Random random(seed);
  Recorder recorder;
  const std::uint64_t samples = random.next_below(300);
  for (std::uint64_t i = 0; i < samples; ++i) {
    // Counts of every length of word; values that HdrHistogram, which has signs, can hold.
    const std::uint64_t value = random.next_word() >> (1 + random.next_below(62));
    recorder.record(value, random.next_word() >> (12 + random.next_below(52)));
  }
  return recorder.snapshot();
}

std::vector<Bucket> buckets_of(const Histogram& histogram) {
  return {histogram.buckets().begin(), histogram.buckets().end()};
}

Octets big_endian(std::uint64_t number, std::size_t size) {
  Octets out;
  for (std::size_t shift = 8 * size; shift > 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(number >> (shift - 8)));
  return out;
}

void append(Octets& out, const Octets& more) { out.insert(out.end(), more.begin(), more.end()); }

/// A V2 histogram made by hand of its fields and words.
Octets handmade(const Octets& words, std::uint32_t digits = 3, std::uint64_t lowest = 1) {
  Octets plain = big_endian(0x1c849313, 4);
  append(plain, big_endian(words.size(), 4));
  append(plain, big_endian(0, 4));
  append(plain, big_endian(digits, 4));
  append(plain, big_endian(lowest, 8));
  append(plain, big_endian(3'600'000'000'000, 8));
  append(plain, big_endian(0x3ff0000000000000, 8));
  append(plain, words);
  Octets compressed(::compressBound(plain.size()));
  uLongf size = compressed.size();
  ::compress(compressed.data(), &size, plain.data(), plain.size());
  compressed.resize(size);
  Octets out = big_endian(0x1c849314, 4);
  append(out, big_endian(size, 4));
  append(out, compressed);
  return out;
}

TEST(HdrEncoding, round_trip) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Histogram histogram = random_histogram(seed);
    const auto decoded = decode_hdr(encode_hdr(histogram));
    ASSERT_TRUE(decoded) << "seed " << seed;
    ASSERT_EQ(buckets_of(*decoded), buckets_of(histogram)) << "seed " << seed;
  }
}

TEST(HdrEncoding, words_are_zigzag_and_little_endian_by_sevens) {
  // Five empty buckets (-5 is 9), three samples of 5 (6), one empty bucket (0), 64 samples of 7 (128).
  const auto decoded = decode_hdr(handmade({0x09, 0x06, 0x00, 0x80, 0x01}));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(buckets_of(*decoded), (std::vector<Bucket>{{5, 3}, {7, 64}}));
  EXPECT_EQ(encode_hdr(*decoded), handmade({0x09, 0x06, 0x00, 0x80, 0x01}));
}

TEST(HdrEncoding, says_what_it_is_in_its_first_octets) {
  const Octets octets = encode_hdr(random_histogram(3));
  EXPECT_EQ((Octets(octets.begin(), octets.begin() + 4)), (Octets{0x1c, 0x84, 0x93, 0x14}));  // "HISTFA…"
}

TEST(HdrEncoding, refuses_every_beginning_of_a_histogram) {
  const Octets octets = encode_hdr(random_histogram(7));
  for (std::size_t size = 0; size < octets.size(); ++size) {
    ASSERT_FALSE(decode_hdr(std::span(octets).first(size))) << size;
  }
}

TEST(HdrEncoding, survives_every_flipped_octet) {
  const Octets octets = encode_hdr(random_histogram(7));
  for (std::size_t i = 0; i < octets.size(); ++i) {
    Octets damaged = octets;
    damaged[i] ^= 0x55;
    // zlib's Adler-32 finds what its structure does not.
    ASSERT_FALSE(decode_hdr(damaged)) << i;
  }
}

TEST(HdrEncoding, refuses_other_layouts_and_words_that_leave_the_layout) {
  EXPECT_FALSE(decode_hdr(handmade({0x02}, 2)));           // 2 digits
  EXPECT_FALSE(decode_hdr(handmade({0x02}, 3, 1000)));     // microseconds
  EXPECT_FALSE(decode_hdr(handmade({0x80})));              // a word that is cut
  EXPECT_FALSE(decode_hdr(handmade({0xff, 0xff, 0x7f})));  // a million empty buckets
  // The smallest of all numbers: its negative does not exist.
  EXPECT_FALSE(decode_hdr(handmade({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})));
  // Two counts of 2^62 - 1: their sum would soon overflow.
  const Octets much{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};
  Octets twice = much;
  append(twice, much);
  EXPECT_FALSE(decode_hdr(handmade(twice)));
}

TEST(HdrEncoding, an_empty_histogram_stays_empty) {
  const auto decoded = decode_hdr(encode_hdr({}));
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(decoded->empty());
}

}  // namespace
}  // namespace wsrig::stats
