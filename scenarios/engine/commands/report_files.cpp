#include "scenarios/engine/commands/report_files.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

#include "loadgen/html.hpp"
#include "loadgen/result_json.hpp"
#include "ws/bytes.hpp"

namespace wsrig::engine {

namespace {

struct Format {
  const char* option;
  const char* help;
  std::string (*write)(const report::RunResult&);
};

constexpr Format formats[] = {
    {"json", "the whole report as one JSON document", report::to_json},
    {"junit", "JUnit XML", report::to_junit},
    {"tap", "TAP 14", report::to_tap},
    {"html", "one self-contained HTML page", report::to_html},
    {"markdown", "a summary for a CI job", report::to_markdown},
    {"github", "GitHub annotations", report::to_github_annotations},
};

bool write_all(std::FILE* file, const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
}

std::string cannot_write(const std::string& path) {
  return fmt::format("cannot write {}: {}", path, std::strerror(errno));
}

/// "rfc6455/5.4/x[cut=1B]" as the name of a file.
std::string file_name_of(const std::string& id) {
  std::string name = id;
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char letter) {
        return std::isalnum(letter) == 0 && letter != '-' && letter != '.' && letter != '_';
      },
      '_');
  constexpr std::size_t longest = 200;
  return name.substr(0, longest);
}

std::string transcript_text(const report::CaseResult& result) {
  std::string text = fmt::format("# {}\n# {}: {}\n# {}\n", result.id, report::name(result.grade),
                                 result.message, result.reproduce);
  for (const auto& line : result.transcript) {
    text += fmt::format("{:>12.6f}  {}{}{} {}\n", static_cast<double>(line.at.count()) / 1e6, line.connection,
                        line.connection.empty() ? "" : " ", line.direction, line.text);
  }
  return text;
}

}  // namespace

std::vector<cli::Option> report_options() {
  const std::string group = "Reports (FILE may be - for standard output)";
  std::vector<cli::Option> options;
  for (const auto& format : formats) {
    options.push_back(
        {.name = format.option, .value = "FILE", .help = format.help, .default_value = "", .group = group});
  }
  options.push_back({.name = "jsonl",
                     .value = "FILE",
                     .help = "one JSON event a line, while the run goes on",
                     .default_value = "",
                     .group = group});
  options.push_back(
      {.name = "artifacts",
       .value = "DIR",
       .help = "the transcript of each case that is not ok, as text and as a capture; of each load its "
               "document and its page",
       .default_value = "",
       .group = group});
  options.push_back({.name = "verbose",
                     .letter = 'v',
                     .help = "a line for every case",
                     .default_value = "",
                     .group = group});
  options.push_back(
      {.name = "quiet", .letter = 'q', .help = "only the summary", .default_value = "", .group = group});
  return options;
}

boost::system::result<ReportFiles, std::string> ReportFiles::open(const cli::Values& values) {
  ReportFiles files;
  for (const auto& format : formats) {
    const std::string& path = values.text(format.option);
    if (path.empty()) continue;
    auto file = cli::OutputFile::open(path);
    if (!file) return file.error();
    files.documents_.push_back({std::move(*file), format.write});
  }
  if (const std::string& path = values.text("jsonl"); !path.empty()) {
    files.events_ = cli::open_stream(path);
    if (!files.events_) return cannot_write(path);
  }
  files.artifacts_ = values.text("artifacts");
  if (files.artifacts_.empty()) return files;
  std::error_code bad;
  std::filesystem::create_directories(files.artifacts_, bad);
  if (bad) return fmt::format("cannot write {}: {}", files.artifacts_, bad.message());
  return files;
}

void ReportFiles::start(const report::RunResult& run, std::size_t selected) {
  if (events_) write_all(events_.get(), report::start_event(run, selected) + "\n");
}

void ReportFiles::add(const report::CaseResult& result) {
  if (events_) write_all(events_.get(), report::case_event(result) + "\n");
  if (artifacts_.empty() || result.grade == report::Grade::ok || result.grade == report::Grade::skip) return;
  const std::string stem = std::filesystem::path(artifacts_) / file_name_of(result.id);
  write_artifact(stem + ".txt", transcript_text(result));
  if (!result.capture.empty()) write_artifact(stem + ".pcapng", ws::as_text(result.capture));
}

void ReportFiles::add_load(report::CaseResult& verdict, const loadgen::Result& load) {
  if (artifacts_.empty()) return;
  const std::string stem = std::filesystem::path(artifacts_) / file_name_of(verdict.id);
  verdict.documents = {stem + ".json", stem + ".html"};
  write_artifact(verdict.documents[0], loadgen::to_json(load));
  write_artifact(verdict.documents[1], loadgen::to_html(load));
}

void ReportFiles::write_artifact(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file.fail()) note_problem(cannot_write(path));
}

void ReportFiles::note_problem(std::string problem) {
  if (problem.empty()) return;
  problems_ += (problems_.empty() ? "" : "; ") + std::move(problem);
}

std::string ReportFiles::finish(const report::RunResult& run) {
  if (events_ && !write_all(events_.get(), report::end_event(run) + "\n"))
    note_problem(cannot_write("--jsonl"));
  for (Document& document : documents_) note_problem(document.file.write(document.print(run)));
  return problems_;
}

}  // namespace wsrig::engine
