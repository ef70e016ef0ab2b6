#pragma once

#include "proxy/faults/fault_kind.hpp"
#include "proxy/faults/random.hpp"

namespace wsrig::proxy {

/// Which frames of one direction a fault strikes: the n-th that it could, or each with a probability.
class FrameChoice {
 public:
  FrameChoice(const FaultArguments& arguments, std::uint64_t seed)
      : frame_(arguments.number("frame")), chance_(arguments.number("chance")), random_(seed) {}

  /// Asked once for each frame that could be struck, in order.
  bool takes() {
    ++seen_;
    const bool is_lucky = random_.up_to(99) < chance_;
    return is_lucky && (frame_ == 0 || frame_ == seen_);
  }

 private:
  std::uint64_t frame_;   ///< from 1; 0: any
  std::uint64_t chance_;  ///< percent
  Random random_;
  std::uint64_t seen_ = 0;
};

/// A kind's own parameters, then those of FrameChoice.
inline std::vector<FaultParameter> with_frame_choice(std::vector<FaultParameter> parameters = {}) {
  using enum FaultParameter::Kind;
  parameters.push_back(
      {.name = "frame", .kind = count, .default_value = "0", .about = "the n-th only; 0: each"});
  parameters.push_back(
      {.name = "chance", .kind = percent, .default_value = "100%", .about = "of those", .most = 100});
  return parameters;
}

}  // namespace wsrig::proxy
