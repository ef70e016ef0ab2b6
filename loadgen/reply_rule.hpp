#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "diag/diagnostic.hpp"
#include "ws/bytes.hpp"
#include "ws/text_regex.hpp"

namespace wsrig::loadgen {

/// What the subject does with a message that it is sent; declared by the user, never assumed.
struct ReplyRule {
  enum class Kind : std::uint8_t {
    echo,    ///< "echo": sends it back
    prefix,  ///< "prefix:TEXT": sends it back behind a fixed text
    any,     ///< "any": answers with something, in order
    json,    ///< "json:FIELD": answers with an object whose field has the value that it has in the message;
             ///< "json:/data/0/id": with JSON in which this JSON pointer (RFC 6901) leads to the same value
    regex,   ///< "regex:EXPRESSION": answers with something that it matches. A named group `key` ties the
             ///< reply to the message in which it matches the same text; without one, replies come in order
    none,    ///< "none": nothing is awaited
  } kind = Kind::echo;
  std::string text{};                    ///< prefix, field, pointer or expression
  std::optional<ws::TextRegex> regex{};  ///< of kind regex
  std::uint16_t replies = 1;             ///< to each message

  bool awaits_reply() const { return kind != Kind::none; }
  /// The expression has a group that ties replies to messages.
  bool has_key_group() const;
};
diag::Result<ReplyRule> parse_reply_rule(std::string_view text);

/// For the rules by which a reply is told without an envelope of ours: what it has in common with its
/// message, as a CRC-32C. Empty for what is no reply: a field that is not there, an expression that does not
/// match.
std::optional<std::uint32_t> reply_key(const ReplyRule& rule, ws::Bytes reply);
/// The same of a message that is sent.
std::optional<std::uint32_t> message_key(const ReplyRule& rule, ws::Bytes message);

}  // namespace wsrig::loadgen
