#include "proxy/faults/frame_choice.hpp"

namespace wsrig::proxy {

namespace {

class FlipRsv final : public FrameStage {
 public:
  FlipRsv(FrameSink& next, const StageContext& context, const FaultArguments& arguments)
      : FrameStage(next, context),
        choice_(arguments, context.seed),
        bit_(static_cast<std::uint8_t>(8u >> arguments.number("bit"))) {}

  void begin_frame(const ws::FrameHeader& header) override {
    ws::FrameHeader wrong = header;
    if (choice_.takes()) wrong.rsv ^= bit_;
    next_.begin_frame(wrong);
  }

 private:
  FrameChoice choice_;
  std::uint8_t bit_;
};

}  // namespace

FaultKind flip_rsv_fault() {
  using enum FaultParameter::Kind;
  return frame_fault<FlipRsv>("flip-rsv", "a reserved bit of the header changes",
                              with_frame_choice({{.name = "bit",
                                                  .kind = count,
                                                  .default_value = "1",
                                                  .about = "RSV1, RSV2 or RSV3",
                                                  .least = 1,
                                                  .most = 3}}));
}

}  // namespace wsrig::proxy
