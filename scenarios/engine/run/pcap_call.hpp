#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/loop.hpp"
#include "scenarios/engine/run/child_process.hpp"

namespace wsrig::engine {

/// What wsrig-pcap printed, standard error included, and how it ended.
struct PcapOutput {
  std::vector<std::string> lines;
  std::optional<int> exit_status;
  std::string exit_text;
  std::string problem;  ///< why there is no output: it could not be started, or does not end
};

/// Runs wsrig-pcap on a capture, beside the loop.
class PcapCall {
 public:
  using Done = std::function<void(PcapOutput)>;

  /// `done` is called once, in a later turn of the loop; it may destroy the call.
  PcapCall(net::Loop& loop, std::vector<std::string> arguments, const std::filesystem::path& capture,
           Done done);
  PcapCall(const PcapCall&) = delete;
  PcapCall& operator=(const PcapCall&) = delete;
  /// Kills what still runs.
  ~PcapCall();

 private:
  void on_line(std::string_view line);
  void on_exit();
  void finish(std::string problem);

  net::Loop& loop_;
  Done done_;
  PcapOutput output_;
  std::size_t octets_ = 0;
  net::Timer timer_;
  std::unique_ptr<ChildProcess> program_;
  bool is_finished_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace wsrig::engine
