#include <algorithm>

#include "proxy/faults/frame_choice.hpp"

namespace wsrig::proxy {

namespace {

class FalseLength final : public FrameStage {
 public:
  FalseLength(FrameSink& next, const StageContext& context, const FaultArguments& arguments)
      : FrameStage(next, context),
        choice_(arguments, context.seed),
        more_(arguments.number("more")),
        less_(arguments.number("less")) {}

  void begin_frame(const ws::FrameHeader& header) override {
    ws::FrameHeader wrong = header;
    if (choice_.takes()) {
      wrong.payload_length += more_;
      wrong.payload_length -= std::min(less_, wrong.payload_length);
    }
    next_.begin_frame(wrong);
  }

 private:
  FrameChoice choice_;
  std::uint64_t more_;
  std::uint64_t less_;
};

}  // namespace

FaultKind false_length_fault() {
  using enum FaultParameter::Kind;
  FaultKind kind = frame_fault<FalseLength>(
      "false-length", "the header claims another payload length than there is",
      with_frame_choice(
          {{.name = "more",
            .kind = size,
            .default_value = "0B",
            .about = "so much too long",
            .most = 1ull << 62},
           {.name = "less", .kind = size, .default_value = "0B", .about = "so much too short"}}));
  kind.check = [](const FaultArguments& arguments) -> std::string {
    const bool lies = arguments.number("more") != arguments.number("less");
    return lies ? "" : "tells no lie: give it more=1B or less=1B";
  };
  return kind;
}

}  // namespace wsrig::proxy
