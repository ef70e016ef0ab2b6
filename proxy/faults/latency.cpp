#include "proxy/faults/latency.hpp"

#include <algorithm>

namespace wsrig::proxy {

Pacer::Slice Latency::next(TimePoint now, std::size_t available) {
  const auto spread = static_cast<std::uint64_t>(2 * jitter_.count());
  const auto deviation =
      std::chrono::microseconds(static_cast<std::int64_t>(random_.up_to(spread))) - jitter_;
  last_ = std::max({last_, now, now + delay_ + deviation});
  return {available, last_};
}

FaultKind latency_fault() {
  using enum FaultParameter::Kind;
  FaultKind kind{"latency",
                 "everything arrives later",
                 {{.name = "delay",
                   .kind = duration,
                   .default_value = {},
                   .about = "how much later",
                   .most = 3'600'000'000,
                   .required = true},
                  {.name = "jitter",
                   .kind = duration,
                   .default_value = "0ms",
                   .about = "more or less than that",
                   .most = 3'600'000'000}}};
  kind.make_bytes = [](ByteSink& next, const StageContext& context, const FaultArguments& arguments) {
    return std::make_unique<PacedStage>(next, context, std::make_unique<Latency>(arguments, context.seed));
  };
  return kind;
}

}  // namespace wsrig::proxy
