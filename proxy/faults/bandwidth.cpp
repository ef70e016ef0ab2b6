#include "proxy/faults/bandwidth.hpp"

#include <algorithm>

namespace wsrig::proxy {

namespace {

constexpr std::uint64_t slices_a_second = 100;
constexpr std::uint64_t nanoseconds_a_second = 1'000'000'000;

}  // namespace

Pacer::Slice Bandwidth::next(TimePoint now, std::size_t available) {
  const auto most = static_cast<std::size_t>(std::max<std::uint64_t>(rate_ / slices_a_second, 1));
  const std::size_t size = std::min(available, most);
  // `most` is a hundredth of the rate or one octet, so that this does not overflow.
  const auto time = std::chrono::nanoseconds(static_cast<std::int64_t>(size * nanoseconds_a_second / rate_));
  free_ = std::max(free_, now) + time;
  return {size, free_};
}

FaultKind bandwidth_fault() {
  using enum FaultParameter::Kind;
  FaultKind kind{"bandwidth",
                 "no more than so many octets a second",
                 {{.name = "rate",
                   .kind = rate,
                   .default_value = {},
                   .about = "octets a second",
                   .least = 1,
                   .most = 1'000'000'000'000,
                   .required = true}}};
  kind.make_bytes = [](ByteSink& next, const StageContext& context, const FaultArguments& arguments) {
    return std::make_unique<PacedStage>(next, context, std::make_unique<Bandwidth>(arguments));
  };
  return kind;
}

}  // namespace wsrig::proxy
