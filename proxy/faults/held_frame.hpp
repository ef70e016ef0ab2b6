#pragma once

#include "proxy/stage.hpp"
#include "ws/frame.hpp"

namespace wsrig::proxy {

/// Passes a whole frame on.
inline void pass_frame(FrameSink& next, ws::Frame& frame) {
  next.begin_frame(frame.header);
  if (!frame.payload.empty()) next.payload(frame.payload);
  next.end_frame();
}

/// A stage that holds some control frames back until they are whole, which is soon: they have at most 125
/// octets (RFC 6455 §5.5), and only legal frames come here. Other frames pass.
class ControlStage : public FrameStage {
 public:
  using FrameStage::FrameStage;

  void begin_frame(const ws::FrameHeader& header) final {
    is_held_ = ws::is_control(header.opcode) && concerns(header.opcode);
    if (is_held_) {
      frame_ = {header, {}};
    } else {
      next_.begin_frame(header);
    }
  }
  void payload(ws::MutableBytes chunk) final {
    if (is_held_) {
      ws::append(frame_.payload, chunk);
    } else {
      next_.payload(chunk);
    }
  }
  void end_frame() final {
    if (is_held_) return on_control(frame_);
    next_.end_frame();
    on_passed();
  }

 protected:
  virtual bool concerns(ws::Opcode) const { return true; }
  /// A whole frame that concerns this fault: passes on what is to be passed on.
  virtual void on_control(ws::Frame& frame) = 0;
  /// A frame that does not concern it has passed.
  virtual void on_passed() {}

 private:
  ws::Frame frame_;
  bool is_held_ = false;
};

}  // namespace wsrig::proxy
