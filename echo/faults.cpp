#include "echo/faults.hpp"

namespace wsrig::echo {

std::optional<ws::Violation> DeafJudge::check(const ws::FrameHeader& header,
                                              const ws::ReceiverState& state) const {
  const auto violation = ws::check(header, state);
  return violation && ignores(violation->rule) ? std::nullopt : violation;
}

std::optional<ws::Violation> DeafJudge::check_close_payload(ws::Bytes payload, ws::Role sender) const {
  const auto violation = ws::check_close_payload(payload, sender);
  return violation && ignores(violation->rule) ? std::nullopt : violation;
}

std::optional<ws::Violation> DeafJudge::check_message(ws::Rule suspected) const {
  return ignores(suspected) ? std::nullopt : ws::strict_judge().check_message(suspected);
}

void EditingShaper::write(const ws::FrameHeader& header, ws::Bytes payload, ws::ByteBuffer& out) const {
  std::vector<ws::Frame> frames{{header, ws::ByteBuffer(payload.begin(), payload.end())}};
  for (const FrameEdit& edit : edits_) edit(frames);
  for (const ws::Frame& frame : frames) ws::encode(frame, out);
}

void FaultyApplication::on_open(Conversation& conversation) const {
  for (const Act& act : at_open) act(conversation);
  inner_->on_open(conversation);
}

void FaultyApplication::on_message(Conversation& conversation, const ws::Message& received) const {
  ws::Message message = received;
  for (const Act& act : before_reply) act(conversation);
  for (const MessageEdit& edit : message_edits) edit(message);
  inner_->on_message(conversation, message);
}

void FaultyApplication::on_close(Conversation& conversation, const ws::CloseReason& close) const {
  inner_->on_close(conversation, close);
  for (const Act& act : at_close) act(conversation);
}

void FaultyApplication::on_finished(Conversation& conversation) const {
  if (at_end) return at_end(conversation);
  inner_->on_finished(conversation);
}

}  // namespace wsrig::echo
