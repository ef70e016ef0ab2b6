#pragma once

#include "proxy/faults/fault_kind.hpp"
#include "proxy/faults/pacer.hpp"

namespace wsrig::proxy {

/// A slow line: octets leave at a rate, each when the line has had the time to carry it.
class Bandwidth final : public Pacer {
 public:
  explicit Bandwidth(const FaultArguments& arguments) : rate_(arguments.number("rate")) {}
  Slice next(TimePoint now, std::size_t available) override;

 private:
  std::uint64_t rate_;  ///< octets a second
  TimePoint free_{};    ///< when the line has carried what it has
};

}  // namespace wsrig::proxy
