#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.hpp"
#include "ws/notation.hpp"

/// What the readers of the notation share: the frame reader here and the script reader of the engine.
/// Inside a reader a mistake is thrown as SyntaxError; the public functions turn it into a Result.
namespace wsrig::ws {

struct SyntaxError {
  diag::Diagnostic diagnostic;
};

/// Walks over the tokens of a text. The last token is always `end`; reading past it gives `end` again.
class TokenReader {
 public:
  /// Throws SyntaxError; `source` must outlive the reader.
  explicit TokenReader(const diag::Source& source);

  const diag::Source& source() const { return source_; }
  const Token& peek(std::size_t ahead = 0) const;
  const Token& take();
  /// Is the next token this word, number or punctuation?
  bool at(std::string_view text) const { return peek().text == text; }
  bool accept(std::string_view text);
  /// Takes this punctuation, or fails with "expected '('".
  void expect(std::string_view text);
  bool at_step_end() const;
  /// The end of the token before: where the text read so far ends.
  std::size_t last_end() const { return last_end_; }

  [[noreturn]] void fail(const Token& token, std::string message, std::string hint = {}) const;
  /// "unexpected 'x'", or "… is missing" at the end of the step; `wanted` says what could stand here.
  [[noreturn]] void fail_unexpected(std::string_view wanted) const;

 private:
  const diag::Source& source_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  std::size_t last_end_ = 0;
};

/// A token in a message: 'word', "string".
std::string describe(const Token& token);

/// Does an expression begin with this token: a string, a variable, hex( random( or repeat( ?
bool starts_expression(const TokenReader& reader);
/// Reads concatenated strings, variables and functions.
Expression read_expression(TokenReader& reader);
/// Reads tokens that stand without blanks between them as one text with variables: `u16:${n}`, `1000`.
Expression read_joined(TokenReader& reader);
/// Appends octets to the literal an expression ends with, or begins one.
void append_literal(Expression& out, std::string_view octets);
/// Only hexadecimal digits (or nothing)?
bool is_hex(std::string_view digits);
/// The octets of pairs of hexadecimal digits, with or without blanks between the pairs.
std::optional<std::string> octets_of(std::string_view digits);
/// Appends the text between two offsets of a source to an expression: JSON escapes, and `${name}`.
void append_string(const diag::Source& source, std::size_t begin, std::size_t end, Expression& out);
/// `""" … """` as the head (and body) of an HTTP message: common indentation removed, lines joined with CRLF,
/// the empty line behind the head added where it is missing.
Expression read_http_text(TokenReader& reader);

/// Is the next token an attribute: `word=value`, or one of the bare words (rsv1, deflate …)?
bool starts_attribute(const TokenReader& reader);
/// Reads one attribute; a name that is unknown or already among `earlier` fails.
Attribute read_attribute(TokenReader& reader, const std::vector<Attribute>& earlier);
/// Reads the word of a frame's kind, with the value of `op=N`. `known` are the words to suggest for a
/// misspelt one, where more than kinds can stand.
FrameText read_kind(TokenReader& reader, std::span<const std::string_view> known = {});
/// Reads a frame to send: kind, then attributes and one payload in any order.
FrameText read_frame(TokenReader& reader, std::span<const std::string_view> known = {});
/// Is the next token the code of a close: a number, or a variable (`close ${code}`)?
bool starts_close_code(const TokenReader& reader);

/// The offset behind the `}` of the `${name}` at `offset`; fails when it is open or its name is none.
std::size_t variable_end(const diag::Source& source, std::size_t offset);

/// `evaluate`, throwing SyntaxError.
std::string evaluate_or_throw(const Expression& expression, const Scope& scope);
/// The mistake at a place of an expression: offset only, as `evaluate` reports.
SyntaxError error_at(const Expression& place, std::string message, std::string hint = {});

}  // namespace wsrig::ws
