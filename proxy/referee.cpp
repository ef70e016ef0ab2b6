#include "proxy/referee.hpp"

#include <algorithm>

#include "ws/message.hpp"

namespace wsrig::proxy {

Referee::Referee(ws::Role receiver, const ws::Limits& limits, const std::optional<ws::DeflateParams>& deflate)
    : limits_(&limits), receiver_(receiver) {
  const ws::Role sender = ws::peer_of(receiver);
  if (deflate) {
    inflater_ = std::make_unique<ws::Inflater>(deflate->window_bits(sender), deflate->takeover(sender));
  }
}

std::optional<ws::Violation> Referee::begin(const ws::FrameHeader& header) {
  const ws::ReceiverState state{.role = receiver_,
                                .in_message = in_message_,
                                .deflate = inflater_ != nullptr,
                                .close_received = close_received_,
                                .message_size = message_size_,
                                .message_frames = message_frames_,
                                .message_compressed = is_compressed_,
                                .limits = limits_};
  opcode_ = header.opcode;
  fin_ = header.fin;
  const auto violation = ws::check(header, state);
  if (violation || ws::is_control(header.opcode)) return violation;
  if (header.opcode != ws::Opcode::continuation) begin_message(header);
  message_size_ += header.payload_length;
  ++message_frames_;
  return {};
}

void Referee::begin_message(const ws::FrameHeader& header) {
  in_message_ = true;
  is_compressed_ = (header.rsv & ws::rsv1) != 0;
  is_text_ = header.opcode == ws::Opcode::text;
  message_size_ = 0;
  inflated_size_ = 0;
  message_frames_ = 0;
  utf8_.reset();
}

std::optional<ws::Violation> Referee::payload(ws::Bytes chunk) {
  if (!is_compressed_) return text(chunk);
  ws::ByteBuffer inflated;
  while (!chunk.empty()) {
    const ws::Bytes piece = chunk.first(std::min(chunk.size(), compressed_at_once));
    chunk = chunk.subspan(piece.size());
    if (const auto violation = inflate(piece, inflated)) return violation;
  }
  return {};
}

// What came out before a mistake is judged before it.
std::optional<ws::Violation> Referee::inflate(ws::Bytes piece, ws::ByteBuffer& inflated) {
  inflated.clear();
  const std::uint64_t room = limits_->message - inflated_size_;
  const auto status =
      inflater_->inflate(piece, inflated, static_cast<std::size_t>(std::min<std::uint64_t>(room, SIZE_MAX)));
  inflated_size_ += inflated.size();
  if (is_text_) {
    if (const auto violation = text(inflated)) return violation;
  }
  if (status == ws::InflateStatus::ok) return {};
  return ws::strict_judge().check_message(ws::rule_of(status));
}

std::optional<ws::Violation> Referee::text(ws::Bytes octets) {
  if (utf8_.feed(octets)) return {};
  return ws::strict_judge().check_message(ws::Rule::text_not_utf8);
}

std::optional<ws::Violation> Referee::close(ws::Bytes payload) {
  close_received_ = true;
  return ws::check_close_payload(payload, ws::peer_of(receiver_));
}

std::optional<ws::Violation> Referee::end() {
  if (ws::is_control(opcode_) || !fin_) return {};
  in_message_ = false;
  if (is_compressed_ && inflater_->finish() != ws::InflateStatus::ok) {
    return ws::strict_judge().check_message(ws::Rule::deflate_data_corrupt);
  }
  if (!is_text_ || utf8_.complete()) return {};
  return ws::strict_judge().check_message(ws::Rule::text_not_utf8);
}

}  // namespace wsrig::proxy
