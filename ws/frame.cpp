#include "ws/frame.hpp"

#include <algorithm>
#include <cstring>

#include "ws/masker.hpp"

namespace wsrig::ws {
namespace {

// RFC 6455 §5.2: the seven length bits hold 0–125, or say how many octets of length follow.
constexpr std::uint8_t largest_short_length = 125;
constexpr std::uint8_t u16_follows = 126;
constexpr std::uint8_t u64_follows = 127;

constexpr std::uint8_t fin_bit = 0x80;
constexpr std::uint8_t mask_bit = 0x80;

std::uint8_t length_bits(const FrameHeader& header) {
  if (header.payload_length > 0xffff || header.length_form == LengthForm::u64) return u64_follows;
  if (header.payload_length > largest_short_length || header.length_form == LengthForm::u16)
    return u16_follows;
  return static_cast<std::uint8_t>(header.payload_length);
}

constexpr std::size_t extended_length_size(std::uint8_t length_bits) {
  if (length_bits == u16_follows) return 2;
  return length_bits == u64_follows ? 8 : 0;
}

std::uint64_t read_big_endian(Bytes octets) {
  std::uint64_t value = 0;
  for (const std::uint8_t octet : octets) value = value << 8 | octet;
  return value;
}

/// `minimal` when the form on the wire is the one the length needs.
LengthForm canonical_form(std::uint8_t length_bits, std::uint64_t length) {
  if (length_bits == u16_follows && length <= largest_short_length) return LengthForm::u16;
  if (length_bits == u64_follows && length <= 0xffff) return LengthForm::u64;
  return LengthForm::minimal;
}

/// Returns what is behind the last octet.
std::uint8_t* write_big_endian(std::uint64_t value, std::size_t size, std::uint8_t* out) {
  while (size > 0) *out++ = static_cast<std::uint8_t>(value >> (8 * --size));
  return out;
}

}  // namespace

std::string_view name(Opcode opcode) {
  switch (opcode) {
    case Opcode::continuation: return "cont";
    case Opcode::text: return "text";
    case Opcode::binary: return "binary";
    case Opcode::close: return "close";
    case Opcode::ping: return "ping";
    case Opcode::pong: return "pong";
  }
  return {};
}

EncodedHeader encode(const FrameHeader& header) {
  EncodedHeader encoded;
  encoded.size = static_cast<std::size_t>(encode(header, encoded.octets.data()) - encoded.octets.data());
  return encoded;
}

std::uint8_t* encode(const FrameHeader& header, std::uint8_t* out) {
  const std::uint8_t bits = length_bits(header);
  const auto opcode = static_cast<std::uint8_t>(header.opcode);
  *out++ = static_cast<std::uint8_t>((header.fin ? fin_bit : 0) | (header.rsv & 7) << 4 | (opcode & 0xf));
  *out++ = static_cast<std::uint8_t>((header.mask ? mask_bit : 0) | bits);
  out = write_big_endian(header.payload_length, extended_length_size(bits), out);
  if (!header.mask) return out;
  std::memcpy(out, header.mask->data(), header.mask->size());
  return out + header.mask->size();
}

void encode(const FrameHeader& header, ByteBuffer& out) { append(out, encode(header).bytes()); }

std::optional<DecodedHeader> decode_header(Bytes in) {
  DecodedHeader decoded{};
  decoded.size = decode_header(in, decoded.header);
  return decoded.size != 0 ? std::optional(decoded) : std::nullopt;
}

std::size_t decode_header(Bytes in, FrameHeader& header) {
  if (in.size() < 2) return 0;
  const std::size_t size = header_size(in[0], in[1]);
  if (in.size() < size) return 0;

  const std::uint8_t first = in[0];
  const std::uint8_t second = in[1];
  header.fin = (first & fin_bit) != 0;
  header.rsv = (first >> 4) & 7;
  header.opcode = static_cast<Opcode>(first & 0xf);
  const std::uint8_t bits = second & 0x7f;
  const std::size_t extended = extended_length_size(bits);
  header.payload_length = extended == 0 ? bits : read_big_endian(in.subspan(2, extended));
  header.length_form = canonical_form(bits, header.payload_length);
  header.mask.reset();
  if ((second & mask_bit) != 0) std::memcpy(header.mask.emplace().data(), in.data() + 2 + extended, 4);
  return size;
}

std::size_t header_size(std::uint8_t, std::uint8_t second) {
  return 2 + extended_length_size(second & 0x7f) + ((second & mask_bit) != 0 ? 4 : 0);
}

void encode(const Frame& frame, ByteBuffer& out) {
  encode(frame.header, out);
  append(out, frame.payload);
  if (!frame.header.mask) return;
  Masker(*frame.header.mask).apply(MutableBytes(out).last(frame.payload.size()));
}

}  // namespace wsrig::ws
