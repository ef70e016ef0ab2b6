#pragma once

#include <functional>

#include "net/loop.hpp"
#include "proxy/faults/fault_kind.hpp"
#include "proxy/stage.hpp"

/// What the faults have in common that strike once and end the stream: behind a number of octets or of
/// frames, or a time after the tunnel opened. Nothing passes any more then.
namespace wsrig::proxy {

/// What happens then, to the octets' next sink.
using Blow = std::function<void(ByteSink& next, const StageContext& context)>;

/// Strikes behind the first `octets`, or after `time`.
class StrikeStage final : public ByteStage {
 public:
  StrikeStage(ByteSink& next, const StageContext& context, const FaultArguments& arguments, Blow blow);
  void write(ws::Bytes data) override;
  void end() override;

 private:
  void strike();

  Blow blow_;
  net::Timer timer_;
  std::uint64_t left_;  ///< octets that still pass
  bool struck_ = false;
};

/// Strikes behind the first `frames`.
class FrameStrikeStage final : public FrameStage {
 public:
  FrameStrikeStage(FrameSink& next, const StageContext& context, const FaultArguments& arguments, Blow blow);
  void begin_frame(const ws::FrameHeader& header) override;
  void payload(ws::MutableBytes chunk) override;
  void end_frame() override;

 private:
  Blow blow_;
  std::uint64_t left_;  ///< frames that still pass
};

/// A kind of fault that takes exactly one of octets, frames and time.
FaultKind strike_fault(std::string_view name, std::string_view about, const Blow& blow);

}  // namespace wsrig::proxy
