#include "proxy/faults/frame_choice.hpp"
#include "proxy/faults/held_frame.hpp"

namespace wsrig::proxy {

namespace {

class DropPongs final : public ControlStage {
 public:
  DropPongs(FrameSink& next, const StageContext& context, const FaultArguments& arguments)
      : ControlStage(next, context), choice_(arguments, context.seed) {}

 private:
  bool concerns(ws::Opcode opcode) const override { return opcode == ws::Opcode::pong; }
  void on_control(ws::Frame& frame) override {
    if (!choice_.takes()) pass_frame(next_, frame);
  }

  FrameChoice choice_;
};

}  // namespace

FaultKind drop_pongs_fault() {
  return frame_fault<DropPongs>("drop-pongs", "Pong frames get lost", with_frame_choice());
}

}  // namespace wsrig::proxy
