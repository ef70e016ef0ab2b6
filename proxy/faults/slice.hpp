#pragma once

#include "proxy/faults/fault_kind.hpp"
#include "proxy/faults/pacer.hpp"
#include "proxy/faults/random.hpp"

namespace wsrig::proxy {

/// Octets leave in small pieces, each by a send call of its own.
class SlicePacer final : public Pacer {
 public:
  SlicePacer(const FaultArguments& arguments, std::uint64_t seed)
      : size_(arguments.number("size")),
        variation_(arguments.number("variation")),
        gap_(arguments.duration("gap")),
        random_(seed) {}
  Slice next(TimePoint now, std::size_t available) override;

 private:
  std::uint64_t size_;
  std::uint64_t variation_;
  std::chrono::microseconds gap_;
  Random random_;
  TimePoint free_{};  ///< the earliest time for the next piece
};

}  // namespace wsrig::proxy
