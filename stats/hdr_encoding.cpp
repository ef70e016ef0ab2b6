#include "stats/hdr_encoding.hpp"

#include <algorithm>
#include <limits>
#include <zlib.h>

#include "stats/bucket_layout.hpp"

namespace wsrig::stats {

namespace {

using Octets = std::span<const std::uint8_t>;
using Buffer = std::vector<std::uint8_t>;
using bucket_layout::bucket_count;

// The low four bits of a cookie's last octet say how long a count's word may be: 1 stands for a variable
// length.
constexpr std::uint32_t plain_cookie = 0x1c849303 | 0x10;
constexpr std::uint32_t compressed_cookie = 0x1c849304 | 0x10;
constexpr std::size_t plain_header = 40;
constexpr std::size_t compressed_header = 8;
/// Tools want equal ranges of what they add up; a histogram goes beyond an hour only if it must.
constexpr std::uint64_t usual_highest = 3'600'000'000'000;
constexpr std::uint64_t unit_ratio = 0x3ff0000000000000;  ///< 1.0: what turns values into doubles
/// No sum of what is read may overflow, whatever a file says.
constexpr std::uint64_t most_samples = std::uint64_t{1} << 62;
/// A word has 7 bits an octet, but for the ninth, which has all 8.
constexpr std::size_t longest_word = 9;

template <class Number>
void put(Buffer& out, Number number) {
  for (std::size_t shift = sizeof(Number) * 8; shift > 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(number >> (shift - 8)));
  }
}

template <class Number>
Number get(Octets octets, std::size_t at) {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) number = static_cast<Number>(number << 8 | octets[at + i]);
  return number;
}

/// Small numbers of either sign become small words: 0, -1, 1, -2 are 0, 1, 2, 3.
void put_word(Buffer& out, std::int64_t number) {
  std::uint64_t word = static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);
  for (std::size_t i = 1; i < longest_word && word >= 0x80; ++i) {
    out.push_back(static_cast<std::uint8_t>(word | 0x80));
    word >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(word));
}

/// Takes a word off the front; empty when it is cut.
std::optional<std::int64_t> take_word(Octets& in) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < longest_word && i < in.size(); ++i) {
    const bool last = i + 1 == longest_word;
    word |= static_cast<std::uint64_t>(last ? in[i] : in[i] & 0x7f) << (7 * i);
    if (last || in[i] < 0x80) {
      in = in.subspan(i + 1);
      return static_cast<std::int64_t>(word >> 1 ^ (~(word & 1) + 1));
    }
  }
  return std::nullopt;
}

/// Counts from the first bucket on, runs of empty ones as their negative length.
Buffer encode_counts(const Histogram& histogram) {
  Buffer out;
  std::size_t next = 0;
  for (const Bucket& bucket : histogram.buckets()) {
    const auto empty = static_cast<std::int64_t>(bucket.index - next);
    if (empty > 0) put_word(out, empty == 1 ? 0 : -empty);
    put_word(out, static_cast<std::int64_t>(bucket.count));
    next = bucket.index + 1;
  }
  return out;
}

Buffer encode_plain(const Histogram& histogram) {
  const Buffer counts = encode_counts(histogram);
  const std::uint64_t highest = std::max(usual_highest, histogram.max());
  Buffer out;
  put(out, plain_cookie);
  put(out, static_cast<std::uint32_t>(counts.size()));
  put(out, std::uint32_t{0});  // index of the first count
  put(out, std::uint32_t{3});  // significant digits
  put(out, std::uint64_t{1});  // lowest value
  put(out, std::min<std::uint64_t>(highest, std::numeric_limits<std::int64_t>::max()));
  put(out, unit_ratio);
  out.insert(out.end(), counts.begin(), counts.end());
  return out;
}

/// zlib cannot fail here: the destination has the size that it asked for.
Buffer deflate(Octets plain) {
  uLongf size = ::compressBound(plain.size());
  Buffer out(size);
  ::compress(out.data(), &size, plain.data(), plain.size());
  out.resize(size);
  return out;
}

/// At most what a histogram with every bucket in use takes.
std::optional<Buffer> inflate(Octets compressed) {
  Buffer plain(plain_header + bucket_count * longest_word);
  uLongf size = plain.size();
  if (::uncompress(plain.data(), &size, compressed.data(), compressed.size()) != Z_OK) return std::nullopt;
  plain.resize(size);
  return plain;
}

bool is_our_layout(Octets plain) {
  return plain.size() >= plain_header && get<std::uint32_t>(plain, 0) == plain_cookie &&
         get<std::uint32_t>(plain, 4) == plain.size() - plain_header && get<std::uint32_t>(plain, 8) == 0 &&
         get<std::uint32_t>(plain, 12) == 3 && get<std::uint64_t>(plain, 16) == 1;
}

std::optional<std::vector<Bucket>> decode_counts(Octets words) {
  std::vector<Bucket> buckets;
  std::size_t index = 0;
  std::uint64_t total = 0;
  while (!words.empty()) {
    const auto word = take_word(words);
    if (!word) return std::nullopt;
    // A word takes an octet at least and the octets are bounded, so only a long run could leave the layout.
    const std::uint64_t steps = *word < 0 ? ~static_cast<std::uint64_t>(*word) + 1 : 1;
    if (steps > bucket_count - index) return std::nullopt;
    const std::uint64_t count = *word > 0 ? static_cast<std::uint64_t>(*word) : 0;
    if (count > 0) buckets.push_back({static_cast<std::uint32_t>(index), count});
    total += count;
    if (total > most_samples) return std::nullopt;
    index += steps;
  }
  return buckets;
}

}  // namespace

std::vector<std::uint8_t> encode_hdr(const Histogram& histogram) {
  const Buffer compressed = deflate(encode_plain(histogram));
  Buffer out;
  put(out, compressed_cookie);
  put(out, static_cast<std::uint32_t>(compressed.size()));
  out.insert(out.end(), compressed.begin(), compressed.end());
  return out;
}

std::optional<Histogram> decode_hdr(std::span<const std::uint8_t> octets) {
  if (octets.size() < compressed_header || get<std::uint32_t>(octets, 0) != compressed_cookie ||
      get<std::uint32_t>(octets, 4) != octets.size() - compressed_header) {
    return std::nullopt;
  }
  const auto plain = inflate(octets.subspan(compressed_header));
  if (!plain || !is_our_layout(*plain)) return std::nullopt;
  auto buckets = decode_counts(Octets(*plain).subspan(plain_header));
  if (!buckets) return std::nullopt;
  if (buckets->empty()) return Histogram{};
  const std::uint64_t min = buckets->front().lowest(), max = buckets->back().highest();
  return Histogram(std::move(*buckets), min, max);
}

}  // namespace wsrig::stats
