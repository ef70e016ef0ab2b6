#include "ws/notation_reader.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace wsrig::ws {
namespace {

std::vector<Token> tokens_of(const diag::Source& source) {
  auto tokens = tokenize(source);
  if (!tokens) throw SyntaxError{tokens.error()};
  return std::move(*tokens);
}

}  // namespace

TokenReader::TokenReader(const diag::Source& source) : source_(source), tokens_(tokens_of(source)) {}

const Token& TokenReader::peek(std::size_t ahead) const {
  return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
}

const Token& TokenReader::take() {
  const Token& token = peek();
  last_end_ = token.offset + token.text.size();
  if (token.kind != Token::Kind::end) ++next_;
  return token;
}

bool TokenReader::accept(std::string_view text) {
  if (!at(text)) return false;
  take();
  return true;
}

void TokenReader::expect(std::string_view text) {
  if (!accept(text)) fail_unexpected(fmt::format("'{}'", text));
}

bool TokenReader::at_step_end() const {
  return peek().kind == Token::Kind::newline || peek().kind == Token::Kind::end;
}

void TokenReader::fail(const Token& token, std::string message, std::string hint) const {
  throw SyntaxError{source_.at(token.offset, 1, std::move(message), std::move(hint))};
}

void TokenReader::fail_unexpected(std::string_view wanted) const {
  if (!at_step_end()) fail(peek(), fmt::format("unexpected {}; expected {}", describe(peek()), wanted));
  throw SyntaxError{source_.at(last_end_, 1, fmt::format("{} is missing", wanted))};
}

std::string describe(const Token& token) {
  const std::size_t line_end = std::min<std::size_t>(token.text.find('\n'), 40);
  const bool quoted = token.kind == Token::Kind::string || token.kind == Token::Kind::triple_string;
  if (quoted) return "string";
  if (token.kind == Token::Kind::regex) return "regular expression";
  return fmt::format("'{}{}'", token.text.substr(0, line_end), token.text.size() > line_end ? "…" : "");
}

}  // namespace wsrig::ws
