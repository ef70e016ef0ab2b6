#include "scenarios/engine/format/field_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "ws/notation.hpp"

namespace wsrig::engine {

void Findings::add(const YamlNode& place, std::string message, std::string hint) {
  if (full()) return;  // a diagnostic copies its line, which may be long
  add(source_.at_line(place.line, place.column, 1, std::move(message), std::move(hint)));
}

void Findings::add(diag::Diagnostic diagnostic) {
  if (!full()) list_.push_back(std::move(diagnostic));
}

std::optional<std::string> read_text(const YamlNode& node, std::string_view what, Findings& findings) {
  if (node.is_scalar()) return node.value;
  findings.add(node, fmt::format("{} must be a text", what));
  return {};
}

std::optional<bool> read_flag(const YamlNode& node, std::string_view what, Findings& findings) {
  if (node.is_scalar() && node.plain && node.value == "true") return true;
  if (node.is_scalar() && node.plain && node.value == "false") return false;
  findings.add(node, fmt::format("{} must be true or false", what));
  return {};
}

std::optional<std::chrono::milliseconds> read_duration(const YamlNode& node, std::string_view what,
                                                       Findings& findings) {
  static constexpr const char* units = "write 200ms, 2s or 1m";
  static constexpr std::uint64_t longest = 24ULL * 60 * 60 * 1'000'000;
  const auto duration = ws::parse_duration_us(node.value);
  if (node.is_scalar() && duration && *duration % 1000 == 0 && *duration <= longest) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(*duration / 1000));
  }
  if (node.is_scalar() && ws::parse_number(node.value)) {
    findings.add(node, fmt::format("the duration '{}' has no unit", node.value), units);
  } else if (duration) {
    findings.add(node, fmt::format("{} must be whole milliseconds, at most 24 hours", what));
  } else {
    findings.add(node, fmt::format("{} must be a duration", what), units);
  }
  return {};
}

std::vector<const YamlNode*> read_text_items(const YamlNode& node, std::string_view what,
                                             Findings& findings) {
  if (node.is_scalar()) return {&node};
  std::vector<const YamlNode*> items;
  if (!node.is_sequence()) findings.add(node, fmt::format("{} must be a list of texts", what));
  for (const YamlNode& item : node.items) {
    if (read_text(item, fmt::format("an item of {}", what), findings)) items.push_back(&item);
  }
  return items;
}

std::vector<std::string> read_texts(const YamlNode& node, std::string_view what, Findings& findings) {
  std::vector<std::string> texts;
  for (const YamlNode* const item : read_text_items(node, what, findings)) texts.push_back(item->value);
  return texts;
}

std::optional<std::string> read_choice(const YamlNode& node, std::string_view what,
                                       std::span<const std::string_view> words, Findings& findings) {
  const bool known = std::find(words.begin(), words.end(), node.value) != words.end();
  if (node.is_scalar() && known) return node.value;
  findings.add(node, fmt::format("{} must be one of {}", what, fmt::join(words, ", ")),
               node.is_scalar() ? diag::did_you_mean(node.value, words) : "");
  return {};
}

bool check_keys(const YamlNode& node, std::string_view what, std::span<const std::string_view> known,
                Findings& findings) {
  if (!node.is_map()) {
    findings.add(node, fmt::format("{} must be a map of keys and values", what));
    return false;
  }
  for (const auto& [key, value] : node.members) {
    if (findings.full()) return true;
    if (std::find(known.begin(), known.end(), key.value) != known.end()) continue;
    findings.add(key,
                 fmt::format("unknown key '{}' in {}; one of {}", key.value, what, fmt::join(known, ", ")),
                 diag::did_you_mean(key.value, known));
  }
  return true;
}

}  // namespace wsrig::engine
