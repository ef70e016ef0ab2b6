#pragma once

#include <functional>

#include "report/result.hpp"
#include "scenarios/engine/format/model.hpp"

namespace wsrig::engine {

/// A case that runs on a loop. Always ends, whatever it has to do with.
class RunningCase {
 public:
  /// Called once, in a later turn of the loop; it may destroy the run.
  using Done = std::function<void(report::CaseResult)>;

  RunningCase() = default;
  RunningCase(const RunningCase&) = delete;
  RunningCase& operator=(const RunningCase&) = delete;
  virtual ~RunningCase() = default;

  virtual void start() = 0;
  /// Ends the case as an error ("interrupted") with what it saw so far.
  virtual void interrupt() = 0;
};

/// What a result says of its case, before it has run.
report::CaseResult describe_case(const CaseInstance& instance);

}  // namespace wsrig::engine
