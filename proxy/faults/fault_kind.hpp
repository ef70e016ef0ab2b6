#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/stage.hpp"

namespace wsrig::proxy {

/// What a fault can be told.
struct FaultParameter {
  enum class Kind : std::uint8_t { duration, size, rate, count, percent };

  std::string_view name;
  Kind kind;
  std::string_view default_value;  ///< as it would be written; empty: none
  std::string_view about;          ///< a few words
  std::uint64_t least = 0;
  std::uint64_t most = UINT64_MAX;
  bool required = false;
};

/// The values of a fault's parameters, by name: durations in microseconds, sizes in octets, rates in octets a
/// second.
class FaultArguments {
 public:
  void set(std::string_view name, std::uint64_t value) { values_.insert_or_assign(std::string(name), value); }
  bool has(std::string_view name) const { return values_.contains(name); }
  /// For those that have a default, or were given.
  std::uint64_t number(std::string_view name) const { return values_.find(name)->second; }
  std::chrono::microseconds duration(std::string_view name) const {
    return std::chrono::microseconds(static_cast<std::int64_t>(number(name)));
  }

 private:
  std::map<std::string, std::uint64_t, std::less<>> values_;
};

/// One kind of fault: its row in the help, and what it puts into a tunnel.
struct FaultKind {
  std::string_view name;   ///< as it is written
  std::string_view about;  ///< one line, no full stop
  std::vector<FaultParameter> parameters;
  /// Exactly one of these two; a null pointer where the arguments ask for the other one.
  std::function<std::unique_ptr<ByteStage>(ByteSink&, const StageContext&, const FaultArguments&)>
      make_bytes{};
  std::function<std::unique_ptr<FrameStage>(FrameSink&, const StageContext&, const FaultArguments&)>
      make_frames{};
  /// Is make_frames used with these arguments?
  std::function<bool(const FaultArguments&)> needs_frames{};
  /// What is wrong with the arguments together; empty: nothing.
  std::function<std::string(const FaultArguments&)> check{};
};

/// A fault of octets that is one class, constructed from (next, context, arguments).
template <class Stage>
FaultKind byte_fault(std::string_view name, std::string_view about, std::vector<FaultParameter> parameters) {
  FaultKind kind{name, about, std::move(parameters)};
  kind.make_bytes = [](ByteSink& next, const StageContext& context, const FaultArguments& arguments) {
    return std::make_unique<Stage>(next, context, arguments);
  };
  return kind;
}

/// The same for a fault of frames.
template <class Stage>
FaultKind frame_fault(std::string_view name, std::string_view about, std::vector<FaultParameter> parameters) {
  FaultKind kind{name, about, std::move(parameters)};
  kind.make_frames = [](FrameSink& next, const StageContext& context, const FaultArguments& arguments) {
    return std::make_unique<Stage>(next, context, arguments);
  };
  kind.needs_frames = [](const FaultArguments&) { return true; };
  return kind;
}

// Each in a file of its own.
FaultKind latency_fault();
FaultKind bandwidth_fault();
FaultKind slice_fault();
FaultKind cut_fault();
FaultKind half_close_fault();
FaultKind reset_fault();
FaultKind black_hole_fault();
FaultKind drop_pongs_fault();
FaultKind delay_pongs_fault();
FaultKind flip_mask_fault();
FaultKind flip_rsv_fault();
FaultKind flip_opcode_fault();
FaultKind flip_payload_fault();
FaultKind false_length_fault();
FaultKind duplicate_control_fault();
FaultKind reorder_control_fault();
FaultKind close_code_fault();
FaultKind split_fragments_fault();
FaultKind merge_fragments_fault();

/// All of them, in the order of the help.
const std::vector<FaultKind>& fault_kinds();

}  // namespace wsrig::proxy
