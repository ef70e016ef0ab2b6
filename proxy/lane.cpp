#include "proxy/lane.hpp"

#include <functional>
#include <utility>

#include "ws/close_code.hpp"

namespace wsrig::proxy {

void Lane::trace_to(const Log& log, std::uint64_t tunnel) {
  FrameEvents& self = *this;
  trace_ = std::make_unique<FrameTrace>(self, log, tunnel, direction_);
}

void Lane::feed(ws::MutableBytes data) {
  FrameEvents& self = *this;
  begin_feed(data);
  reader_.feed(data, trace_ ? *trace_ : self);
  end_feed();
  if (const auto violation = std::exchange(violation_, {})) owner_.on_violation(direction_, *violation);
}

void Lane::on_control(const ws::FrameHeader& header, ws::MutableBytes payload, ws::Bytes raw) {
  if (header.opcode == ws::Opcode::close) {
    close_code_ = ws::parse_close(payload).code.value_or(ws::close_code::no_status);
  }
  pass_control(header, payload, raw);
}

bool VerbatimLane::lies_in_data(ws::Bytes octets) const {
  const std::less_equal<> is_before;  // of pointers into anything
  return is_before(data_.data(), octets.data()) &&
         is_before(octets.data() + octets.size(), data_.data() + data_.size());
}

void VerbatimLane::pass(ws::Bytes octets) {
  if (!run_.empty() && run_.data() + run_.size() == octets.data()) {
    run_ = {run_.data(), run_.size() + octets.size()};
    return;
  }
  ws::append(gathered_, run_);
  run_ = {};
  if (lies_in_data(octets)) {
    run_ = octets;
  } else {
    ws::append(gathered_, octets);
  }
}

void VerbatimLane::end_feed() {
  if (!gathered_.empty()) {
    ws::append(gathered_, run_);
    run_ = gathered_;
  }
  if (!run_.empty()) outlet().write(run_);
  gathered_.clear();
  run_ = {};
  data_ = {};
}

void FrameWriter::begin_frame(const ws::FrameHeader& header) {
  ws::FrameHeader own = header;
  masker_.reset();
  if (direction_ == Direction::to_upstream) {
    own.mask = keys_.next();
    masker_.emplace(*own.mask);
  }
  header_ = ws::encode(own);
}

void FrameWriter::payload(ws::MutableBytes chunk) {
  if (masker_) masker_->apply(chunk);
  write(chunk);
}

void FrameWriter::end_frame() {
  if (header_.size > 0) write({});
}

void FrameWriter::write(ws::Bytes payload) {
  ws::append(gathered_, header_.bytes());
  ws::append(gathered_, payload);
  header_.size = 0;
  bytes().write(gathered_);
  gathered_.clear();
}

void StagedLane::on_data_frame(const ws::FrameHeader& header, ws::Bytes) {
  ws::FrameHeader clear = header;
  masker_.reset();
  if (header.mask) masker_.emplace(*header.mask);
  clear.mask.reset();
  head().begin_frame(clear);
}

void StagedLane::on_data_payload(ws::MutableBytes chunk) {
  if (masker_) masker_->apply(chunk);
  head().payload(chunk);
}

void StagedLane::pass_control(const ws::FrameHeader& header, ws::MutableBytes payload, ws::Bytes) {
  ws::FrameHeader clear = header;
  clear.mask.reset();
  head().begin_frame(clear);
  if (!payload.empty()) head().payload(payload);
  head().end_frame();
}

}  // namespace wsrig::proxy
