#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "report/result.hpp"

/// Where a run's reports go.
namespace wsrig::engine {

std::vector<cli::Option> report_options();

/// Opens every file before the run starts, so that a missing folder is said at once and not after it.
class ReportFiles {
 public:
  /// A file that cannot be written is a text.
  static boost::system::result<ReportFiles, std::string> open(const cli::Values& values);

  void start(const report::RunResult& run, std::size_t selected);
  void add(const report::CaseResult& result);
  /// Writes all; returns what could not be written, or an empty text.
  std::string finish(const report::RunResult& run);

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct Document {
    std::string path;
    std::unique_ptr<std::FILE, CloseFile> file;
    std::string (*write)(const report::RunResult&);
  };
  std::vector<Document> documents_;
  std::unique_ptr<std::FILE, CloseFile> events_;
  std::string artifacts_;
};

}  // namespace wsrig::engine
