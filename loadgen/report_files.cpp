#include "loadgen/report_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "loadgen/console.hpp"
#include "loadgen/html.hpp"
#include "loadgen/result_json.hpp"
#include "loadgen/text_formats.hpp"
#include "loadgen/threshold.hpp"
#include "loadgen/verdicts.hpp"

namespace wsrig::loadgen {

namespace {

/// Where a shard's document goes; the folder is made where it is missing. The folder's error, or an empty
/// text.
std::string prepare_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  return error ? fmt::format("cannot write {}: {}", folder, error.message()) : std::string{};
}

}  // namespace

std::string shard_file_name(const Shard& shard) {
  return fmt::format("shard-{}-of-{}.json", shard.rank, shard.world);
}

boost::system::result<ReportFiles, std::string> ReportFiles::open(const OutputConfig& config,
                                                                  const Shard& shard) {
  struct Wanted {
    std::string path;
    std::string (*print)(const Result&);
  };
  std::vector<Wanted> wanted{{config.json, to_json},
                             {config.html, to_html},
                             {config.hdr_log, to_hdr_log},
                             {config.percentiles, to_percentile_text}};
  if (!config.shards.empty()) {
    if (auto error = prepare_folder(config.shards); !error.empty()) return error;
    wanted.push_back({(std::filesystem::path(config.shards) / shard_file_name(shard)).string(), to_json});
  }
  ReportFiles files;
  files.color_ = config.color;
  for (const auto& [path, print] : wanted) {
    if (path.empty()) continue;
    auto file = cli::OutputFile::open(path);
    if (!file) return file.error();
    files.documents_.push_back({std::move(*file), print});
  }
  return files;
}

int ReportFiles::finish(Result& result) {
  add_verdicts(result);
  if (!result.meta.is_part()) result.judgements = judge_all(result);
  int code = result.exit_code();
  const bool stdout_is_taken = std::ranges::any_of(
      documents_, [](const Document& document) { return document.file.is_standard_output(); });
  fmt::print(stdout_is_taken ? stderr : stdout, "{}", final_table(result, color_ && !stdout_is_taken));
  for (Document& document : documents_) {
    const std::string error = document.file.write(document.print(result));
    if (error.empty()) continue;
    fmt::print(stderr, "{}: {}\n", result.meta.program, error);
    if (code == cli::exit_code::ok) code = cli::exit_code::environment;
  }
  return code;
}

}  // namespace wsrig::loadgen
