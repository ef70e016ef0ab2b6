#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <utility>

#include "scenarios/engine/format/builtin.hpp"
#include "scenarios/engine/format/model.hpp"
#include "scenarios/engine/format/scenario_file.hpp"
#include "scenarios/engine/format/yaml_document.hpp"

namespace wsrig::engine {
namespace {

namespace fs = std::filesystem;

diag::Diagnostic about_path(std::string message) {
  diag::Diagnostic diagnostic;
  diagnostic.message = std::move(message);
  return diagnostic;
}

bool is_scenario_name(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

diag::Result<std::vector<std::string>> files_below(const std::string& folder) {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_regular_file(error) && is_scenario_name(entry->path()))
      found.push_back(entry->path().string());
  }
  if (error) return about_path(fmt::format("cannot read the folder '{}': {}", folder, error.message()));
  if (found.empty()) return about_path(fmt::format("no scenario files (*.yaml) below '{}'", folder));
  std::sort(found.begin(), found.end());
  return found;
}

using Files = std::vector<std::shared_ptr<ScenarioFile>>;

/// Two files may share a suite, but no full id.
diag::Result<Files> with_unique_ids(Files files) {
  std::map<std::string, const ScenarioFile*> seen;
  for (const CaseInstance& instance : expand(files)) {
    const auto [first, is_new] = seen.emplace(instance.id, instance.file);
    if (is_new) continue;
    return instance.file->source->at_line(
        instance.definition->line, 0, 1,
        fmt::format("the id '{}' is already in {}", instance.id, first->second->source->name()));
  }
  return files;
}

}  // namespace

diag::Result<std::string> read_scenario_text(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return about_path(fmt::format("cannot read '{}': {}", path, std::strerror(errno)));
  std::string text(max_scenario_size + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return about_path(fmt::format("cannot read '{}'", path));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > max_scenario_size) return about_path(fmt::format("'{}' is larger than 4MiB", path));
  return text;
}

diag::Result<std::vector<std::string>> find_scenario_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) return about_path(fmt::format("'{}' does not exist", path));
    if (!fs::is_directory(status)) {
      files.push_back(path);
      continue;
    }
    auto below = files_below(path);
    if (!below) return below.error();
    std::move(below->begin(), below->end(), std::back_inserter(files));
  }
  return files;
}

diag::Result<Files> load_paths(const std::vector<std::string>& paths) {
  auto names = find_scenario_files(paths);
  if (!names) return names.error();
  Files files;
  for (const std::string& name : *names) {
    auto text = read_scenario_text(name);
    if (!text) return text.error();
    auto file = load_scenario(name, std::move(*text));
    if (!file) return file.error();
    files.push_back(std::make_shared<ScenarioFile>(std::move(*file)));
  }
  return with_unique_ids(std::move(files));
}

diag::Result<Files> load_builtin() {
  Files files;
  for (const BuiltinFile& builtin : builtin_files()) {
    auto file = load_scenario(fmt::format("built-in:{}", builtin.name), std::string(builtin.text));
    if (!file) return file.error();
    files.push_back(std::make_shared<ScenarioFile>(std::move(*file)));
  }
  return with_unique_ids(std::move(files));
}

}  // namespace wsrig::engine
