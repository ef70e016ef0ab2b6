#include "pcap/frame_stream.hpp"

#include <algorithm>
#include <limits>

namespace wsrig::pcap {

namespace {

/// A capture is watched, not served: nothing is too big (RFC 6455 §10.4 is about what a peer takes).
constexpr ws::Limits no_limits{.frame = UINT64_MAX, .message = UINT64_MAX, .fragments = UINT32_MAX};
constexpr std::uint64_t longest_control_payload = 125;  // RFC 6455 §5.5
/// Keys in a row that are the same: so many, and the sender has only one.
constexpr std::uint64_t constant_keys = 4;
/// After so many frames in a row a guessed boundary is taken for true.
constexpr std::uint32_t proven_frames = 64;

std::uint8_t size_of(const ws::FrameHeader& header) {
  const std::uint64_t length = header.payload_length;
  const bool u64 = header.length_form == ws::LengthForm::u64 || length > 0xffff;
  const bool u16 = header.length_form == ws::LengthForm::u16 || length > 125;
  return static_cast<std::uint8_t>(2 + (u64 ? 8 : u16 ? 2 : 0) + (header.mask ? 4 : 0));
}

/// A key that goes on `at` octets into a payload.
ws::MaskKey rotated(const ws::MaskKey& key, std::uint64_t at) {
  ws::MaskKey out;
  for (std::size_t i = 0; i < key.size(); ++i) out[i] = key[(i + at) % key.size()];
  return out;
}

}  // namespace

FrameStream::FrameStream(Connection& connection, ws::Role sender, Journal& journal, PingObserver& pings)
    : connection_(connection),
      journal_(journal),
      pings_(pings),
      sender_(sender),
      messages_(connection.deflate, sender, journal.wanted().message_payload) {
  state_.role = ws::peer_of(sender);
  state_.deflate = connection.deflate.has_value();
  state_.limits = &no_limits;
  frame_.connection = &connection;
  frame_.sender = sender;
  if (connection.mid_stream) messages_.lose();
}

void FrameStream::start(std::uint64_t offset, double confidence) {
  parser_ = {};
  position_ = frame_offset_ = offset;
  confidence_ = confidence;
  guessed_frames_ = 0;
  began_by_guess_ = confidence < 1;
  data_seen_ = false;
  in_frame_ = header_begun_ = false;
  state_.in_message = false;
}

std::size_t FrameStream::data(ws::Bytes octets, const Origin& origin) {
  origin_ = origin;
  if (!header_begun_ && !octets.empty()) {
    frame_begin_ = origin;
    header_begun_ = true;
  }
  const std::size_t taken = parser_.observe(octets, *this);
  position_ += taken;
  sent().wire += taken;
  if (parser_.at_boundary()) header_begun_ = false;
  return taken;
}

bool FrameStream::on_header(const ws::FrameHeader& header) {
  if (is_wrong_guess(header)) return false;
  frame_.header = header;
  frame_.header_size = size_of(header);
  frame_.offset = frame_offset_;
  frame_.first = frame_begin_;
  frame_.captured = payload_at_ = 0;
  frame_.payload = {};
  kept_.clear();
  has_gap_ = false;
  in_frame_ = true;
  if (header.mask) {
    masker_ = ws::Masker(*header.mask);
    watch_mask(*header.mask);
  }
  const bool had_message = messages_.is_open();
  judge(header);
  const bool control = ws::is_control(header.opcode);
  keep_ = control ? std::max(longest_control_payload, journal_.wanted().frame_payload)
                  : journal_.wanted().frame_payload;
  in_own_message_ = !control && !ws::is_reserved(header.opcode) &&
                    (header.opcode != ws::Opcode::continuation || had_message);
  if (!in_own_message_) return true;
  messages_.begin_frame(header);
  if (header.opcode == ws::Opcode::continuation) return true;
  message_begin_ = frame_begin_;
  message_offset_ = frame_offset_;
  return true;
}

/// Headers that break these rules are rare on the wire, and common where a boundary was guessed wrongly.
bool FrameStream::is_wrong_guess(const ws::FrameHeader& header) const {
  if (confidence_ >= 1) return false;
  const auto violation = ws::check(header, state_);
  if (!violation) return false;
  switch (violation->rule) {
    case ws::Rule::reserved_bits:
    case ws::Rule::reserved_opcode:
    case ws::Rule::length_not_minimal:
    case ws::Rule::length_top_bit:
    case ws::Rule::unmasked_client_frame:
    case ws::Rule::masked_server_frame:
    case ws::Rule::fragmented_control:
    case ws::Rule::control_too_long: return true;
    case ws::Rule::continuation_without_start:
    case ws::Rule::data_inside_message: return data_seen_;
    default: return false;
  }
}

void FrameStream::judge(const ws::FrameHeader& header) {
  // A message whose beginning is not in the capture is no violation.
  const bool excused = header.opcode == ws::Opcode::continuation && !data_seen_ && began_by_guess_;
  if (const auto violation = ws::check(header, state_); violation && !excused) broke(violation->rule);
  if (ws::is_control(header.opcode) || ws::is_reserved(header.opcode)) return;
  state_.in_message = !header.fin;
  data_seen_ = true;
}

void FrameStream::watch_mask(const ws::MaskKey& key) {
  same_keys_ = last_key_ == key ? same_keys_ + 1 : 0;
  last_key_ = key;
  const Fault fault = same_keys_ == 1 ? Fault::mask_key_repeated : Fault::mask_key_constant;
  if (same_keys_ != 1 && same_keys_ + 1 != constant_keys) return;
  journal_.anomaly(connection_, kind_of(fault), sender_, frame_begin_, frame_offset_);
}

void FrameStream::on_payload(ws::Bytes chunk) {
  frame_.captured += chunk.size();
  const bool whole = payload_at_ == 0 && chunk.size() == frame_.header.payload_length;
  const bool read_on = in_own_message_ && messages_.needs_payload();
  const std::uint64_t wanted = read_on ? UINT64_MAX : keep_;
  if (payload_at_ >= wanted) {
    payload_at_ += chunk.size();
    return;
  }
  auto& scratch = journal_.scratch();
  while (!chunk.empty()) {
    ws::Bytes piece = chunk.first(std::min(chunk.size(), scratch.size()));
    chunk = chunk.subspan(piece.size());
    payload_at_ += piece.size();
    if (frame_.header.mask) {
      masker_.copy(piece, scratch.data());
      piece = ws::Bytes(scratch).first(piece.size());
    }
    keep(piece, whole && chunk.empty());
    if (in_own_message_) messages_.payload(piece);
  }
}

/// A payload that came whole is shown where it lies. What comes behind a hole is not joined to what came
/// before.
void FrameStream::keep(ws::Bytes clear, bool whole) {
  if (whole && kept_.empty() && clear.size() == frame_.header.payload_length) {
    frame_.payload = clear.first(std::min<std::size_t>(clear.size(), keep_));
    return;
  }
  if (has_gap_ || kept_.size() >= keep_) return;
  ws::append(kept_, clear.first(std::min<std::size_t>(clear.size(), keep_ - kept_.size())));
}

bool FrameStream::on_frame_end() {
  finish_frame(frame_.captured == frame_.header.payload_length);
  return true;
}

void FrameStream::finish_frame(bool complete) {
  in_frame_ = false;
  frame_.complete = complete;
  frame_.last = origin_;
  frame_.confidence = confidence_;
  if (!kept_.empty()) frame_.payload = kept_;
  if (confidence_ < 1 && ++guessed_frames_ >= proven_frames) confidence_ = 1;
  Sent& sender = sent();
  ++sender.frames[static_cast<std::size_t>(frame_.header.opcode)];
  if (!sender.first) sender.first = frame_.first;
  sender.last = frame_.last;
  sender.end_lost = false;
  journal_.frame(frame_);
  if (ws::is_control(frame_.header.opcode)) {
    finish_control();
  } else {
    sender.payload += frame_.captured;
  }
  if (in_own_message_ && messages_.end_frame()) finish_message();
  frame_offset_ = frame_.offset + frame_.header_size + frame_.header.payload_length;
  frame_begin_ = origin_;
  payload_at_ = 0;
}

void FrameStream::finish_control() {
  const ws::Bytes payload = frame_.payload;
  if (frame_.header.opcode == ws::Opcode::ping) pings_.on_ping(sender_, payload, frame_.last);
  if (frame_.header.opcode == ws::Opcode::pong) pings_.on_pong(sender_, payload, frame_.last);
  if (frame_.header.opcode != ws::Opcode::close) return;
  state_.close_received = true;
  if (frame_.complete) {
    if (const auto violation = ws::check_close_payload(payload, sender_)) broke(violation->rule);
  }
  if (sent().close) return;
  const ws::CloseReason reason = ws::parse_close(payload);
  sent().close = CloseSeen{reason.code, std::string(reason.reason), frame_.last};
}

void FrameStream::finish_message() {
  Sent& sender = sent();
  const bool inflated = messages_.inflated() <= Inflated::yes;
  ++sender.messages;
  if (messages_.is_compressed()) ++sender.compressed_messages;
  if (messages_.is_compressed() && inflated) {
    sender.compressed += messages_.wire();
    sender.inflated += messages_.size();
  }
  if (!inflated) ++sender.not_inflated;
  if (messages_.inflated() == Inflated::corrupt) broke(ws::Rule::deflate_data_corrupt);
  if (messages_.inflated() == Inflated::unknown) {
    journal_.anomaly(connection_, kind_of(Fault::not_inflatable), sender_, message_begin_, message_offset_);
  }
  if (!messages_.is_utf8()) broke(ws::Rule::text_not_utf8);
  if (journal_.wanted().frames) journal_.message(message(inflated));
}

/// What is told of the message that has just been finished.
MessageSeen FrameStream::message(bool inflated) const {
  return {.connection = &connection_,
          .sender = sender_,
          .opcode = messages_.opcode(),
          .compressed = messages_.is_compressed(),
          .complete = messages_.is_complete(),
          .inflated = inflated,
          .utf8 = messages_.is_utf8(),
          .frames = messages_.frames(),
          .number = connection_.of(sender_).messages,
          .offset = message_offset_,
          .wire = messages_.wire(),
          .size = messages_.size(),
          .first = message_begin_,
          .last = origin_,
          .confidence = confidence_,
          .payload = messages_.kept()};
}

bool FrameStream::skip(std::uint64_t size, const Origin& origin) {
  if (!parser_.skip(size)) return false;
  origin_ = origin;
  position_ += size;
  payload_at_ += size;
  has_gap_ = true;
  if (in_own_message_) messages_.missing(size);
  if (frame_.header.mask) masker_ = ws::Masker(rotated(*frame_.header.mask, payload_at_));
  if (parser_.at_boundary()) {
    finish_frame(false);
    header_begun_ = false;
  }
  return true;
}

bool FrameStream::abandon(const Origin& origin) {
  const bool was_open = in_frame_ || !parser_.at_boundary() || messages_.is_open();
  if (in_frame_) {
    origin_ = origin;
    if (in_own_message_) messages_.missing(parser_.remaining());
    finish_frame(false);
  }
  if (messages_.is_open()) {
    messages_.cut_short();
    finish_message();
  }
  messages_.lose();
  parser_ = {};
  header_begun_ = false;
  return was_open;
}

void FrameStream::broke(ws::Rule rule) {
  journal_.anomaly(connection_, kind_of(rule), sender_, in_frame_ ? frame_begin_ : frame_.last,
                   frame_.offset);
}

}  // namespace wsrig::pcap
