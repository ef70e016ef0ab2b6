#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "proxy/faults/fault.hpp"

namespace wsrig::proxy {

/// Faults that may change while tunnels run. A tunnel takes a change up with the next octets, or the next
/// frame, that go through it; what faults hold then passes on.
class FaultSwitch final : public StageMaker {
 public:
  using Faults = std::vector<std::shared_ptr<const Fault>>;

  /// Where routes change their mode: may there be faults of frames? It counts for tunnels that open later.
  void allow_frames(bool allowed) { allows_frames_ = allowed; }
  void set(Faults faults);
  const Faults& faults() const { return state_->faults; }

  std::unique_ptr<ByteStage> make(ByteSink& next, const StageContext& context) const override;
  std::unique_ptr<FrameStage> make(FrameSink& next, const StageContext& context) const override;

  bool needs_frames() const override { return allows_frames_; }

  /// Shared with the stages, which may outlive the switch.
  struct State {
    Faults faults;
    std::uint64_t generation = 0;  ///< changes with each set()
  };

 private:
  std::shared_ptr<State> state_ = std::make_shared<State>();
  bool allows_frames_ = false;
};

}  // namespace wsrig::proxy
