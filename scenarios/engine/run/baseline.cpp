#include "scenarios/engine/run/baseline.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

#include "cli/glob.hpp"
#include "scenarios/engine/format/yaml_document.hpp"

namespace wsrig::engine {

namespace {

using diag::Diagnostic;
using diag::Source;

Diagnostic at(const Source& source, const YamlNode& node, std::string message, std::string hint = {}) {
  return source.at_line(node.line, node.column, std::max<std::size_t>(node.value.size(), 1),
                        std::move(message), std::move(hint));
}

/// A scalar member of an entry; a missing one is a mistake at the entry.
diag::Result<std::string> text_of(const Source& source, const YamlNode& entry, std::string_view key) {
  const YamlNode* node = entry.find(key);
  if (node == nullptr || !node->is_scalar() || node->value.empty())
    return at(source, node == nullptr ? entry : *node, fmt::format("an entry needs a text for '{}'", key));
  return node->value;
}

diag::Result<report::Grade> read_status(const Source& source, const YamlNode& entry) {
  const auto text = text_of(source, entry, "status");
  if (!text) return text.error();
  if (const auto grade = report::grade_from_name(*text)) return *grade;
  constexpr std::string_view known[] = {"ok", "informational", "non-strict", "skip", "fail", "error"};
  return at(source, *entry.find("status"), fmt::format("unknown status '{}'", *text),
            diag::did_you_mean(*text, known));
}

diag::Result<Baseline::Entry> read_entry(const Source& source, const YamlNode& key, const YamlNode& value) {
  if (!value.is_map()) return at(source, key, "an entry is { status: …, reason: … }");
  for (const auto& [name, ignored] : value.members) {
    constexpr std::string_view known[] = {"status", "reason"};
    if (name.value != known[0] && name.value != known[1]) {
      return at(source, name, fmt::format("unknown key '{}'", name.value),
                diag::did_you_mean(name.value, known));
    }
  }
  const auto status = read_status(source, value);
  if (!status) return status.error();
  const auto reason = text_of(source, value, "reason");
  if (!reason) return reason.error();
  return Baseline::Entry{key.value, *status, *reason, key.line};
}

std::optional<Diagnostic> check_top(const Source& source, const YamlNode& root) {
  const YamlNode* version = root.find("wsrig-expected");
  if (version == nullptr || version->value != "1")
    return at(source, version == nullptr ? root : *version, "a baseline begins with 'wsrig-expected: 1'");
  constexpr std::string_view known[] = {"wsrig-expected", "subject", "cases"};
  for (const auto& [key, ignored] : root.members) {
    if (std::find(std::begin(known), std::end(known), key.value) == std::end(known)) {
      return at(source, key, fmt::format("unknown key '{}'", key.value),
                diag::did_you_mean(key.value, known));
    }
  }
  return std::nullopt;
}

/// A YAML double-quoted scalar: its escapes are those of JSON.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char letter : text) {
    const auto octet = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') out += '\\';
    if (octet < 0x20) {
      out += fmt::format("\\x{:02x}", octet);
    } else {
      out += letter;
    }
  }
  return out + '"';
}

}  // namespace

diag::Result<Baseline> Baseline::load(const std::string& path, bool may_be_new) {
  Baseline baseline;
  baseline.path_ = path;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (may_be_new && errno == ENOENT) return baseline;
    Diagnostic missing;
    missing.message = fmt::format("cannot read the baseline {}: {}", path, std::strerror(errno));
    return missing;
  }
  std::ostringstream text;
  text << file.rdbuf();
  baseline.text_ = text.str();
  const Source source(path, baseline.text_);
  std::vector<Diagnostic> findings;
  const YamlNode root = read_yaml(source, findings);
  if (!findings.empty()) return findings.front();
  if (auto mistake = check_top(source, root)) return *mistake;
  if (const YamlNode* subject = root.find("subject")) baseline.subject_ = subject->value;
  const YamlNode* cases = root.find("cases");
  if (cases == nullptr) return baseline;
  for (const auto& [key, value] : cases->members) {
    auto entry = read_entry(source, key, value);
    if (!entry) return entry.error();
    baseline.entries_.push_back(std::move(*entry));
  }
  return baseline;
}

const Baseline::Entry* Baseline::find(std::string_view id) const {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                  [&](const Entry& entry) { return cli::matches_glob(entry.glob, id); });
  return found == entries_.rend() ? nullptr : &*found;
}

std::vector<Diagnostic> Baseline::stale(const std::vector<std::string>& ids) const {
  std::vector<Diagnostic> mistakes;
  const Source source(path_, text_);
  const std::vector<std::string_view> known(ids.begin(), ids.end());
  for (const auto& entry : entries_) {
    const bool fits = std::any_of(ids.begin(), ids.end(),
                                  [&](const auto& id) { return cli::matches_glob(entry.glob, id); });
    if (fits) continue;
    mistakes.push_back(source.at_line(entry.line, 0, 1, fmt::format("no case fits '{}'", entry.glob),
                                      diag::did_you_mean(entry.glob, known)));
  }
  return mistakes;
}

std::string Baseline::updated(const report::RunResult& run) const {
  std::string text = fmt::format("wsrig-expected: 1\nsubject: {}\ncases:\n",
                                 quoted(subject_.empty() ? run.subject : subject_));
  const auto add = [&](std::string_view glob, report::Grade status, std::string_view reason) {
    text += fmt::format("  {}: {{ status: {}, reason: {} }}\n", quoted(glob), report::name(status),
                        quoted(reason));
  };
  const auto holds = [&](const Entry& entry) {
    return std::all_of(run.cases.begin(), run.cases.end(),
                       [&](const auto& one) { return find(one.id) != &entry || one.grade == entry.status; });
  };
  for (const auto& entry : entries_) {
    if (holds(entry)) add(entry.glob, entry.status, entry.reason);
  }
  for (const auto& one : run.cases) {
    const Entry* entry = find(one.id);
    const bool covered = entry != nullptr && holds(*entry);
    if (!covered && one.fails_run && one.grade != report::Grade::ok) add(one.id, one.grade, one.message);
  }
  return text;
}

}  // namespace wsrig::engine
