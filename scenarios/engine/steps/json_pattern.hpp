#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.hpp"
#include "ws/notation.hpp"
#include "ws/text_regex.hpp"

namespace wsrig::ws {
class TokenReader;
}

namespace wsrig::engine {

using ws::Captures;

/// The `json {…}` of a step. An object matches an object that has at least its members; an array matches one
/// of the same length, item by item; anything else matches its equal. `$name` matches any value and captures
/// it (a string as its text, anything else as JSON); `${name}` matches the value that prints like the
/// variable; `"…${name}…"` is a string. A variable is compared as a value, never read as JSON text.
class JsonPattern {
 public:
  struct Node;
  /// Reads the `{…}` or `[…]` that comes next; throws ws::SyntaxError.
  static JsonPattern read(ws::TokenReader& reader);

  /// Empty when `message` is not JSON, does not match, or a variable has no value.
  std::optional<Captures> match(std::string_view message, const ws::Lookup& lookup) const;
  const std::vector<std::string>& captured_names() const { return captured_names_; }
  /// The variables it inserts, in order.
  const std::vector<ws::Variable>& variables() const { return variables_; }

 private:
  std::shared_ptr<const Node> root_;
  std::vector<std::string> captured_names_;
  std::vector<ws::Variable> variables_;
};

}  // namespace wsrig::engine
