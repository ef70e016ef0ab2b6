#include "proxy/rewrite.hpp"

#include <algorithm>
#include <utility>

namespace wsrig::proxy {

bool RewriteStage::concerns(const ws::FrameHeader& header) const {
  const auto is_for_it = [&](const auto& edit) { return edit->opcode() == header.opcode; };
  return header.rsv == 0 && std::ranges::any_of(edits_, is_for_it);
}

// Control frames pass between the fragments of a message that is held.
void RewriteStage::begin_frame(const ws::FrameHeader& header) {
  const bool continues = header.opcode == ws::Opcode::continuation && message_;
  current_ = header;
  is_held_ = continues || concerns(header);
  if (!is_held_) return next_.begin_frame(header);
  if (!continues) message_ = Held{header.opcode, {}, {}};
}

void RewriteStage::payload(ws::MutableBytes chunk) {
  if (is_held_ && message_->payload.size() + chunk.size() > most_held) give_up();
  if (!is_held_) return next_.payload(chunk);
  ws::append(message_->payload, chunk);
}

void RewriteStage::end_frame() {
  if (!is_held_) return next_.end_frame();
  if (current_.fin) return pass_message();
  std::size_t before = 0;
  for (const std::size_t size : message_->fragments) before += size;
  message_->fragments.push_back(message_->payload.size() - before);
}

// The message has become too long to hold: its fragments go on as they were, and the rest of it passes.
void RewriteStage::give_up() {
  Held held = *std::exchange(message_, std::nullopt);
  ws::MutableBytes rest = held.payload;
  ws::Opcode opcode = held.opcode;
  for (const std::size_t size : held.fragments) {
    pass_fragment(std::exchange(opcode, ws::Opcode::continuation), rest.first(size), false);
    rest = rest.subspan(size);
  }
  next_.begin_frame(current_);
  if (!rest.empty()) next_.payload(rest);
  is_held_ = false;
}

void RewriteStage::pass_message() {
  Held held = *std::exchange(message_, std::nullopt);
  for (const auto& edit : edits_) {
    if (edit->opcode() == held.opcode) edit->edit(held.payload);
  }
  ws::MutableBytes rest = held.payload;
  ws::Opcode opcode = held.opcode;
  for (const std::size_t size : held.fragments) {
    if (size >= rest.size() && size > 0) break;  // the last one by now
    pass_fragment(std::exchange(opcode, ws::Opcode::continuation), rest.first(size), false);
    rest = rest.subspan(size);
  }
  pass_fragment(opcode, rest, true);
}

void RewriteStage::pass_fragment(ws::Opcode opcode, ws::MutableBytes payload, bool fin) {
  next_.begin_frame({.fin = fin, .opcode = opcode, .payload_length = payload.size()});
  if (!payload.empty()) next_.payload(payload);
  next_.end_frame();
}

void Rewriting::add_to(Route& route) const {
  for (const Direction direction : {Direction::to_upstream, Direction::to_downstream}) {
    auto& edits = route.head_edits[direction];
    edits.insert(edits.end(), head_edits[direction].begin(), head_edits[direction].end());
  }
  route.faults.insert(route.faults.end(), stages.begin(), stages.end());
}

}  // namespace wsrig::proxy
