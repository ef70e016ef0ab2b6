#include <algorithm>
#include <deque>

#include "net/loop.hpp"
#include "proxy/faults/fault_kind.hpp"

namespace wsrig::proxy {

namespace {

/// A Pong that is late still stands between two frames, never inside of one.
class DelayPongs final : public FrameStage {
 public:
  DelayPongs(FrameSink& next, const StageContext& context, const FaultArguments& arguments)
      : FrameStage(next, context), delay_(arguments.duration("delay")), timer_(context.loop) {}

  void begin_frame(const ws::FrameHeader& header) override {
    is_pong_ = header.opcode == ws::Opcode::pong;
    in_frame_ = !is_pong_;
    if (is_pong_) {
      hold(header);
    } else {
      next_.begin_frame(header);
    }
  }
  void payload(ws::MutableBytes chunk) override {
    if (is_pong_) {
      ws::append(late_.back().frame.payload, chunk);
    } else {
      next_.payload(chunk);
    }
  }
  void end_frame() override {
    if (!is_pong_) next_.end_frame();
    in_frame_ = false;
    is_pong_ = false;
    release();
  }
  void flush() override {
    timer_.cancel();
    for (; !late_.empty(); late_.pop_front()) pass(late_.front().frame);
  }

 private:
  struct Late {
    ws::Frame frame;
    net::Clock::time_point due;
  };
  static constexpr std::size_t most = 100;

  // RFC 6455 §5.5.3: only the newest Pong counts, so that the oldest may be forgotten.
  void hold(const ws::FrameHeader& header) {
    if (late_.size() == most) late_.pop_front();
    late_.push_back({{header, {}}, context_.loop.now() + delay_});
  }
  void release() {
    if (in_frame_ || is_pong_) return;  // the end of that frame calls again
    const auto now = net::Clock::now();
    for (; !late_.empty() && late_.front().due <= now; late_.pop_front()) pass(late_.front().frame);
    if (!late_.empty()) timer_.start(late_.front().due - now, [this] { release(); });
  }
  void pass(ws::Frame& frame) {
    next_.begin_frame(frame.header);
    if (!frame.payload.empty()) next_.payload(frame.payload);
    next_.end_frame();
  }

  std::chrono::microseconds delay_;
  net::Timer timer_;
  std::deque<Late> late_;
  bool in_frame_ = false;
  bool is_pong_ = false;
};

}  // namespace

FaultKind delay_pongs_fault() {
  using enum FaultParameter::Kind;
  return frame_fault<DelayPongs>("delay-pongs", "Pong frames arrive later",
                                 {{.name = "delay",
                                   .kind = duration,
                                   .default_value = {},
                                   .about = "how much later",
                                   .most = 3'600'000'000,
                                   .required = true}});
}

}  // namespace wsrig::proxy
