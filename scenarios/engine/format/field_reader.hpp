#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.hpp"
#include "scenarios/engine/format/yaml_document.hpp"

namespace wsrig::engine {

/// The mistakes found in one file, as they are found; more than 100 help nobody, and are left out.
class Findings {
 public:
  explicit Findings(const diag::Source& source) : source_(source) {}

  const diag::Source& source() const { return source_; }
  void add(const YamlNode& place, std::string message, std::string hint = {});
  void add(diag::Diagnostic diagnostic);
  bool full() const { return list_.size() >= max_findings; }
  bool empty() const { return list_.empty(); }
  std::vector<diag::Diagnostic>& list() { return list_; }

 private:
  const diag::Source& source_;
  std::vector<diag::Diagnostic> list_;
};

// Each of these reads a node as one type. On a mistake it adds a finding that begins with `what` ("about",
// "within") and gives nothing.
std::optional<std::string> read_text(const YamlNode& node, std::string_view what, Findings& findings);
std::optional<bool> read_flag(const YamlNode& node, std::string_view what, Findings& findings);
/// A duration with its unit, in whole milliseconds, at most a day.
std::optional<std::chrono::milliseconds> read_duration(const YamlNode& node, std::string_view what,
                                                       Findings& findings);
/// The nodes of a list of texts; a single text is a list of one.
std::vector<const YamlNode*> read_text_items(const YamlNode& node, std::string_view what, Findings& findings);
/// Their values.
std::vector<std::string> read_texts(const YamlNode& node, std::string_view what, Findings& findings);
/// One of some words.
std::optional<std::string> read_choice(const YamlNode& node, std::string_view what,
                                       std::span<const std::string_view> words, Findings& findings);

/// Is the node a map whose keys are all known? Reports what is not; false when it is no map at all.
bool check_keys(const YamlNode& node, std::string_view what, std::span<const std::string_view> known,
                Findings& findings);

}  // namespace wsrig::engine
