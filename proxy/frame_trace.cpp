#include "proxy/frame_trace.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "ws/notation.hpp"

namespace wsrig::proxy {

namespace {

constexpr std::size_t octets_shown = 64;

}  // namespace

void trace_frame(const Log& log, std::uint64_t tunnel, Direction direction, const ws::FrameHeader& header,
                 ws::Bytes payload) {
  const ws::Bytes shown = payload.first(std::min(payload.size(), octets_shown));
  ws::Frame frame{header, {shown.begin(), shown.end()}};
  const std::uint64_t size = std::exchange(frame.header.payload_length, shown.size());
  const bool to_upstream = direction == Direction::to_upstream;
  const ws::Role sender = to_upstream ? ws::Role::client : ws::Role::server;
  std::string text = ws::print(frame, sender, {.show_mask = false});
  if (size > shown.size()) text += fmt::format(" … ({} octets)", size);
  log.trace(tunnel, to_upstream ? '>' : '<', text);
}

void FrameTrace::on_data_frame(const ws::FrameHeader& header, ws::Bytes raw) {
  frame_ = {header, {}};
  masker_ = ws::Masker(header.mask.value_or(ws::MaskKey{}));
  next_.on_data_frame(header, raw);
}

void FrameTrace::on_data_payload(ws::MutableBytes chunk) {
  const std::size_t had = frame_.payload.size();
  const std::size_t wanted = std::min(chunk.size(), octets_shown - had);
  frame_.payload.resize(had + wanted);
  masker_.copy(chunk.first(wanted), frame_.payload.data() + had);
  next_.on_data_payload(chunk);
}

void FrameTrace::on_data_frame_end() {
  trace_frame(log_, tunnel_, direction_, frame_.header, frame_.payload);
  next_.on_data_frame_end();
}

void FrameTrace::on_control(const ws::FrameHeader& header, ws::MutableBytes payload, ws::Bytes raw) {
  trace_frame(log_, tunnel_, direction_, header, payload);
  next_.on_control(header, payload, raw);
}

void FrameTrace::on_violation(const ws::Violation& violation) {
  log_.trace(tunnel_, direction_ == Direction::to_upstream ? '>' : '<', "# " + std::string(violation->text));
  next_.on_violation(violation);
}

}  // namespace wsrig::proxy
