#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/system/result.hpp>

#include "cli/output_file.hpp"
#include "loadgen/output_options.hpp"
#include "loadgen/result.hpp"

namespace wsrig::loadgen {

/// The documents of a finished run. They are opened before it starts, so that what cannot be written is said
/// then.
class ReportFiles {
 public:
  /// `shard`: its document goes into `config.shards`, if that is wanted. An error is one line.
  static boost::system::result<ReportFiles, std::string> open(const OutputConfig& config, const Shard& shard);

  /// Judges what is to be judged (not a shard of several: only their sum is), writes all documents and prints
  /// the table: to stderr where a document goes to stdout. Returns the exit code; what cannot be written is
  /// said, and is an environment that failed unless the run itself did.
  int finish(Result& result);

 private:
  struct Document {
    cli::OutputFile file;
    std::function<std::string(const Result&)> print;
  };
  std::vector<Document> documents_;
  bool color_ = false;
};

/// "shard-0-of-3.json"
std::string shard_file_name(const Shard& shard);

}  // namespace wsrig::loadgen
