#pragma once

#include <memory>
#include <string>

#include "net/loop.hpp"
#include "scenarios/engine/run/pcap_call.hpp"
#include "scenarios/engine/run/running_case.hpp"

namespace wsrig::engine {

/// Runs an entry of `decode:`: what wsrig-pcap prints of a capture is held, line by line, against what the
/// file says.
class DecodeRun final : public RunningCase {
 public:
  DecodeRun(net::Loop& loop, const CaseInstance& instance, Done done);

  void start() override;
  void interrupt() override;

 private:
  void judge(PcapOutput output);
  void decide(report::Grade grade, std::string message);

  net::Loop& loop_;
  const CaseInstance& instance_;
  Done done_;
  report::CaseResult result_;
  std::unique_ptr<PcapCall> call_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace wsrig::engine
