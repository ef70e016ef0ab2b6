#include "pcap/frame_chain.hpp"

#include <algorithm>

#include "ws/close_code.hpp"
#include "ws/masker.hpp"
#include "ws/utf8.hpp"

namespace wsrig::pcap {

namespace {

// What a fact says for a frame, in bits: how rarely octets at random show it. 11 of 256 first octets, and
// half of the second ones, begin a frame.
constexpr double header_bits = 5.5;
/// One length of 128 announces that 16 bits of it follow, or 64, of which the first are zero; which frames
/// have often, and other things seldom.
constexpr double u16_form_bits = 4, u64_form_bits = 12;
/// The end of a frame is the end of a segment: its length hits one value of many. Other protocols have
/// lengths too, so one of 7 bits counts little.
constexpr double short_end_bits = 5, u16_end_bits = 12, u64_end_bits = 24;
/// One of some 13 codes of the standard, or of 2000 that are free.
constexpr double standard_code_bits = 12, free_code_bits = 5;
/// What a header that cannot be one says against those before it.
constexpr double contradiction_bits = 15;
/// What the first frame must bring of its own.
constexpr double own_bits = 12;
/// A printable character: 98 of 256 octets are, and UTF-8 is stricter still.
constexpr double character_bits = 1.3;
/// Shorter ones are readable by chance too often to count as texts.
constexpr std::size_t telling_text = 8;
constexpr std::uint32_t most_frames = 48;
/// Nobody sends frames of a tebibyte.
constexpr std::uint64_t longest_frame = std::uint64_t{1} << 40;
constexpr std::uint64_t longest_control = 125, longest_u16 = 0xffff;

/// Readable as text: control characters other than white space and escapes are not.
bool is_printable(ws::Bytes text) {
  return std::ranges::none_of(text, [](std::uint8_t c) {
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != 0x1b) || c == 0x7f;
  });
}

}  // namespace

/// Knows of the rules what is_plausible() knows, as far as two octets go.
bool FrameChain::may_begin(std::uint8_t first, std::uint8_t second, bool masked) {
  if (((second & 0x80) != 0) != masked) return false;
  const bool fin = (first & 0x80) != 0;
  const int rsv = first & 0x70, opcode = first & 0x0f, length = second & 0x7f;
  if (opcode >= 8) return fin && rsv == 0 && opcode <= 10 && length <= 125;
  return opcode <= 2 && (rsv == 0 || (rsv == 0x40 && opcode != 0)) && (fin || length != 0);
}

ws::Bytes FrameChain::sample_of(const ws::FrameHeader& header, ws::Bytes payload,
                                std::array<std::uint8_t, most_characters>& room) {
  const auto size =
      static_cast<std::size_t>(std::min<std::uint64_t>({header.payload_length, payload.size(), room.size()}));
  if (header.mask) {
    ws::Masker(*header.mask).copy(payload.first(size), room.data());
  } else {
    std::copy_n(payload.begin(), size, room.begin());
  }
  return ws::Bytes(room).first(size);
}

std::optional<FrameSearch::Found> FrameChain::follow(std::uint64_t offset, bool at_chunk) {
  found_ = {.offset = offset, .at_chunk = at_chunk};
  open_ = Open::unknown;
  bool may_trim = !at_chunk || !wanted_.segments_tell;
  while (offset < search_.end() && found_.frames < most_frames && found_.bits < enough_bits) {
    const ws::Bytes octets = search_.at(offset);
    ws::FrameHeader header;
    const std::size_t size = ws::decode_header(octets, header);
    if (size == 0) break;  // in a hole, or behind the last octet
    if (!is_plausible(header) || !weigh(header, octets.subspan(size))) {
      found_.bits -= contradiction_bits;
      break;
    }
    offset += size + header.payload_length;
    weigh_end(header, offset);
    if (header.opcode == ws::Opcode::close) {
      // RFC 6455 §5.5.1: nothing follows.
      if (offset < search_.end()) found_.bits -= contradiction_bits;
      break;
    }
    if (may_trim && found_.bits < own_bits) found_ = {.offset = offset};
    may_trim = false;
  }
  found_.end = offset;
  return found_.frames == 0 || found_.bits <= 0 ? std::nullopt : std::optional(found_);
}

/// Legal, and not one of the legal ones that nobody sends but that are common elsewhere (zeros).
bool FrameChain::is_plausible(const ws::FrameHeader& header) {
  if (header.mask.has_value() != wanted_.masked || ws::is_reserved(header.opcode)) return false;
  if ((header.rsv & (ws::rsv2 | ws::rsv3)) != 0) return false;
  if (header.length_form != ws::LengthForm::minimal || header.payload_length > longest_frame) return false;
  if (ws::is_control(header.opcode)) {
    return header.fin && header.rsv == 0 && header.payload_length <= longest_control;
  }
  const bool continues = header.opcode == ws::Opcode::continuation;
  if (header.rsv != 0 && (continues || !wanted_.compressed)) return false;
  if (continues ? open_ == Open::no : open_ == Open::yes) return false;
  if (!header.fin && header.payload_length == 0) return false;
  if (!continues) compressed_ = header.rsv != 0;
  text_ = header.opcode == ws::Opcode::text || (continues && text_ && open_ == Open::yes);
  open_ = header.fin ? Open::no : Open::yes;
  return true;
}

/// False where the payload contradicts the header.
bool FrameChain::weigh(const ws::FrameHeader& header, ws::Bytes payload) {
  ++found_.frames;
  const std::uint64_t length = header.payload_length;
  // Lengths of two octets in front of messages look like short continuations that are not the last.
  if (header.fin || length > longest_control) found_.bits += header_bits;
  if (header.fin) {
    found_.bits += length > longest_u16 ? u64_form_bits : length > longest_control ? u16_form_bits : 0;
  }
  std::array<std::uint8_t, most_characters> room;
  const ws::Bytes sample = sample_of(header, payload, room);
  if (header.opcode == ws::Opcode::close) return weigh_close(header, sample);
  if (header.opcode != ws::Opcode::text || compressed_) return true;
  return weigh_text(sample, header.fin && sample.size() == length);
}

bool FrameChain::weigh_text(ws::Bytes sample, bool whole) {
  ws::Utf8Validator utf8;
  if (!utf8.feed(sample) || (whole && !utf8.complete())) return false;
  if (!is_printable(sample)) return true;  // legal, but it proves nothing
  found_.bits += character_bits * static_cast<double>(sample.size());
  if (sample.size() >= telling_text) ++found_.text;
  return true;
}

bool FrameChain::weigh_close(const ws::FrameHeader& header, ws::Bytes sample) {
  if (header.payload_length == 1) return false;
  if (sample.size() < 2) return true;
  const ws::Role sender = wanted_.masked ? ws::Role::client : ws::Role::server;
  const std::uint16_t code = *ws::parse_close(sample).code;
  if (!ws::may_send_close_code(code, sender)) return false;
  constexpr std::uint16_t first_free = 3000;  // RFC 6455 §7.4.2
  found_.bits += code < first_free ? standard_code_bits : free_code_bits;
  return weigh_text(sample.subspan(2), sample.size() == header.payload_length);
}

void FrameChain::weigh_end(const ws::FrameHeader& header, std::uint64_t end) {
  const std::uint64_t length = header.payload_length;
  if (!header.fin && length <= longest_control) return;
  if (end > search_.end() || !search_.is_boundary(end)) return;
  found_.bits += length > longest_u16       ? u64_end_bits
                 : length > longest_control ? u16_end_bits
                                            : short_end_bits;
}

}  // namespace wsrig::pcap
