#include "ws/distance_scanner.hpp"

#include <algorithm>

namespace wsrig::ws {
namespace {

constexpr std::size_t literal_codes = 288;
constexpr std::size_t distance_codes = 30;
constexpr std::uint32_t end_of_block = 256;

struct Range {
  std::uint16_t base;
  std::uint8_t extra_bits;
};
// RFC 1951 §3.2.5: length codes 257 to 285, distance codes 0 to 29.
constexpr std::array<Range, 29> length_ranges{
    {{3, 0},  {4, 0},  {5, 0},  {6, 0},   {7, 0},   {8, 0},   {9, 0},   {10, 0},  {11, 1}, {13, 1},
     {15, 1}, {17, 1}, {19, 2}, {23, 2},  {27, 2},  {31, 2},  {35, 3},  {43, 3},  {51, 3}, {59, 3},
     {67, 4}, {83, 4}, {99, 4}, {115, 4}, {131, 5}, {163, 5}, {195, 5}, {227, 5}, {258, 0}}};
constexpr std::array<Range, distance_codes> distance_ranges{
    {{1, 0},     {2, 0},     {3, 0},     {4, 0},      {5, 1},      {7, 1},     {9, 2},     {13, 2},
     {17, 3},    {25, 3},    {33, 4},    {49, 4},     {65, 5},     {97, 5},    {129, 6},   {193, 6},
     {257, 7},   {385, 7},   {513, 8},   {769, 8},    {1025, 9},   {1537, 9},  {2049, 10}, {3073, 10},
     {4097, 11}, {6145, 11}, {8193, 12}, {12289, 12}, {16385, 13}, {24577, 13}}};
// RFC 1951 §3.2.7.
constexpr std::array<std::uint8_t, 19> code_length_order{16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                         11, 4,  12, 3, 13, 2, 14, 1, 15};
constexpr std::uint32_t no_symbol = 0xffff;

}  // namespace

bool PrefixCode::assign(std::span<const std::uint8_t> lengths) {
  count.fill(0);
  for (const std::uint8_t length : lengths) ++count[length];
  count[0] = 0;
  int left = 1;
  std::array<std::uint16_t, max_bits + 1> next{};
  for (std::size_t length = 1; length <= max_bits; ++length) {
    next[length] = static_cast<std::uint16_t>(next[length - 1] + count[length - 1]);
    left = left * 2 - count[length];
    if (left < 0) return false;
  }
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (lengths[i] != 0) symbol[next[lengths[i]]++] = static_cast<std::uint16_t>(i);
  }
  return true;
}

/// Takes bits from the low end of each octet (RFC 1951 §3.1.1). Behind the end it gives zeros and says so.
class DistanceScanner::BitReader {
 public:
  BitReader(Bytes data, std::size_t bit) : data_(data), at_(bit) {}

  std::size_t position() const { return at_; }
  void seek(std::size_t bit) {
    at_ = bit;
    exhausted_ = false;
  }
  bool is_exhausted() const { return exhausted_; }
  void align() { at_ = (at_ + 7) / 8 * 8; }

  std::uint32_t take(unsigned count) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i) value |= take_bit() << i;
    return value;
  }

  /// Passes over at most that many octets; returns how many there were, none counting as exhausted.
  std::size_t skip_octets(std::size_t most) {
    const std::size_t octets = std::min(most, data_.size() - at_ / 8);
    at_ += octets * 8;
    exhausted_ = octets == 0;
    return octets;
  }

  /// Fills in code lengths, of which some are repetitions (RFC 1951 §3.2.7); false when they are nonsense.
  bool take_lengths(const PrefixCode& code, std::span<std::uint8_t> lengths) {
    for (std::size_t at = 0; at < lengths.size();) {
      const std::uint32_t symbol = take_symbol(code);
      if (symbol < 16) {
        lengths[at++] = static_cast<std::uint8_t>(symbol);
        continue;
      }
      if (symbol > 18 || (symbol == 16 && at == 0)) return false;
      const std::uint8_t value = symbol == 16 ? lengths[at - 1] : std::uint8_t{0};
      const std::size_t times = symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7);
      if (times > lengths.size() - at) return false;
      std::fill_n(lengths.begin() + static_cast<std::ptrdiff_t>(at), times, value);
      at += times;
    }
    return true;
  }

  /// no_symbol when no code begins with these bits.
  std::uint32_t take_symbol(const PrefixCode& code) {
    std::uint32_t bits = 0, first = 0, index = 0;
    for (std::size_t length = 1; length <= PrefixCode::max_bits; ++length) {
      bits |= take_bit();
      const std::uint32_t count = code.count[length];
      if (bits < first + count) return code.symbol[index + (bits - first)];
      index += count;
      first = (first + count) << 1;
      bits <<= 1;
    }
    return no_symbol;
  }

 private:
  std::uint32_t take_bit() {
    if (at_ / 8 >= data_.size()) {
      exhausted_ = true;
      return 0;
    }
    const std::uint32_t bit = (std::uint32_t{data_[at_ / 8]} >> (at_ % 8)) & 1u;
    ++at_;
    return bit;
  }

  Bytes data_;
  std::size_t at_;
  bool exhausted_ = false;
};

std::size_t DistanceScanner::scan(Bytes chunk, std::uint32_t window) {
  if (broken_) return chunk.size();
  const std::size_t before = pending_.size();
  append(pending_, chunk);
  BitReader bits(pending_, pending_bit_);
  while (!broken_ && greatest_ <= window && step(bits)) {
  }
  // A step always ends in the new octets: the old ones alone were not enough for it.
  if (greatest_ > window) return (bits.position() - 1) / 8 - before;
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(bits.position() / 8));
  pending_bit_ = bits.position() % 8;
  return chunk.size();
}

/// One header, symbol or run of stored octets; false, with nothing taken, when it is not all there yet: each
/// reader below changes the scanner only after it has seen that nothing was missing.
bool DistanceScanner::step(BitReader& bits) {
  const std::size_t begin = bits.position();
  switch (state_) {
    case State::block_header: read_block_header(bits); break;
    case State::stored: skip_stored(bits); break;
    case State::symbols: read_symbol(bits); break;
  }
  if (!bits.is_exhausted()) return true;
  bits.seek(begin);
  return false;
}

void DistanceScanner::read_block_header(BitReader& bits) {
  const bool is_final = bits.take(1) == 1;
  const std::uint32_t type = bits.take(2);
  if (bits.is_exhausted()) return;
  switch (type) {
    case 0: read_stored_header(bits); break;
    case 1: use_fixed_codes(); break;
    case 2: read_dynamic_codes(bits); break;
    default: broken_ = true;
  }
  if (!bits.is_exhausted()) final_ = is_final;
}

void DistanceScanner::read_stored_header(BitReader& bits) {  // RFC 1951 §3.2.4
  bits.align();
  const std::uint32_t length = bits.take(16);
  const std::uint32_t complement = bits.take(16);
  if (bits.is_exhausted()) return;
  broken_ = length != (complement ^ 0xffffu);
  stored_left_ = length;
  state_ = State::stored;
}

void DistanceScanner::skip_stored(BitReader& bits) {
  if (stored_left_ == 0) return end_block(bits);
  const std::size_t octets = bits.skip_octets(stored_left_);
  stored_left_ -= octets;
  inflated_size_ += octets;
}

void DistanceScanner::use_fixed_codes() {  // RFC 1951 §3.2.6
  std::array<std::uint8_t, literal_codes> literals;
  std::fill_n(literals.begin(), 144, std::uint8_t{8});
  std::fill_n(literals.begin() + 144, 112, std::uint8_t{9});
  std::fill_n(literals.begin() + 256, 24, std::uint8_t{7});
  std::fill_n(literals.begin() + 280, 8, std::uint8_t{8});
  std::array<std::uint8_t, distance_codes> distances;
  distances.fill(5);
  use_codes(literals, distances);
}

void DistanceScanner::read_dynamic_codes(BitReader& bits) {  // RFC 1951 §3.2.7
  const std::size_t literals = bits.take(5) + 257;
  const std::size_t distances = bits.take(5) + 1;
  const std::size_t code_lengths = bits.take(4) + 4;
  std::array<std::uint8_t, code_length_order.size()> lengths_of_lengths{};
  for (std::size_t i = 0; i < code_lengths; ++i) {
    lengths_of_lengths[code_length_order[i]] = static_cast<std::uint8_t>(bits.take(3));
  }
  PrefixCode code;
  const bool assigned = code.assign(lengths_of_lengths);
  std::array<std::uint8_t, literal_codes + 32> lengths{};
  const auto used = std::span(lengths).first(literals + distances);
  const bool filled = assigned && literals <= 286 && bits.take_lengths(code, used);
  if (bits.is_exhausted()) return;
  broken_ = !filled;
  if (filled) use_codes(used.first(literals), used.subspan(literals));
}

void DistanceScanner::use_codes(std::span<const std::uint8_t> literals,
                                std::span<const std::uint8_t> distances) {
  broken_ = !literals_.assign(literals) || !distances_.assign(distances);
  state_ = State::symbols;
}

void DistanceScanner::read_symbol(BitReader& bits) {
  const std::uint32_t symbol = bits.take_symbol(literals_);
  if (symbol > end_of_block) return read_reference(bits, symbol - end_of_block - 1);
  if (bits.is_exhausted()) return;
  if (symbol == end_of_block) return end_block(bits);
  ++inflated_size_;
}

void DistanceScanner::read_reference(BitReader& bits, std::uint32_t length_code) {
  const Range length_range = length_code < length_ranges.size() ? length_ranges[length_code] : Range{};
  const std::uint32_t length = length_range.base + bits.take(length_range.extra_bits);
  const std::uint32_t code = bits.take_symbol(distances_);
  const Range range = code < distance_codes ? distance_ranges[code] : Range{};
  const std::uint32_t distance = range.base + bits.take(range.extra_bits);
  if (bits.is_exhausted()) return;
  broken_ = length_range.base == 0 || range.base == 0;
  inflated_size_ += length;
  greatest_ = std::max(greatest_, distance);
}

void DistanceScanner::end_block(BitReader& bits) {
  state_ = State::block_header;
  if (final_) bits.align();
}

}  // namespace wsrig::ws
