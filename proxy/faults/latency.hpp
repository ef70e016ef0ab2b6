#pragma once

#include "proxy/faults/fault_kind.hpp"
#include "proxy/faults/pacer.hpp"
#include "proxy/faults/random.hpp"

namespace wsrig::proxy {

/// A long line: all octets leave `delay` later, more or less by up to `jitter`, and never overtake others.
class Latency final : public Pacer {
 public:
  Latency(const FaultArguments& arguments, std::uint64_t seed)
      : delay_(arguments.duration("delay")), jitter_(arguments.duration("jitter")), random_(seed) {}
  Slice next(TimePoint now, std::size_t available) override;

 private:
  std::chrono::microseconds delay_;
  std::chrono::microseconds jitter_;
  Random random_;
  TimePoint last_{};
};

}  // namespace wsrig::proxy
