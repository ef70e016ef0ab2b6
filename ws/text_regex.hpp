#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diag/diagnostic.hpp"

namespace wsrig::ws {

/// What a pattern took from a message: names and values, in the order written.
using Captures = std::vector<std::pair<std::string, std::string>>;

/// A regular expression (Perl syntax) with named groups `(?<name>…)`, matched octet by octet. Its work is
/// bounded, whatever a peer sends: an expression that would run away does not match.
class TextRegex {
 public:
  /// The diagnostic carries a column only (offset + 1), counted in `text`.
  static diag::Result<TextRegex> compile(std::string_view text);

  const std::string& text() const { return text_; }
  const std::vector<std::string>& group_names() const { return group_names_; }
  /// The named groups of the first place where it matches; a group that took no part is left out. `end`,
  /// where given, is set to the offset behind that place.
  std::optional<Captures> search(std::string_view subject, std::size_t* end = nullptr) const;

 private:
  struct Compiled;
  std::string text_;
  std::vector<std::string> group_names_;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace wsrig::ws
