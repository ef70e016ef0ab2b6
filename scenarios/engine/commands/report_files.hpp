#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/options.hpp"
#include "cli/output_file.hpp"
#include "loadgen/result.hpp"
#include "report/result.hpp"

/// Where a run's reports go.
namespace wsrig::engine {

std::vector<cli::Option> report_options();

/// Opens every file before the run starts, so that a missing folder or a full disk is said at once and not
/// after it.
class ReportFiles {
 public:
  /// A file that cannot be written is a text.
  static boost::system::result<ReportFiles, std::string> open(const cli::Values& values);

  void start(const report::RunResult& run, std::size_t selected);
  void add(const report::CaseResult& result);
  /// Puts the load's own document and page among the artifacts, and names them in `verdict`.
  void add_load(report::CaseResult& verdict, const loadgen::Result& load);
  /// Writes all; returns what could not be written, or an empty text.
  std::string finish(const report::RunResult& run);

 private:
  struct Document {
    cli::OutputFile file;
    std::string (*print)(const report::RunResult&);
  };
  void write_artifact(const std::string& path, std::string_view text);
  void note_problem(std::string problem);

  std::vector<Document> documents_;
  cli::OutputStream events_;
  std::string artifacts_;
  std::string problems_;  ///< what could not be written so far
};

}  // namespace wsrig::engine
