#include "scenarios/engine/format/yaml_document.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <sstream>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "ws/utf8.hpp"

namespace wsrig::engine {
namespace {

constexpr std::size_t max_depth = 32;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return out;
}

/// YAML 1.1 reads these words as booleans, and other readers of the file may still do so.
bool is_old_boolean(std::string_view value) {
  static constexpr std::array<std::string_view, 4> words{"yes", "no", "on", "off"};
  return std::find(words.begin(), words.end(), lower(value)) != words.end();
}

/// `0123` is 83 in YAML 1.1 and 123 in YAML 1.2.
bool is_old_octal(std::string_view value) {
  if (value.starts_with('+') || value.starts_with('-')) value.remove_prefix(1);
  return value.size() > 1 && value[0] == '0' &&
         value.find_first_not_of("01234567_") == std::string_view::npos;
}

/// Builds the nodes from yaml-cpp's events, which still know quotes, anchors and aliases.
class Builder : public YAML::EventHandler {
 public:
  Builder(const diag::Source& source, std::vector<diag::Diagnostic>& findings)
      : source_(source), findings_(findings) {}

  YamlNode take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(node_at(YamlNode::Kind::null, mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    report(mark, "aliases are not used in scenario files", "write the value out, or use a variable");
    add(node_at(YamlNode::Kind::null, mark));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    YamlNode node = node_at(YamlNode::Kind::scalar, mark);
    node.value = value;
    node.plain = tag == "?";
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  void report(const YAML::Mark& mark, std::string message, std::string hint = {}) {
    if (findings_.size() >= max_findings) return;
    const YamlNode place = node_at(YamlNode::Kind::null, mark);
    findings_.push_back(source_.at_line(place.line, place.column, 1, std::move(message), std::move(hint)));
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) report(mark, "anchors are not used in scenario files");
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") report(mark, "tags are not used in scenario files");
  }

  static YamlNode node_at(YamlNode::Kind kind, const YAML::Mark& mark) {
    return {.kind = kind,
            .line = static_cast<std::size_t>(std::max(0, mark.line)) + 1,
            .column = static_cast<std::size_t>(std::max(0, mark.column)) + 1};
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (open_.size() == max_depth) throw YAML::ParserException(mark, "nested too deeply");
    open_.push_back(node_at(kind, mark));
  }
  void close() {
    YamlNode node = std::move(open_.back());
    open_.pop_back();
    refuse_duplicates(node);
    add(std::move(node));
  }

  void refuse_duplicates(const YamlNode& map) {
    std::map<std::string_view, std::size_t> lines;
    for (const auto& [key, value] : map.members) {
      const auto [first, is_new] = lines.emplace(key.value, key.line);
      if (is_new) continue;
      report(mark_of(key),
             fmt::format("the key '{}' stands twice; it is already in line {}", key.value, first->second));
    }
  }

  /// Hangs a finished node into the one that is open around it. A map's members are finished in turn as key
  /// and value: a member without a value yet waits with a null one.
  void add(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().is_sequence()) {
      check_value(node);
      open_.back().items.push_back(std::move(node));
    } else if (keys_.size() < open_.size() || !keys_[open_.size() - 1].is_scalar()) {
      add_key(std::move(node));
    } else {
      check_value(node);
      YamlNode& key = keys_[open_.size() - 1];
      open_.back().members.emplace_back(std::move(key), std::move(node));
      key = {};
    }
  }

  void add_key(YamlNode node) {
    if (!node.is_scalar()) throw YAML::ParserException(mark_of(node), "a key must be a word");
    keys_.resize(std::max(keys_.size(), open_.size()));
    keys_[open_.size() - 1] = std::move(node);
  }

  void check_value(const YamlNode& node) {
    if (!node.is_scalar() || !node.plain) return;
    if (is_old_boolean(node.value)) {
      report(mark_of(node), fmt::format("'{}' is a boolean in YAML 1.1", node.value),
             fmt::format("write true or false, or \"{}\" for the word", node.value));
    } else if (is_old_octal(node.value)) {
      report(mark_of(node), fmt::format("'{}' is an octal number in YAML 1.1", node.value),
             fmt::format("write \"{}\" for the digits", node.value));
    }
  }

  static YAML::Mark mark_of(const YamlNode& node) {
    YAML::Mark mark;
    mark.line = static_cast<int>(node.line) - 1;
    mark.column = static_cast<int>(node.column) - 1;
    return mark;
  }

  const diag::Source& source_;
  std::vector<diag::Diagnostic>& findings_;
  std::vector<YamlNode> open_;  // sequences and maps that have not ended
  std::vector<YamlNode> keys_;  // per open node: the key that waits for its value, or null
  YamlNode root_;
};

/// A reason to read no further: yaml-cpp would be slow, or wrong about places.
std::optional<diag::Diagnostic> refuse_text(const diag::Source& source) {
  const std::string_view text = source.text();
  if (text.size() > max_scenario_size) return source.at_line(0, 0, 1, "the file is larger than 4MiB");
  ws::Utf8Validator utf8;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!utf8.feed(ws::as_bytes(text.substr(i, 1))))
      return source.at(i, 1, "the file is not UTF-8 from here on");
  }
  if (!utf8.complete()) return source.at(text.size(), 1, "the file ends inside a character");
  return {};
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const auto& member) { return member.first.value == key; });
  return found == members.end() ? nullptr : &found->second;
}

YamlNode read_yaml(const diag::Source& source, std::vector<diag::Diagnostic>& findings) {
  if (auto refusal = refuse_text(source)) {
    findings.push_back(std::move(*refusal));
    return {};
  }
  try {
    std::istringstream stream{std::string(source.text())};
    YAML::Parser parser(stream);
    Builder builder(source, findings);
    if (!parser.HandleNextDocument(builder)) return {};
    YamlNode root = builder.take_root();
    Builder second(source, findings);
    if (parser.HandleNextDocument(second)) {
      const YamlNode extra = second.take_root();
      findings.push_back(source.at_line(extra.line, extra.column, 1,
                                        "a file holds one YAML document, and this begins another"));
    }
    return root;
  } catch (const YAML::Exception& error) {
    const auto line = static_cast<std::size_t>(std::max(0, error.mark.line)) + 1;
    const auto column = static_cast<std::size_t>(std::max(0, error.mark.column)) + 1;
    findings.push_back(source.at_line(line, column, 1, "YAML: " + error.msg));
    return {};
  }
}

}  // namespace wsrig::engine
