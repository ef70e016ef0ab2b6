#pragma once

#include <filesystem>
#include <memory>

#include "net/loop.hpp"
#include "scenarios/engine/run/case_run.hpp"
#include "scenarios/engine/run/pcap_call.hpp"
#include "scenarios/engine/run/running_case.hpp"

namespace wsrig::engine {

/// Runs a case with `capture:`: behind its steps, what wsrig-pcap says of the case's own traffic is looked
/// for in what the file says.
class CapturedRun final : public RunningCase {
 public:
  CapturedRun(net::Loop& loop, const CaseSettings& settings, const CaseInstance& instance, Done done);
  ~CapturedRun() override;

  void start() override { run_.start(); }
  void interrupt() override;

 private:
  void on_result(report::CaseResult result);
  void judge(const PcapOutput& output);
  void finish();

  net::Loop& loop_;
  const Decode& capture_;
  Done done_;
  CaseRun run_;
  report::CaseResult result_;
  std::filesystem::path file_;  ///< the capture, until the case has ended
  std::unique_ptr<PcapCall> call_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace wsrig::engine
