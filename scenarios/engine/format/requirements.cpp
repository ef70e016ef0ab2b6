#include "scenarios/engine/format/requirements.hpp"

#include <array>
#include <fmt/format.h>
#include <set>
#include <utility>

#include "scenarios/engine/format/builtin.hpp"
#include "scenarios/engine/format/case_reader.hpp"
#include "scenarios/engine/format/field_reader.hpp"
#include "scenarios/engine/format/scenario_keys.hpp"

namespace wsrig::engine {
namespace {

constexpr std::array<std::string_view, 2> file_keys{"wsrig-requirements", "requirements"};
constexpr std::array<std::string_view, 7> entry_keys{"id",    "level", "section", "who",
                                                     "about", "quote", "reason"};
constexpr std::array<std::string_view, 3> roles{"server", "client", "proxy"};

class RequirementsReader {
 public:
  explicit RequirementsReader(Findings& findings) : findings_(findings) {}

  std::vector<Requirement> run(const YamlNode& root) {
    if (!check_keys(root, "the file", file_keys, findings_)) return {};
    const YamlNode* const version = root.find("wsrig-requirements");
    if (version == nullptr || version->value != "1")
      findings_.add(version == nullptr ? root : *version, "the file begins with 'wsrig-requirements: 1'");
    const YamlNode* const list = root.find("requirements");
    if (list == nullptr || !list->is_sequence()) {
      findings_.add(root, "'requirements' is a list");
      return {};
    }
    std::vector<Requirement> found;
    for (const YamlNode& entry : list->items) found.push_back(read(entry));
    return found;
  }

 private:
  Requirement read(const YamlNode& entry) {
    Requirement requirement;
    if (!check_keys(entry, "a requirement", entry_keys, findings_)) return requirement;
    requirement.id = text(entry, "id");
    requirement.section = text(entry, "section");
    requirement.about = text(entry, "about");
    requirement.quote = text(entry, "quote");
    if (const YamlNode* const reason = entry.find("reason"))
      requirement.reason = read_text(*reason, "reason", findings_).value_or("");
    if (!is_requirement_id(requirement.id) || !seen_.insert(requirement.id).second)
      findings_.add(entry, fmt::format("'{}' is no number of its own: R098", requirement.id));
    read_level(entry, requirement);
    read_who(entry, requirement);
    return requirement;
  }

  std::string text(const YamlNode& entry, std::string_view key) {
    const YamlNode* const node = entry.find(key);
    std::string value = node == nullptr ? "" : read_text(*node, key, findings_).value_or("");
    if (value.empty()) findings_.add(entry, fmt::format("a requirement needs '{}'", key));
    return value;
  }

  void read_level(const YamlNode& entry, Requirement& requirement) {
    const YamlNode* const node = entry.find("level");
    if (node == nullptr) return findings_.add(entry, "a requirement needs 'level'");
    if (const auto word = read_choice(*node, "level", keys::levels, findings_))
      requirement.level = *report::level_from_name(*word);
  }

  void read_who(const YamlNode& entry, Requirement& requirement) {
    const YamlNode* const node = entry.find("who");
    if (node == nullptr) return findings_.add(entry, "a requirement needs 'who'");
    for (const YamlNode* const item : read_text_items(*node, "who", findings_)) {
      if (read_choice(*item, "an item of who", roles, findings_)) requirement.who.push_back(item->value);
    }
  }

  Findings& findings_;
  std::set<std::string> seen_;
};

}  // namespace

diag::Result<std::vector<Requirement>> load_requirements(const std::string& name, std::string text) {
  const diag::Source source(name, std::move(text));
  Findings findings(source);
  const YamlNode root = read_yaml(source, findings.list());
  std::vector<Requirement> found;
  if (findings.empty()) found = RequirementsReader(findings).run(root);
  if (!findings.empty()) return findings.list().front();
  return found;
}

const std::vector<Requirement>& requirements() {
  static const std::vector<Requirement> list =
      load_requirements("built-in:requirements.yaml", std::string(builtin_requirements())).value();
  return list;
}

}  // namespace wsrig::engine
