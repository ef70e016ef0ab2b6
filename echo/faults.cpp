#include "echo/faults.hpp"

#include <algorithm>

namespace wsrig::echo {

bool DeafJudge::ignores(ws::Rule rule, const ws::FrameHeader& header) const {
  return std::ranges::any_of(ignored_,
                             [&](const auto& one) { return one.first == rule && one.second(header); });
}

bool DeafJudge::ignores(ws::Rule rule) const {
  return std::ranges::any_of(ignored_, [&](const auto& one) { return one.first == rule; });
}

ws::Violation DeafJudge::failed(ws::Violation violation) const {
  violation.close_code = failure_code_.value_or(violation.close_code);
  return violation;
}

std::optional<ws::Violation> DeafJudge::check(const ws::FrameHeader& header,
                                              const ws::ReceiverState& state) const {
  const auto violation = ws::check(header, state);
  if (!violation || ignores(violation->rule, header)) return std::nullopt;
  return failed(*violation);
}

std::optional<ws::Violation> DeafJudge::check_close_payload(ws::Bytes payload, ws::Role sender) const {
  const auto violation = ws::check_close_payload(payload, sender);
  if (!violation || ignores(violation->rule)) return std::nullopt;
  const auto code = ws::parse_close(payload).code;
  if (code && close_codes_.contains(*code)) return std::nullopt;
  return failed(*violation);
}

std::optional<ws::Violation> DeafJudge::check_message(ws::Rule suspected) const {
  if (ignores(suspected)) return std::nullopt;
  return failed({suspected, ws::info(suspected).close_code});
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

void FaultyApplication::on_message(Conversation& conversation, const ws::Message& message) const {
  if (const auto code = refusal_of(message)) return conversation.close(code, {});
  unsigned times = 1;
  for (const auto& count : copies) times *= count(message);
  for (unsigned i = 0; i < times; ++i) reply(conversation, message);
}

std::optional<std::uint16_t> FaultyApplication::refusal_of(const ws::Message& message) const {
  for (const auto& refuse : refusals) {
    if (const auto code = refuse(message)) return code;
  }
  return std::nullopt;
}

void FaultyApplication::reply(Conversation& conversation, ws::Message message) const {
  for (const Act& act : before_reply) act(conversation);
  for (const MessageEdit& edit : message_edits) edit(message);
  inner_->on_message(conversation, message);
  for (const Act& act : behind_reply) act(conversation);
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
