#include "proxy/referee.hpp"

namespace wsrig::proxy {

Referee::Referee(ws::Role receiver, const ws::Limits& limits, bool deflate)
    : limits_(&limits), receiver_(receiver), deflate_(deflate) {}

std::optional<ws::Violation> Referee::begin(const ws::FrameHeader& header) {
  const ws::ReceiverState state{.role = receiver_,
                                .in_message = in_message_,
                                .deflate = deflate_,
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
  is_text_ = header.opcode == ws::Opcode::text && !is_compressed_;
  message_size_ = 0;
  message_frames_ = 0;
  utf8_.reset();
}

std::optional<ws::Violation> Referee::text(ws::Bytes chunk) {
  if (utf8_.feed(chunk)) return {};
  return ws::strict_judge().check_message(ws::Rule::text_not_utf8);
}

std::optional<ws::Violation> Referee::close(ws::Bytes payload) {
  close_received_ = true;
  return ws::check_close_payload(payload, ws::peer_of(receiver_));
}

std::optional<ws::Violation> Referee::end() {
  if (ws::is_control(opcode_) || !fin_) return {};
  in_message_ = false;
  if (!is_text_ || utf8_.complete()) return {};
  return ws::strict_judge().check_message(ws::Rule::text_not_utf8);
}

}  // namespace wsrig::proxy
