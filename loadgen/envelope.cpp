#include "loadgen/envelope.hpp"

#include <bit>
#include <cstring>
#include <string_view>

#include "loadgen/crc32c.hpp"

namespace wsrig::loadgen {
namespace {

constexpr std::size_t covered_size = 20;  // by the CRC: all but itself

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> make_digits() {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(no_digit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    digits[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}
constexpr auto digits = make_digits();

using Binary = std::array<std::uint8_t, binary_envelope_size>;

template <class Number>
void put(std::uint8_t* out, Number value) {
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(out, &value, sizeof value);
  } else {
    for (std::size_t i = 0; i < sizeof value; ++i) out[i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

template <class Number>
Number get(const std::uint8_t* data) {
  Number value = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&value, data, sizeof value);
  } else {
    for (std::size_t i = sizeof value; i-- > 0;) value = static_cast<Number>(value << 8 | data[i]);
  }
  return value;
}

/// Three octets become four characters.
void to_text(const Binary& in, std::uint8_t* out) {
  for (std::size_t i = 0; i < in.size(); i += 3, out += 4) {
    const std::uint32_t group = std::uint32_t{in[i]} << 16 | std::uint32_t{in[i + 1]} << 8 | in[i + 2];
    for (std::size_t place = 0; place < 4; ++place) {
      out[place] = static_cast<std::uint8_t>(alphabet[group >> (18 - 6 * place) & 63]);
    }
  }
}

bool from_text(const std::uint8_t* in, Binary& out) {
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i < out.size(); i += 3, in += 4) {
    std::uint32_t group = 0;
    for (std::size_t place = 0; place < 4; ++place) {
      const std::uint8_t digit = digits[in[place]];
      seen |= digit;
      group = group << 6 | (digit & 63);
    }
    out[i] = static_cast<std::uint8_t>(group >> 16);
    out[i + 1] = static_cast<std::uint8_t>(group >> 8);
    out[i + 2] = static_cast<std::uint8_t>(group);
  }
  return (seen & 0x80) == 0;  // only no_digit has that bit
}

/// In words of eight octets, for so it is read by the CRC and the mask right behind: a processor waits for
/// smaller stores to arrive before it loads a larger word.
void encode_binary(const Envelope& envelope, std::uint32_t filler_crc, std::uint8_t* out) {
  put(out, std::uint64_t{envelope.connection} << 32 | envelope.sequence);
  put(out + 8, envelope.intended);
  put(out + 16, envelope.length);
  const std::uint32_t crc = crc32c({out, covered_size}, filler_crc);
  put(out + 16, std::uint64_t{crc} << 32 | envelope.length);
}

}  // namespace

void encode(const Envelope& envelope, EnvelopeForm form, std::uint32_t filler_crc, std::uint8_t* out) {
  if (form == EnvelopeForm::binary) return encode_binary(envelope, filler_crc, out);
  Binary binary;
  encode_binary(envelope, filler_crc, binary.data());
  to_text(binary, out);
}

std::optional<ReadEnvelope> read_envelope(ws::Bytes message, EnvelopeForm form) {
  const std::size_t size = envelope_size(form);
  if (message.size() < size) return std::nullopt;
  Binary decoded;
  if (form == EnvelopeForm::text && !from_text(message.data(), decoded)) return std::nullopt;
  const std::uint8_t* const binary = form == EnvelopeForm::text ? decoded.data() : message.data();
  ReadEnvelope read;
  read.envelope = {.sequence = get<std::uint32_t>(binary),
                   .connection = get<std::uint32_t>(binary + 4),
                   .intended = get<std::uint64_t>(binary + 8),
                   .length = get<std::uint32_t>(binary + 16)};
  const std::uint32_t crc = crc32c({binary, covered_size}, crc32c(message.subspan(size)));
  read.is_intact = read.envelope.length == message.size() && crc == get<std::uint32_t>(binary + covered_size);
  return read;
}

}  // namespace wsrig::loadgen
