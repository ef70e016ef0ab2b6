#include "proxy/inflate_stage.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "proxy/referee.hpp"

namespace wsrig::proxy {

void InflateStage::begin_frame(const ws::FrameHeader& header) {
  const bool is_control = ws::is_control(header.opcode);
  if (!is_control && header.opcode != ws::Opcode::continuation) {
    message_is_compressed_ = (header.rsv & ws::rsv1) != 0;
    opcode_ = header.opcode;
  }
  is_inflating_ = message_is_compressed_ && !is_control;
  fin_ = header.fin;
  if (!is_inflating_) next_.begin_frame(header);
}

// The reader in front of this has inflated the same and found no mistake in it, nor more than a message may
// have.
void InflateStage::payload(ws::MutableBytes chunk) {
  if (!is_inflating_) return next_.payload(chunk);
  while (!chunk.empty()) {
    const ws::Bytes piece = chunk.first(std::min(chunk.size(), compressed_at_once));
    chunk = chunk.subspan(piece.size());
    inflater_.inflate(piece, inflated_, SIZE_MAX);
    while (inflated_.size() > fragment_size) pass_fragment(fragment_size, false);
  }
}

void InflateStage::end_frame() {
  if (!is_inflating_) return next_.end_frame();
  if (fin_) inflater_.finish();
  pass_fragment(inflated_.size(), fin_);
}

void InflateStage::pass_fragment(std::size_t size, bool fin) {
  const ws::Opcode opcode = std::exchange(opcode_, ws::Opcode::continuation);
  next_.begin_frame({.fin = fin, .opcode = opcode, .payload_length = size});
  if (size > 0) next_.payload(ws::MutableBytes(inflated_).first(size));
  next_.end_frame();
  inflated_.erase(inflated_.begin(), inflated_.begin() + static_cast<std::ptrdiff_t>(size));
}

}  // namespace wsrig::proxy
