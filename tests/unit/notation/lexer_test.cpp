#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "ws/notation.hpp"

namespace wsrig::ws {
namespace {

using testing::ElementsAre;

std::vector<std::string> texts(std::string_view text) {
  const diag::Source source("", std::string(text));
  std::vector<std::string> found;
  const auto tokens = tokenize(source).value();
  for (const Token& token : tokens) {
    if (token.kind != Token::Kind::end)
      found.emplace_back(token.kind == Token::Kind::newline ? "\\n" : token.text);
  }
  return found;
}

std::string mistake(std::string_view text) {
  const diag::Source source("", std::string(text));
  const auto tokens = tokenize(source);
  if (tokens) return "no mistake";
  return std::to_string(tokens.error().line) + ":" + std::to_string(tokens.error().column) + ": " +
         tokens.error().message;
}

TEST(Lexer, words_numbers_and_signs) {
  EXPECT_THAT(texts("> text fin=0 len=u16:5"),
              ElementsAre(">", "text", "fin", "=", "0", "len", "=", "u16", ":", "5"));
  EXPECT_THAT(texts("| close 1000..1015 -> non-strict"),
              ElementsAre("|", "close", "1000", "..", "1015", "->", "non-strict"));
  EXPECT_THAT(texts("eof->ok"), ElementsAre("eof", "->", "ok"));
  EXPECT_THAT(texts("sec-websocket-accept: valid"), ElementsAre("sec-websocket-accept", ":", "valid"));
}

TEST(Lexer, strings_keep_their_text) {
  EXPECT_THAT(texts(R"("a \" # b" "c")"), ElementsAre(R"("a \" # b")", R"("c")"));
  EXPECT_THAT(texts(R"("\\" x)"), ElementsAre(R"("\\")", "x"));
  EXPECT_THAT(texts("\"\"\"a\n\"b\"\nc\"\"\" x"), ElementsAre("\"\"\"a\n\"b\"\nc\"\"\"", "x"));
}

TEST(Lexer, regular_expressions_end_at_an_unescaped_slash) {
  EXPECT_THAT(texts(R"(/a\/b (?<id>\d+)/ x)"), ElementsAre(R"(/a\/b (?<id>\d+)/)", "x"));
}

TEST(Lexer, variables) {
  EXPECT_THAT(texts("${a.b} $token ${env:HOME}${file:/x y}"),
              ElementsAre("${a.b}", "$token", "${env:HOME}", "${file:/x y}"));
}

TEST(Lexer, comments_and_line_ends) {
  EXPECT_THAT(texts("a # b\nc"), ElementsAre("a", "\\n", "c"));
  EXPECT_THAT(texts("{ a # b\n c }\nd"), ElementsAre("{", "a", "c", "}", "\\n", "d"))
      << "no step ends in brackets";
  EXPECT_THAT(texts("a\r\nb"), ElementsAre("a", "\\n", "b"));
}

TEST(Lexer, knows_where_blanks_are) {
  const diag::Source source("", "a= b");
  const auto tokens = tokenize(source).value();
  EXPECT_FALSE(tokens[1].space_before);
  EXPECT_TRUE(tokens[2].space_before);
}

TEST(Lexer, mistakes) {
  EXPECT_EQ(mistake("> text \"abc"), "1:8: this string is not closed");
  EXPECT_EQ(mistake("> text \"abc\ndef\""), "1:8: this string is not closed");
  EXPECT_EQ(mistake("x \"\\\""), "1:3: this string is not closed");
  EXPECT_EQ(mistake("x \"\"\"abc\""), "1:3: this string is not closed");
  EXPECT_EQ(mistake("x /abc"), "1:3: this regular expression is not closed");
  EXPECT_EQ(mistake("x hex(00\ny"), "1:6: this '(' is not closed");
  EXPECT_EQ(mistake("x )"), "1:3: this ')' closes nothing");
  EXPECT_EQ(mistake("x ( }"), "1:5: this '}' closes nothing");
  EXPECT_EQ(mistake("a\nx é"), "2:3: unexpected character 'é'");
  EXPECT_EQ(mistake("x \x01"), "1:3: unexpected control character");
  EXPECT_EQ(mistake("${a"), "1:1: this '${' is not closed");
  EXPECT_EQ(mistake("${}"), "1:1: '' is not a name of a variable");
  EXPECT_EQ(mistake("${a b}"), "1:1: 'a b' is not a name of a variable");
  EXPECT_EQ(mistake("${env:}"), "1:1: 'env:' is not a name of a variable");
  EXPECT_EQ(mistake("$ x"), "1:1: a name is missing behind '$'");
  EXPECT_EQ(mistake(std::string(100, '(')), "1:65: brackets are nested too deeply");
  EXPECT_EQ(mistake("x \""), "1:3: this string is not closed");
  EXPECT_EQ(mistake("x \"\\"), "1:3: this string is not closed");
  EXPECT_EQ(mistake("x /\\"), "1:3: this regular expression is not closed");
}

}  // namespace
}  // namespace wsrig::ws
