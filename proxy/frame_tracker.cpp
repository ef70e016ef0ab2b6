#include "proxy/frame_tracker.hpp"

#include "ws/close_code.hpp"

namespace wsrig::proxy {

struct FrameTracker::Sink {
  FrameTracker& self;

  bool on_header(const ws::FrameHeader&) const {
    ++self.frames_;
    return true;
  }

  void on_payload(ws::MutableBytes chunk) const {
    const ws::FrameHeader& header = self.parser_.header();
    if (header.opcode != ws::Opcode::close || self.close_seen_) return;
    for (const std::uint8_t octet : chunk) {
      if (self.code_octets_ == 2) return;
      const std::uint8_t key = header.mask ? (*header.mask)[self.code_octets_] : std::uint8_t{0};
      self.code_ = static_cast<std::uint16_t>(self.code_ << 8 | (octet ^ key));
      ++self.code_octets_;
    }
  }

  bool on_frame_end() const {
    if (self.parser_.header().opcode == ws::Opcode::close) self.close_seen_ = true;
    return true;
  }
};

void FrameTracker::feed(ws::MutableBytes data) {
  Sink sink{*this};
  parser_.parse(data, sink);
}

std::uint64_t FrameTracker::payload_left() const {
  const bool in_data = !parser_.at_boundary() && !ws::is_control(parser_.header().opcode);
  return in_data ? parser_.remaining() : 0;
}

std::optional<std::uint16_t> FrameTracker::close_code() const {
  if (!close_seen_) return {};
  return code_octets_ == 2 ? code_ : ws::close_code::no_status;
}

}  // namespace wsrig::proxy
