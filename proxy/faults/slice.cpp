#include "proxy/faults/slice.hpp"

#include <algorithm>

namespace wsrig::proxy {

Pacer::Slice SlicePacer::next(TimePoint now, std::size_t available) {
  const std::uint64_t least = size_ > variation_ ? size_ - variation_ : 1;
  const std::uint64_t wanted = least + random_.up_to(size_ + variation_ - least);
  const TimePoint due = std::max(free_, now);
  free_ = due + gap_;
  return {static_cast<std::size_t>(std::min<std::uint64_t>(wanted, available)), due};
}

FaultKind slice_fault() {
  using enum FaultParameter::Kind;
  constexpr std::uint64_t most_size = 1u << 30;
  FaultKind kind{"slice",
                 "octets arrive in small pieces",
                 {{.name = "size",
                   .kind = size,
                   .default_value = "1B",
                   .about = "octets in a piece",
                   .least = 1,
                   .most = most_size},
                  {.name = "variation",
                   .kind = size,
                   .default_value = "0B",
                   .about = "more or less than that",
                   .most = most_size},
                  {.name = "gap",
                   .kind = duration,
                   .default_value = "1ms",
                   .about = "time between two pieces",
                   .most = 3'600'000'000}}};
  kind.make_bytes = [](ByteSink& next, const StageContext& context, const FaultArguments& arguments) {
    return std::make_unique<PacedStage>(next, context, std::make_unique<SlicePacer>(arguments, context.seed));
  };
  return kind;
}

}  // namespace wsrig::proxy
