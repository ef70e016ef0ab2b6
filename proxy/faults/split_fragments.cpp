#include <algorithm>

#include "proxy/faults/fault_kind.hpp"

namespace wsrig::proxy {

namespace {

/// RFC 6455 §5.4: an intermediary may change the fragmentation of a message; not of one that an extension has
/// made, which is what a set reserved bit tells (and the reserved bits stay with the first fragment).
class SplitFragments final : public FrameStage {
 public:
  SplitFragments(FrameSink& next, const StageContext& context, const FaultArguments& arguments)
      : FrameStage(next, context), most_(arguments.number("size")) {}

  void begin_frame(const ws::FrameHeader& header) override {
    part_ = header;
    is_last_ = header.fin;
    left_ = header.payload_length;
    is_control_ = ws::is_control(header.opcode);
    begin_part();
  }
  void payload(ws::MutableBytes chunk) override {
    while (!chunk.empty()) {
      if (part_left_ == 0) begin_next_part();
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(part_left_, chunk.size()));
      next_.payload(chunk.first(size));
      part_left_ -= size;
      chunk = chunk.subspan(size);
    }
  }

 private:
  void begin_part() {
    part_left_ = is_control_ ? left_ : std::min(left_, most_);
    left_ -= part_left_;
    part_.payload_length = part_left_;
    part_.fin = is_last_ && left_ == 0;
    next_.begin_frame(part_);
  }
  void begin_next_part() {
    next_.end_frame();
    part_.opcode = ws::Opcode::continuation;
    part_.rsv = 0;
    begin_part();
  }

  std::uint64_t most_;
  ws::FrameHeader part_;
  std::uint64_t left_ = 0;       ///< octets of the frame behind the current part
  std::uint64_t part_left_ = 0;  ///< octets that the current part still waits for
  bool is_last_ = false;
  bool is_control_ = false;
};

}  // namespace

FaultKind split_fragments_fault() {
  using enum FaultParameter::Kind;
  return frame_fault<SplitFragments>("split-fragments", "data frames arrive as several",
                                     {{.name = "size",
                                       .kind = size,
                                       .default_value = "1B",
                                       .about = "octets of payload in each, at most",
                                       .least = 1}});
}

}  // namespace wsrig::proxy
