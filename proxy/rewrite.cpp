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
  current_ = header;
  left_ = header.payload_length;
  const bool continues = header.opcode == ws::Opcode::continuation && message_;
  is_held_ = continues || concerns(header);
  if (!is_held_) return next_.begin_frame(header);
  if (!continues) message_ = ws::Frame{header, {}};
  message_->header.fin = header.fin;
}

void RewriteStage::payload(ws::MutableBytes chunk) {
  if (is_held_ && message_->payload.size() + chunk.size() > most_held) give_up();
  left_ -= chunk.size();
  if (!is_held_) return next_.payload(chunk);
  ws::append(message_->payload, chunk);
}

void RewriteStage::end_frame() {
  if (!is_held_) return next_.end_frame();
  if (current_.fin) pass_message();
}

// The message has become too long to hold: what is held goes on as a fragment with the rest of this frame,
// and its other fragments pass.
void RewriteStage::give_up() {
  ws::Frame held = *std::exchange(message_, std::nullopt);
  held.header.payload_length = held.payload.size() + left_;
  next_.begin_frame(held.header);
  if (!held.payload.empty()) next_.payload(held.payload);
  is_held_ = false;
}

void RewriteStage::pass_message() {
  ws::Frame message = *std::exchange(message_, std::nullopt);
  for (const auto& edit : edits_) {
    if (edit->opcode() == message.header.opcode) edit->edit(message.payload);
  }
  message.header.payload_length = message.payload.size();
  next_.begin_frame(message.header);
  if (!message.payload.empty()) next_.payload(message.payload);
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
