#include "proxy/faults/fault_switch.hpp"

#include <ranges>

namespace wsrig::proxy {

namespace {

/// The stages of the faults that are set, in front of a sink.
template <class Sink, class Stage>
class Chain {
 public:
  Chain(Sink& next, const StageContext& context, std::shared_ptr<const FaultSwitch::State> state)
      : next_(next), context_(context), state_(std::move(state)) {
    build();
  }

  Sink& head() { return stages_.empty() ? next_ : *stages_.back(); }
  const Sink& head() const { return stages_.empty() ? next_ : *stages_.back(); }
  /// Takes a change up.
  void follow() {
    if (generation_ == state_->generation) return;
    flush();
    stages_.clear();
    build();
  }
  /// From the outermost stage on, so that octets keep their order.
  void flush() {
    for (const auto& stage : std::views::reverse(stages_)) stage->flush();
  }

 private:
  void build() {
    generation_ = state_->generation;
    for (const auto& fault : std::views::reverse(state_->faults)) {
      if (auto stage = fault->make(head(), context_)) stages_.push_back(std::move(stage));
    }
  }

  Sink& next_;
  const StageContext& context_;
  std::shared_ptr<const FaultSwitch::State> state_;
  std::uint64_t generation_ = 0;
  std::vector<std::unique_ptr<Stage>> stages_;  ///< the last one is the outermost
};

class ByteSwitch final : public ByteStage {
 public:
  ByteSwitch(ByteSink& next, const StageContext& context, std::shared_ptr<const FaultSwitch::State> state)
      : ByteStage(next, context), chain_(next, context, std::move(state)) {}
  void write(ws::Bytes data) override {
    chain_.follow();
    chain_.head().write(data);
  }
  void end() override {
    chain_.follow();
    chain_.head().end();
  }
  void reset() override { chain_.head().reset(); }
  std::size_t pending() const override { return chain_.head().pending(); }
  void flush() override { chain_.flush(); }

 private:
  Chain<ByteSink, ByteStage> chain_;
};

class FrameSwitch final : public FrameStage {
 public:
  FrameSwitch(FrameSink& next, const StageContext& context, std::shared_ptr<const FaultSwitch::State> state)
      : FrameStage(next, context), chain_(next, context, std::move(state)) {}
  void begin_frame(const ws::FrameHeader& header) override {
    chain_.follow();
    chain_.head().begin_frame(header);
  }
  void payload(ws::MutableBytes chunk) override { chain_.head().payload(chunk); }
  void end_frame() override { chain_.head().end_frame(); }
  void flush() override { chain_.flush(); }

 private:
  Chain<FrameSink, FrameStage> chain_;
};

}  // namespace

void FaultSwitch::set(Faults faults) {
  state_->faults = std::move(faults);
  ++state_->generation;
}

std::unique_ptr<ByteStage> FaultSwitch::make(ByteSink& next, const StageContext& context) const {
  return std::make_unique<ByteSwitch>(next, context, state_);
}

std::unique_ptr<FrameStage> FaultSwitch::make(FrameSink& next, const StageContext& context) const {
  return std::make_unique<FrameSwitch>(next, context, state_);
}

}  // namespace wsrig::proxy
