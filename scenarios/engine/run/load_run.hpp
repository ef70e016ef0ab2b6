#pragma once

#include <functional>
#include <memory>

#include "loadgen/run.hpp"
#include "report/result.hpp"
#include "scenarios/engine/format/load.hpp"
#include "scenarios/engine/run/running_case.hpp"
#include "scenarios/engine/run/services.hpp"
#include "scenarios/engine/run/settings.hpp"

namespace wsrig::engine {

/// Runs the load of a scenario file by loadgen's engine, and watches what its services use meanwhile.
class LoadRun final : public RunningCase {
 public:
  /// The load's own result is empty where it did not run.
  using Done = std::function<void(report::CaseResult, loadgen::Result)>;
  /// Where `settings.subject.tls` is for another subject, or none, the load makes its own. `done` is called
  /// once, in a later turn of the loop.
  LoadRun(net::Loop& loop, const CaseSettings& settings, const CaseInstance& instance,
          const std::vector<std::string>& argv, Done done);
  ~LoadRun() override;

  void start() override;
  /// Ends it early, with a complete report.
  void interrupt() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wsrig::engine
