#include <optional>

#include "proxy/faults/frame_choice.hpp"
#include "ws/masker.hpp"

namespace wsrig::proxy {

namespace {

/// RFC 6455 §5.1: a client masks, a server does not. This writes the frame itself, because headers that pass
/// through stages carry no masking key.
class FlipMask final : public FrameStage {
 public:
  FlipMask(FrameSink& next, const StageContext& context, const FaultArguments& arguments)
      : FrameStage(next, context), choice_(arguments, context.seed) {}

  void begin_frame(const ws::FrameHeader& header) override {
    is_struck_ = choice_.takes();
    if (!is_struck_) return next_.begin_frame(header);
    ws::FrameHeader wrong = header;
    if (context_.direction == Direction::to_downstream) wrong.mask = ws::MaskKey{0x57, 0x53, 0x72, 0x69};
    if (wrong.mask) masker_.emplace(*wrong.mask);
    bytes().write(ws::encode(wrong).bytes());
  }
  void payload(ws::MutableBytes chunk) override {
    if (!is_struck_) return next_.payload(chunk);
    if (masker_) masker_->apply(chunk);
    bytes().write(chunk);
  }
  void end_frame() override {
    if (!is_struck_) next_.end_frame();
  }

 private:
  FrameChoice choice_;
  std::optional<ws::Masker> masker_;
  bool is_struck_ = false;
};

}  // namespace

FaultKind flip_mask_fault() {
  return frame_fault<FlipMask>("flip-mask", "frames to an upstream go unmasked, frames to a client masked",
                               with_frame_choice());
}

}  // namespace wsrig::proxy
