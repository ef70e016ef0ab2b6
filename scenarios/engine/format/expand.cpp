#include <fmt/format.h>

#include "scenarios/engine/format/model.hpp"
#include "ws/notation.hpp"

namespace wsrig::engine {
namespace {

/// A value as it stands in an id: one line, whatever it holds.
std::string id_text(const std::string& value) {
  const std::string quoted = ws::quote(value);
  return quoted.substr(1, quoted.size() - 2);
}

std::string bracketed(const Case& definition, std::size_t combination) {
  const bool is_row = combination < definition.row_ids.size() && !definition.row_ids[combination].empty();
  if (is_row) return definition.row_ids[combination];
  std::string text;
  for (const auto& [name, value] : definition.combinations[combination]) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, id_text(value));
  }
  return text;
}

CaseInstance instance_of(const ScenarioFile& file, const Case& definition, std::size_t combination) {
  CaseInstance instance;
  instance.file = &file;
  instance.definition = &definition;
  instance.id = full_id(file, definition, combination);
  instance.aliases = definition.aliases;
  instance.variables = definition.combinations[combination];
  if (combination < definition.row_aliases.size()) {
    const auto& more = definition.row_aliases[combination];
    instance.aliases.insert(instance.aliases.end(), more.begin(), more.end());
  }
  return instance;
}

}  // namespace

std::string full_id(const ScenarioFile& file, const Case& definition, std::size_t combination) {
  const std::string values = bracketed(definition, combination);
  const std::string id = fmt::format("{}/{}", file.suite, definition.id);
  return values.empty() ? id : fmt::format("{}[{}]", id, values);
}

std::vector<CaseInstance> expand(const std::vector<std::shared_ptr<ScenarioFile>>& files) {
  std::vector<CaseInstance> instances;
  for (const auto& file : files) {
    for (const Case& definition : file->cases) {
      for (std::size_t i = 0; i < definition.combinations.size(); ++i) {
        instances.push_back(instance_of(*file, definition, i));
        instances.back().order = instances.size() - 1;
      }
    }
  }
  return instances;
}

}  // namespace wsrig::engine
