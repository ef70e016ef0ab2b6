#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "diag/diagnostic.hpp"

namespace wsrig::loadgen {

/// Where a run tells of itself. Paths may be "-" for standard output; empty ones are not wanted.
struct OutputConfig {
  std::string json{};
  std::string jsonl{};
  std::string html{};
  std::string hdr_log{};
  std::string percentiles{};
  std::string shards{};                   ///< folder that the shards of a run share
  std::string prometheus{};               ///< host:port to listen on
  std::string statsd{};                   ///< host:port to send to
  std::vector<std::string> thresholds{};  ///< each can be read
  bool quiet = false;                     ///< no progress
  bool color = false;                     ///< of the table
};

/// --threshold and the files of reports: for a run, and for what is computed from finished runs.
std::vector<cli::Option> report_options();
/// Besides, what tells while a run goes on: --jsonl, --prometheus, --statsd, --shards, --quiet.
std::vector<cli::Option> live_options();

/// Reads both; a threshold that cannot be read is a diagnostic with a caret.
diag::Result<OutputConfig> read_output_options(const cli::Values& values);

}  // namespace wsrig::loadgen
