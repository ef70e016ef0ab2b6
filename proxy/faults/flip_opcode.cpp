#include "proxy/faults/frame_choice.hpp"

namespace wsrig::proxy {

namespace {

class FlipOpcode final : public FrameStage {
 public:
  FlipOpcode(FrameSink& next, const StageContext& context, const FaultArguments& arguments)
      : FrameStage(next, context),
        choice_(arguments, context.seed),
        bit_(static_cast<std::uint8_t>(1u << arguments.number("bit"))) {}

  void begin_frame(const ws::FrameHeader& header) override {
    ws::FrameHeader wrong = header;
    if (choice_.takes())
      wrong.opcode = static_cast<ws::Opcode>(static_cast<std::uint8_t>(header.opcode) ^ bit_);
    next_.begin_frame(wrong);
  }

 private:
  FrameChoice choice_;
  std::uint8_t bit_;
};

}  // namespace

FaultKind flip_opcode_fault() {
  using enum FaultParameter::Kind;
  return frame_fault<FlipOpcode>("flip-opcode", "a bit of the opcode changes",
                                 with_frame_choice({{.name = "bit",
                                                     .kind = count,
                                                     .default_value = "1",
                                                     .about = "0 is the lowest, 3 makes a control frame",
                                                     .most = 3}}));
}

}  // namespace wsrig::proxy
