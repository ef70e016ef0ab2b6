#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diag/diagnostic.hpp"

namespace wsrig::engine {

/// A node of a scenario file's YAML, with its place. Only what scenario files may hold: no aliases, no tags.
struct YamlNode {
  enum class Kind : std::uint8_t { null, scalar, sequence, map } kind = Kind::null;
  std::string value{};                                   ///< of a scalar
  bool plain = false;                                    ///< a scalar without quotes, not a block
  std::size_t line = 0;                                  ///< from 1
  std::size_t column = 0;                                ///< octet of the line, from 1
  std::vector<YamlNode> items{};                         ///< of a sequence
  std::vector<std::pair<YamlNode, YamlNode>> members{};  ///< of a map, in the order written; keys are scalars

  bool is_map() const { return kind == Kind::map; }
  bool is_sequence() const { return kind == Kind::sequence; }
  bool is_scalar() const { return kind == Kind::scalar; }
  /// The member of a map; null when there is none.
  const YamlNode* find(std::string_view key) const;
};

/// The largest scenario file, in octets.
inline constexpr std::size_t max_scenario_size = 4u << 20;

/// No more mistakes than this are kept for a file.
inline constexpr std::size_t max_findings = 100;

/// Reads one YAML document strictly: no duplicate keys, aliases, anchors, tags, second document, or unquoted
/// YAML 1.1 booleans and octal numbers. Every mistake is added to `findings`; after a syntax error, and for a
/// file that is too large, not UTF-8 or nested too deeply, the node is null.
YamlNode read_yaml(const diag::Source& source, std::vector<diag::Diagnostic>& findings);

}  // namespace wsrig::engine
