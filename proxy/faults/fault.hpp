#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "diag/diagnostic.hpp"
#include "proxy/faults/fault_kind.hpp"

namespace wsrig::proxy {

/// A kind of fault with its arguments, in one direction or both; made from `latency(50ms, jitter=10ms)`.
class Fault final : public StageMaker {
 public:
  Fault(const FaultKind& kind, FaultArguments arguments, std::optional<Direction> direction, std::string text)
      : kind_(kind), arguments_(std::move(arguments)), direction_(direction), text_(std::move(text)) {}

  std::unique_ptr<ByteStage> make(ByteSink& next, const StageContext& context) const override;
  std::unique_ptr<FrameStage> make(FrameSink& next, const StageContext& context) const override;
  bool needs_frames() const override { return kind_.needs_frames && kind_.needs_frames(arguments_); }
  /// As it was written.
  const std::string& text() const { return text_; }

 private:
  bool concerns(const StageContext& context) const { return !direction_ || *direction_ == context.direction; }

  const FaultKind& kind_;  ///< a row of the table
  FaultArguments arguments_;
  std::optional<Direction> direction_;
  std::string text_;
};

/// Reads `name`, `name(value, name=value…)`, and `@upstream` or `@downstream` behind it for one direction:
/// towards the upstream, or towards the client. Values without a name take the parameters in their order.
/// Mistakes point at their column.
diag::Result<std::shared_ptr<const Fault>> parse_fault(std::string_view text);

/// The table for people: each fault, what it does, and its parameters with their defaults.
std::string print_faults();

}  // namespace wsrig::proxy
