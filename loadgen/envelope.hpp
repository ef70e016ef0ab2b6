#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "ws/bytes.hpp"

namespace wsrig::loadgen {

/// What every message of ours carries in front, so that what comes back can be held against what was sent
/// (loadgen/README.md has the layout). It belongs to the message, not to a frame: it survives whatever a
/// proxy makes of frames and TCP segments.
///
/// Binary: 24 octets, little-endian: sequence u32, connection u32, intended time u64 (ns since the UNIX
/// epoch), length of the whole message u32, CRC-32C u32. Text: the base64url (RFC 4648 §5) of these 24
/// octets, 32 characters. The CRC covers what follows the envelope, and then the envelope's first 20 octets.
///
/// A message too small for its envelope is the envelope cut off: it has no CRC, and is known by being exactly
/// what was sent.
struct Envelope {
  std::uint32_t sequence = 0;  ///< counts the messages of a connection, wraps around
  std::uint32_t connection = 0;
  std::uint64_t intended = 0;  ///< ns since the UNIX epoch
  std::uint32_t length = 0;    ///< octets of the message, envelope included

  friend bool operator==(const Envelope&, const Envelope&) = default;
};

enum class EnvelopeForm : std::uint8_t { binary, text };
inline constexpr std::size_t binary_envelope_size = 24;
inline constexpr std::size_t text_envelope_size = 32;
constexpr std::size_t envelope_size(EnvelopeForm form) {
  return form == EnvelopeForm::binary ? binary_envelope_size : text_envelope_size;
}

/// Writes `envelope_size(form)` octets. `filler_crc` is the CRC-32C of what follows the envelope.
void encode(const Envelope& envelope, EnvelopeForm form, std::uint32_t filler_crc, std::uint8_t* out);

/// What the front of a message says, and whether all of it is as it was sent.
struct ReadEnvelope {
  Envelope envelope;
  bool is_intact = false;  ///< the length is the message's, and the CRC is right
};
/// Empty when the message is shorter than an envelope, or (text) when its front is not base64url.
std::optional<ReadEnvelope> read_envelope(ws::Bytes message, EnvelopeForm form);

}  // namespace wsrig::loadgen
