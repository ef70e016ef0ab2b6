#include "ws/close_code.hpp"

#include "proxy/faults/fault_kind.hpp"
#include "proxy/faults/held_frame.hpp"

namespace wsrig::proxy {

namespace {

class CloseCode final : public ControlStage {
 public:
  CloseCode(FrameSink& next, const StageContext& context, const FaultArguments& arguments)
      : ControlStage(next, context), code_(static_cast<std::uint16_t>(arguments.number("code"))) {}

 private:
  bool concerns(ws::Opcode opcode) const override { return opcode == ws::Opcode::close; }
  void on_control(ws::Frame& frame) override {
    const std::string reason(ws::parse_close(frame.payload).reason);
    frame.payload.clear();
    ws::encode_close(code_, reason, frame.payload);
    frame.header.payload_length = frame.payload.size();
    pass_frame(next_, frame);
  }

  std::uint16_t code_;
};

}  // namespace

FaultKind close_code_fault() {
  using enum FaultParameter::Kind;
  return frame_fault<CloseCode>("close-code", "Close frames arrive with another status code",
                                {{.name = "code",
                                  .kind = count,
                                  .default_value = {},
                                  .about = "0 to 65535, also one "
                                           "that may not be sent",
                                  .most = 65535,
                                  .required = true}});
}

}  // namespace wsrig::proxy
