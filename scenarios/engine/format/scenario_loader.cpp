#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <utility>

#include "scenarios/engine/format/case_reader.hpp"
#include "scenarios/engine/format/decode_reader.hpp"
#include "scenarios/engine/format/field_reader.hpp"
#include "scenarios/engine/format/load_reader.hpp"
#include "scenarios/engine/format/model.hpp"
#include "scenarios/engine/format/scenario_file.hpp"
#include "scenarios/engine/format/scenario_keys.hpp"
#include "scenarios/engine/format/service_reader.hpp"

namespace wsrig::engine {
namespace {

struct Loaded {
  ScenarioFile file;
  std::vector<diag::Diagnostic> findings;
};

/// `wsrig: 1`, so that a later version of the format can be told apart.
void check_version(const YamlNode& root, Findings& findings) {
  const YamlNode* const version = root.find("wsrig");
  if (!version) return findings.add(root, "the file must say which format it has: wsrig: 1");
  if (version->value != "1")
    findings.add(*version, fmt::format("format '{}' is not supported; this is wsrig: 1", version->value));
}

/// Moves the findings of a file, in order; of several at one place the first says what is wrong.
void take_all(std::vector<diag::Diagnostic>& into, std::vector<diag::Diagnostic>& from) {
  const auto place = [](const diag::Diagnostic& one) { return std::pair(one.line, one.column); };
  std::stable_sort(from.begin(), from.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
  const auto end = std::unique(from.begin(), from.end(),
                               [&](const auto& a, const auto& b) { return place(a) == place(b); });
  std::move(from.begin(), end, std::back_inserter(into));
}

bool is_suite(std::string_view text) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '/';
  };
  const bool slashes =
      text.starts_with('/') || text.ends_with('/') || text.find("//") != std::string_view::npos;
  return !text.empty() && !slashes && std::all_of(text.begin(), text.end(), is_part);
}

class ScenarioReader {
 public:
  ScenarioReader(const std::string& name, std::string text) {
    loaded_.file.source = std::make_shared<diag::Source>(name, std::move(text));
  }

  Loaded run() {
    Findings findings(*loaded_.file.source);
    const YamlNode root = read_yaml(findings.source(), findings.list());
    if (root.kind != YamlNode::Kind::null) {
      read_root(root, findings);
    } else if (findings.empty()) {
      findings.add(findings.source().at_line(1, 0, 1, "the file is empty"));
    }
    take_all(loaded_.findings, findings.list());
    return std::move(loaded_);
  }

 private:
  void read_root(const YamlNode& root, Findings& findings) {
    if (!root.is_map()) return findings.add(root, "a scenario file is a map that begins with wsrig: 1");
    check_keys(root, "a scenario file", keys::file, findings);
    check_version(root, findings);
    read_head(root, findings);
    read_includes(root, findings);
    if (const YamlNode* const services = root.find("services"))
      read_services(*services, loaded_.file.services, findings);
    if (const YamlNode* const tls = root.find("tls")) read_tls(*tls, loaded_.file.tls, findings);
    const bool has_load = read_load_block(root, findings);
    if (const YamlNode* const decode = root.find("decode")) {
      read_decodes(*decode, root, findings);
    } else if (!has_load || root.find("cases")) {
      read_cases(root, findings);
    }
  }

  /// A load runs like a case, with the id `load`.
  bool read_load_block(const YamlNode& root, Findings& findings) {
    const YamlNode* const load = root.find("load");
    const YamlNode* const thresholds = root.find("thresholds");
    if (!load && thresholds) findings.add(*thresholds, "thresholds need a load");
    if (!load) return false;
    Case one;
    one.id = "load";
    one.about = loaded_.file.about;
    one.section = "thresholds";
    one.combinations = {{}};
    one.line = load->line;
    one.load = read_load(*load, thresholds, loaded_.file.tls, service_variables(loaded_.file.services),
                         beside(""), findings);
    loaded_.file.cases.push_back(std::move(one));
    return true;
  }

  void read_head(const YamlNode& root, Findings& findings) {
    if (const YamlNode* const about = root.find("about"))
      loaded_.file.about = read_text(*about, "about", findings).value_or("");
    const YamlNode* const suite = root.find("suite");
    if (!suite)
      return findings.add(root, "the file needs a suite, for instance suite: rfc6455/5.4-fragmentation");
    loaded_.file.suite = read_text(*suite, "suite", findings).value_or("");
    if (suite->is_scalar() && !is_suite(loaded_.file.suite)) {
      findings.add(*suite, fmt::format("'{}' is not a name of a suite: lower-case letters, digits, '-', '_', "
                                       "'.', with '/' between the parts",
                                       loaded_.file.suite));
    }
  }

  /// An included file gives services and TLS settings, so that several suites can share them.
  void read_includes(const YamlNode& root, Findings& findings) {
    const YamlNode* const include = root.find("include");
    if (!include) return;
    for (const YamlNode* const path : read_text_items(*include, "include", findings)) {
      const std::string name = beside(path->value);
      auto text = read_scenario_text(name);
      if (!text) {
        findings.add(*path, text.error().message);
      } else {
        read_include(name, std::move(*text));
      }
    }
  }

  /// A path that the file names is relative to its own folder.
  std::string beside(const std::string& path) const {
    const auto folder = std::filesystem::path(loaded_.file.source->name()).parent_path();
    return (folder / path).lexically_normal().string();
  }

  void read_include(const std::string& name, std::string text) {
    const diag::Source source(name, std::move(text));
    Findings findings(source);
    const YamlNode root = read_yaml(source, findings.list());
    if (check_keys(root, "an included file", keys::included_file, findings)) {
      check_version(root, findings);
      if (const YamlNode* const services = root.find("services"))
        read_services(*services, loaded_.file.services, findings);
      if (const YamlNode* const tls = root.find("tls")) read_tls(*tls, loaded_.file.tls, findings);
    }
    take_all(loaded_.findings, findings.list());
  }

  void read_cases(const YamlNode& root, Findings& findings) {
    const YamlNode* const cases = root.find("cases");
    if (!cases) return findings.add(root, "the file has no cases");
    if (cases->is_scalar()) return read_cases_of_other(*cases, findings);
    read_case_list(*cases, findings);
  }

  /// `cases: FILE`: the cases of another file, with the suite, services and TLS settings of this one.
  void read_cases_of_other(const YamlNode& path, Findings& findings) {
    const std::string name = beside(path.value);
    auto text = read_scenario_text(name);
    if (!text) return findings.add(path, text.error().message);
    loaded_.file.cases_source = std::make_shared<diag::Source>(name, std::move(*text));
    Findings there(*loaded_.file.cases_source);
    const YamlNode root = read_yaml(there.source(), there.list());
    const YamlNode* const cases = root.find("cases");
    if (cases) {
      read_case_list(*cases, there);
    } else if (there.empty()) {
      findings.add(path, fmt::format("'{}' has no cases", name));
    }
    take_all(loaded_.findings, there.list());
  }

  void read_decodes(const YamlNode& decodes, const YamlNode& root, Findings& findings) {
    if (const YamlNode* const cases = root.find("cases"))
      return findings.add(*cases, "a file has either cases or decode");
    if (!decodes.is_sequence() || decodes.items.empty())
      return findings.add(decodes, "decode must be a list of at least one capture");
    const auto folder = std::filesystem::path(loaded_.file.source->name()).parent_path();
    for (const YamlNode& node : decodes.items) {
      Case one = read_decode(node, folder, findings);
      if (std::ranges::any_of(loaded_.file.cases, [&](const Case& other) { return other.id == one.id; }))
        findings.add(node, fmt::format("the id '{}' is there already", one.id));
      loaded_.file.cases.push_back(std::move(one));
    }
  }

  void read_case_list(const YamlNode& cases, Findings& findings) {
    if (!cases.is_sequence() || cases.items.empty())
      return findings.add(cases, "cases must be a list of at least one case");
    const KnownVariables services = service_variables(loaded_.file.services);
    std::map<std::string, std::size_t> lines;
    std::size_t combinations = 0;
    for (const YamlNode& node : cases.items) {
      if (findings.full()) return;
      Case one = read_case(node, loaded_.file, services, findings);
      const auto [first, is_new] = lines.emplace(one.id, one.line);
      if (!is_new && !one.id.empty()) {
        findings.add(
            node, fmt::format("the id '{}' is already that of the case in line {}", one.id, first->second));
      }
      combinations += one.combinations.size();
      if (combinations > max_combinations_of_file) {
        return findings.add(node,
                            fmt::format("more than {} combinations in the file", max_combinations_of_file));
      }
      loaded_.file.cases.push_back(std::move(one));
    }
  }

  Loaded loaded_;
};

}  // namespace

diag::Result<ScenarioFile> load_scenario(const std::string& name, std::string text) {
  Loaded loaded = ScenarioReader(name, std::move(text)).run();
  if (!loaded.findings.empty()) return std::move(loaded.findings.front());
  return std::move(loaded.file);
}

std::vector<diag::Diagnostic> check_scenario(const std::string& name, std::string text) {
  return ScenarioReader(name, std::move(text)).run().findings;
}

}  // namespace wsrig::engine
