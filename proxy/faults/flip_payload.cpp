#include <optional>

#include "proxy/faults/frame_choice.hpp"

namespace wsrig::proxy {

namespace {

/// Frames without payload are not counted: they have no bit to change.
class FlipPayload final : public FrameStage {
 public:
  FlipPayload(FrameSink& next, const StageContext& context, const FaultArguments& arguments)
      : FrameStage(next, context), choice_(arguments, context.seed), random_(context.seed + 1) {}

  void begin_frame(const ws::FrameHeader& header) override {
    wait_.reset();
    if (header.payload_length > 0 && choice_.takes()) {
      wait_ = random_.up_to(header.payload_length - 1);
      bit_ = static_cast<std::uint8_t>(1u << random_.up_to(7));
    }
    next_.begin_frame(header);
  }
  void payload(ws::MutableBytes chunk) override {
    if (wait_ && *wait_ < chunk.size()) {
      chunk[static_cast<std::size_t>(*wait_)] ^= bit_;
      wait_.reset();
    } else if (wait_) {
      *wait_ -= chunk.size();
    }
    next_.payload(chunk);
  }

 private:
  FrameChoice choice_;
  Random random_;
  std::optional<std::uint64_t> wait_;  ///< octets of payload before the one that changes
  std::uint8_t bit_ = 1;
};

}  // namespace

FaultKind flip_payload_fault() {
  return frame_fault<FlipPayload>("flip-payload", "one bit of the payload changes", with_frame_choice());
}

}  // namespace wsrig::proxy
