#include "ws/message.hpp"

#include <algorithm>
#include <utility>

namespace wsrig::ws {

Rule rule_of(InflateStatus failure) {
  switch (failure) {
    case InflateStatus::too_big: return Rule::message_too_big;
    case InflateStatus::beyond_window: return Rule::deflate_window_exceeded;
    case InflateStatus::forgotten: return Rule::deflate_context_kept;
    case InflateStatus::corrupt:
    case InflateStatus::ok: break;
  }
  return Rule::deflate_data_corrupt;
}

MessageAssembler::MessageAssembler(const Limits& limits, const Judge& judge, std::optional<Inflater> inflate)
    : limits_(&limits), judge_(&judge) {
  if (inflate) inflater_ = std::make_unique<Inflater>(std::move(*inflate));
}

void MessageAssembler::begin_frame(const FrameHeader& header) {
  if (header.opcode != Opcode::continuation) start(header);
  ++frames_;
  last_frame_ = header.fin;
  frame_left_ = header.payload_length;
  // By what is announced, so that a message is dropped or kept whatever the reads were. A judge who stops at
  // the limit has done so by now.
  const std::uint64_t room = limits_->message - std::min(limits_->message, wire_size_);
  if (header.payload_length > room) discard();
}

std::optional<Violation> MessageAssembler::payload(MutableBytes chunk) {
  const bool whole = last_frame_ && wire_size_ == 0 && chunk.size() == frame_left_;
  wire_size_ += chunk.size();
  frame_left_ -= chunk.size();
  if (discarded_) return {};
  if (compressed_) {
    const std::size_t size_before = buffer_.size();
    const auto limit = static_cast<std::size_t>(limits_->message);
    return inflated(inflater_->inflate(chunk, buffer_, limit), size_before);
  }
  if (whole) {
    payload_ = chunk;
  } else {
    store(chunk);
  }
  return check_text(chunk);
}

// Each way out returns a result of its own: one value for all would be put together in memory, and the load
// of its parts as a whole would stall every message.
std::optional<Violation> MessageAssembler::end_frame() {
  if (!last_frame_) return {};
  std::optional<Violation> inflating;
  if (compressed_ && !discarded_) inflating = inflated(inflater_->finish(), buffer_.size());
  if (!buffer_.empty()) payload_ = buffer_;
  open_ = false;
  complete_ = !discarded_;
  if (inflating) return inflating;
  if (text_unjudged_ && !utf8_.complete()) return text_failed();
  return {};
}

void MessageAssembler::clear() {
  if (open_ && !discarded_) abandon_inflating();
  ByteBuffer().swap(buffer_);
  payload_ = {};
  wire_size_ = 0;
  frames_ = 0;
  compressed_ = text_unjudged_ = violated_ = open_ = discarded_ = complete_ = false;
}

void MessageAssembler::start(const FrameHeader& header) {
  if (open_ || complete_) clear();
  open_ = true;
  opcode_ = header.opcode;
  compressed_ = inflater_ != nullptr && (header.rsv & rsv1) != 0;
  text_unjudged_ = header.opcode == Opcode::text;
  utf8_.reset();
}

/// Takes memory for at most twice what has come; in the last frame no more than the message will need.
void MessageAssembler::store(Bytes chunk) {
  const std::size_t size = buffer_.size() + chunk.size();
  if (size > buffer_.capacity()) {
    const std::uint64_t announced = last_frame_ ? size + frame_left_ : UINT64_MAX;
    buffer_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(2 * size, announced)));
  }
  append(buffer_, chunk);
}

void MessageAssembler::discard() {
  if (!discarded_) abandon_inflating();
  ByteBuffer().swap(buffer_);
  text_unjudged_ = false;
  discarded_ = true;
}

/// Ends a compressed message whose rest will not be inflated, so that the next one starts at a boundary.
void MessageAssembler::abandon_inflating() {
  if (compressed_) inflater_->finish();
}

/// Judges what an inflate call gave: first the text it appended, then how it ended. Only one violation a
/// message: whether both of them show in one call depends on how the stream was cut.
std::optional<Violation> MessageAssembler::inflated(InflateStatus status, std::size_t size_before) {
  const auto violation = check_text(Bytes(buffer_).subspan(size_before));
  if (status == InflateStatus::ok) return violation;
  discard();
  if (violated_) return violation;
  return judge(rule_of(status));
}

std::optional<Violation> MessageAssembler::check_text(Bytes text) {
  if (!text_unjudged_ || utf8_.feed(text)) return {};
  return text_failed();
}

/// Once a message: what follows the first wrong octet says nothing new.
std::optional<Violation> MessageAssembler::text_failed() {
  text_unjudged_ = false;
  return judge(Rule::text_not_utf8);
}

std::optional<Violation> MessageAssembler::judge(Rule suspected) {
  const auto violation = judge_->check_message(suspected);
  violated_ = violation.has_value();
  return violation;
}

}  // namespace wsrig::ws
