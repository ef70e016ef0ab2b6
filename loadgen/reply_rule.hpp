#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "diag/diagnostic.hpp"

namespace wsrig::loadgen {

/// What the subject does with a message that it is sent; declared by the user, never assumed.
struct ReplyRule {
  enum class Kind : std::uint8_t {
    echo,    ///< "echo": sends it back
    prefix,  ///< "prefix:TEXT": sends it back behind a fixed text
    any,     ///< "any": answers with something, in order
    json,    ///< "json:FIELD": answers with an object whose field has the value that it has in the message
    regex,   ///< "regex:EXPRESSION": answers with something that it matches; other messages are no replies.
             ///< A named group `key` ties the reply to the message from which it takes the same text
    none,    ///< "none": nothing is awaited
  } kind = Kind::echo;
  std::string text{};         ///< prefix, field or expression
  std::uint16_t replies = 1;  ///< to each message

  /// The message comes back with its envelope.
  bool returns_envelope() const { return kind == Kind::echo || kind == Kind::prefix; }
  bool awaits_reply() const { return kind != Kind::none; }
};
diag::Result<ReplyRule> parse_reply_rule(std::string_view text);

}  // namespace wsrig::loadgen
