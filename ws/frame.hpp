#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "ws/bytes.hpp"
#include "ws/opcode.hpp"

namespace wsrig::ws {

/// The 32-bit masking key of RFC 6455 §5.3, in the order of the wire.
using MaskKey = std::array<std::uint8_t, 4>;

/// How the payload length is written (RFC 6455 §5.2). `minimal` is the shortest form that holds it;
/// the other two are what is on the wire when a longer form than needed was chosen.
enum class LengthForm : std::uint8_t { minimal, u16, u64 };

/// Reserved bits as a value: RSV1 is 4, RSV2 is 2, RSV3 is 1, as they stand in the first octet.
inline constexpr std::uint8_t rsv1 = 4;
inline constexpr std::uint8_t rsv2 = 2;
inline constexpr std::uint8_t rsv3 = 1;

/// A frame header that can say everything the wire can say, legal or not (RFC 6455 §5.2).
/// `payload_length` is what the header claims: it may lie, and it may have its top bit set.
struct FrameHeader {
  bool fin = true;
  std::uint8_t rsv = 0;
  Opcode opcode = Opcode::text;
  std::optional<MaskKey> mask = {};
  LengthForm length_form = LengthForm::minimal;
  std::uint64_t payload_length = 0;

  friend bool operator==(const FrameHeader&, const FrameHeader&) = default;
};

/// 2 octets, 8 of extended length, 4 of masking key.
inline constexpr std::size_t max_header_size = 14;

struct EncodedHeader {
  std::array<std::uint8_t, max_header_size> octets;
  std::size_t size;
  Bytes bytes() const { return {octets.data(), size}; }
};

struct DecodedHeader {
  FrameHeader header;
  std::size_t size;  ///< octets the header took
};

/// Total: any header has one encoding. A form too short for the length is widened.
EncodedHeader encode(const FrameHeader& header);
/// The same into `max_header_size` octets that are there; returns what is behind the header.
std::uint8_t* encode(const FrameHeader& header, std::uint8_t* out);
/// The same, appended to `out`.
void encode(const FrameHeader& header, ByteBuffer& out);
/// Total: never fails; empty means that more octets are needed. `decode(encode(h)) == h` where the form of
/// `h` is canonical (`minimal` whenever the form on the wire is the shortest).
std::optional<DecodedHeader> decode_header(Bytes in);
/// The same into a header that is there: the octets it took, or 0, and `header` untouched, when more are
/// needed.
std::size_t decode_header(Bytes in, FrameHeader& header);
/// How many octets the header that starts with these (at least two) octets takes.
std::size_t header_size(std::uint8_t first, std::uint8_t second);

/// A header and the payload that really follows, unmasked. `header.payload_length` may differ from
/// `payload.size()`: that is a length that lies.
struct Frame {
  FrameHeader header;
  ByteBuffer payload;

  friend bool operator==(const Frame&, const Frame&) = default;
};

/// Appends the frame as it goes over the wire: header, then the payload masked with the header's key.
void encode(const Frame& frame, ByteBuffer& out);

}  // namespace wsrig::ws
