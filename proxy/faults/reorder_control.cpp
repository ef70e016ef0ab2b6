#include <optional>
#include <utility>

#include "proxy/faults/frame_choice.hpp"
#include "proxy/faults/held_frame.hpp"

namespace wsrig::proxy {

namespace {

/// A Ping or Pong changes places with the frame behind it, and waits for that.
class ReorderControl final : public ControlStage {
 public:
  ReorderControl(FrameSink& next, const StageContext& context, const FaultArguments& arguments)
      : ControlStage(next, context), choice_(arguments, context.seed) {}
  void flush() override { on_passed(); }

 private:
  bool concerns(ws::Opcode opcode) const override { return opcode != ws::Opcode::close; }
  void on_control(ws::Frame& frame) override {
    if (!held_ && choice_.takes()) {
      held_ = frame;
      return;
    }
    pass_frame(next_, frame);
    on_passed();
  }
  void on_passed() override {
    if (auto held = std::exchange(held_, std::nullopt)) pass_frame(next_, *held);
  }

  FrameChoice choice_;
  std::optional<ws::Frame> held_;
};

}  // namespace

FaultKind reorder_control_fault() {
  return frame_fault<ReorderControl>(
      "reorder-control", "a Ping or Pong arrives behind the frame that followed it", with_frame_choice());
}

}  // namespace wsrig::proxy
