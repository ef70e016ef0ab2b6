#include <optional>
#include <utility>

#include "proxy/faults/fault_kind.hpp"
#include "proxy/faults/held_frame.hpp"

namespace wsrig::proxy {

namespace {

/// Holds the fragments of a message until it is whole, or as long as a fragment may become. Control frames
/// between them pass at once.
class MergeFragments final : public FrameStage {
 public:
  MergeFragments(FrameSink& next, const StageContext& context, const FaultArguments& arguments)
      : FrameStage(next, context), most_(arguments.number("size")) {}

  void begin_frame(const ws::FrameHeader& header) override {
    is_control_ = ws::is_control(header.opcode);
    if (is_control_) return next_.begin_frame(header);
    if (!merged_) merged_ = ws::Frame{header, {}};
    merged_->header.fin = header.fin;
  }
  void payload(ws::MutableBytes chunk) override {
    if (is_control_) return next_.payload(chunk);
    while (merged_->payload.size() + chunk.size() > most_) {
      const std::size_t fits = static_cast<std::size_t>(most_) - merged_->payload.size();
      ws::append(merged_->payload, chunk.first(fits));
      chunk = chunk.subspan(fits);
      pass_full_one();
    }
    ws::append(merged_->payload, chunk);
  }
  void end_frame() override {
    if (is_control_) return next_.end_frame();
    if (merged_->header.fin) pass(*std::exchange(merged_, std::nullopt));
  }
  void flush() override {
    if (merged_) pass(*std::exchange(merged_, std::nullopt));
  }

 private:
  void pass(ws::Frame frame) {
    frame.header.payload_length = frame.payload.size();
    pass_frame(next_, frame);
  }
  void pass_full_one() {
    const bool fin = std::exchange(merged_->header.fin, false);
    pass(std::exchange(*merged_, ws::Frame{{.fin = fin, .opcode = ws::Opcode::continuation}, {}}));
  }

  std::uint64_t most_;
  std::optional<ws::Frame> merged_;
  bool is_control_ = false;
};

}  // namespace

FaultKind merge_fragments_fault() {
  using enum FaultParameter::Kind;
  return frame_fault<MergeFragments>("merge-fragments", "the fragments of a message arrive as one frame",
                                     {{.name = "size",
                                       .kind = size,
                                       .default_value = "64KiB",
                                       .about = "octets of payload in a frame, at most",
                                       .least = 1,
                                       .most = 16u << 20}});
}

}  // namespace wsrig::proxy
