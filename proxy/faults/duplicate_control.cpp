#include "proxy/faults/frame_choice.hpp"
#include "proxy/faults/held_frame.hpp"

namespace wsrig::proxy {

namespace {

class DuplicateControl final : public ControlStage {
 public:
  DuplicateControl(FrameSink& next, const StageContext& context, const FaultArguments& arguments)
      : ControlStage(next, context), choice_(arguments, context.seed) {}

 private:
  void on_control(ws::Frame& frame) override {
    ws::Frame copy = frame;  // payloads may be changed on their way
    pass_frame(next_, frame);
    if (choice_.takes()) pass_frame(next_, copy);
  }

  FrameChoice choice_;
};

}  // namespace

FaultKind duplicate_control_fault() {
  return frame_fault<DuplicateControl>("duplicate-control", "control frames arrive twice",
                                       with_frame_choice());
}

}  // namespace wsrig::proxy
