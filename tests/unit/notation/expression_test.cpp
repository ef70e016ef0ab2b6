#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "ws/notation.hpp"
#include "ws/notation_reader.hpp"

namespace wsrig::ws {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;

std::optional<std::string> two_variables(std::string_view name) {
  if (name == "n") return "3";
  if (name == "octets") return "00 ff";
  if (name == "tricky") return "\"${n}\\";
  return std::nullopt;
}
Scope scope() {
  return {.lookup = two_variables,
          .random = [](MutableBytes out) { std::fill(out.begin(), out.end(), std::uint8_t{'r'}); }};
}

std::string value_of(std::string_view text) {
  const diag::Source source("", std::string(text));
  TokenReader reader(source);
  const Expression expression = read_expression(reader);
  EXPECT_TRUE(reader.at_step_end()) << text;
  const std::string value = evaluate(expression, scope()).value();
  EXPECT_EQ(measure(expression, {.lookup = two_variables}).value(), value.size()) << text;
  return value;
}

std::string mistake(std::string_view text, Scope where = scope()) {
  const diag::Source source("", std::string(text));
  try {
    TokenReader reader(source);
    const auto value = evaluate(read_expression(reader), where);
    return value ? "no mistake" : std::to_string(value.error().column) + ": " + value.error().message;
  } catch (const SyntaxError& error) {
    return std::to_string(error.diagnostic.column) + ": " + error.diagnostic.message;
  }
}

TEST(Expression, strings_have_json_escapes) {
  EXPECT_EQ(value_of(R"("Hello")"), "Hello");
  EXPECT_EQ(value_of(R"("")"), "");
  EXPECT_EQ(value_of(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(value_of(R"("\u0041\u00e9\u20ac\uD83D\uDE00")"), "Aé€😀");
  EXPECT_EQ(value_of(R"("\u0000x")"), "\0x"s);
  EXPECT_EQ(value_of(R"("é")"), "é");
}

TEST(Expression, parts_concatenate) {
  EXPECT_EQ(value_of(R"("a" hex(ff) "b" ${n})"),
            "a\xff"
            "b3");
}

TEST(Expression, hex_octets) {
  EXPECT_EQ(value_of("hex(00 ff 8A)"), "\x00\xff\x8a"s);
  EXPECT_EQ(value_of("hex(00ff)"), "\x00\xff"s);
  EXPECT_EQ(value_of("hex()"), "");
  EXPECT_EQ(value_of("hex(01\n  02)"), "\x01\x02"s);
  EXPECT_EQ(value_of("hex(41 ${octets} 42)"),
            "A\x00\xff"
            "B"s);
}

TEST(Expression, variables_are_values_and_never_text) {
  EXPECT_EQ(value_of(R"("a${n}b")"), "a3b");
  EXPECT_EQ(value_of(R"("${tricky}")"), "\"${n}\\");
  EXPECT_EQ(value_of(R"("\${n}")"), "${n}");
  EXPECT_EQ(value_of(R"("$n $")"), "$n $");
}

TEST(Expression, repeat_and_random) {
  EXPECT_EQ(value_of(R"(repeat("é", 3))"), "ééé");
  EXPECT_EQ(value_of(R"(repeat("a" hex(62), ${n}) "c")"), "abababc");
  EXPECT_EQ(value_of(R"(repeat("a", 0))"), "");
  EXPECT_EQ(value_of(R"(repeat("", 18446744073709551615))"), "");
  EXPECT_EQ(value_of(R"(repeat(repeat("ab", 2), 2))"), "abababab");
  EXPECT_EQ(value_of("random(4B)"), "rrrr");
  EXPECT_EQ(value_of("random(1KiB)").size(), 1024u);
}

TEST(Expression, mistakes_in_strings) {
  EXPECT_EQ(mistake(R"("a\x")"), "3: unknown escape");
  EXPECT_EQ(mistake(R"("\u12g4")"), "2: four hexadecimal digits must follow '\\u'");
  EXPECT_EQ(mistake(R"("\ud800")"), "2: the first half of a surrogate pair stands alone");
  EXPECT_EQ(mistake(R"("\ud800\u0041")"), "2: the first half of a surrogate pair stands alone");
  EXPECT_EQ(mistake(R"("\udc00")"), "2: the second half of a surrogate pair stands alone");
  EXPECT_EQ(mistake("\"a\x01\""), "3: a control character is written \\u0001");
  EXPECT_EQ(mistake(R"("${n")"), "2: this '${' is not closed");
  EXPECT_EQ(mistake(R"("${a b}")"), "2: 'a b' is not a name of a variable");
}

TEST(Expression, mistakes_in_functions) {
  EXPECT_EQ(mistake("hex(0)"), "5: '0' is not an octet in hexadecimal");
  EXPECT_EQ(mistake("hex(00 xy)"), "8: 'xy' is not an octet in hexadecimal");
  EXPECT_EQ(mistake("hex(00 é)"), "8: unexpected character 'é'");
  EXPECT_EQ(mistake("hex(${n})"), "5: '3' is not octets in hexadecimal");
  EXPECT_EQ(mistake("random(5)"), "8: the size '5' has no unit");
  EXPECT_EQ(mistake("random(x)"), "8: 'x' is not a size");
  EXPECT_EQ(mistake(R"(repeat("a"))"), "11: unexpected ')'; expected ','");
  EXPECT_EQ(mistake(R"(repeat("a", x))"), "13: 'x' is not a count");
  EXPECT_EQ(mistake(R"(repeat(5, 5))"),
            "8: unexpected '5'; expected \"…\", hex(…), random(…), words(…), repeat(…) or ${name}");
  EXPECT_EQ(mistake("$n"), "1: a value is inserted with ${name}");
}

TEST(Expression, mistakes_at_run_time) {
  EXPECT_EQ(mistake("\"a ${m}\""), "4: unknown variable 'm'");
  EXPECT_EQ(mistake("random(4B)", {.lookup = two_variables}), "1: random octets cannot be had here");
}

TEST(Expression, is_bounded) {
  const Scope small{.max_size = 100};
  EXPECT_EQ(mistake(R"(repeat("a", 100))", small), "no mistake");
  EXPECT_EQ(mistake(R"(repeat("a", 101))", small), "1: the value is larger than 100B");
  EXPECT_EQ(mistake(R"("a" repeat("ab", 50))", small), "1: the value is larger than 100B");
  EXPECT_EQ(mistake(R"(repeat("ab", 9223372036854775808))", small), "1: the value is larger than 100B");
  EXPECT_EQ(mistake(R"(repeat(repeat("ab", 50), 184467440737095517))", small),
            "1: the value is larger than 100B");
  EXPECT_EQ(mistake("random(18446744073709551615B)", small), "1: the value is larger than 100B");
}

TEST(Expression, lists_its_variables) {
  const diag::Source source("", R"("${a}" repeat("${b}", ${c}) random(${d}) hex(${e}))");
  TokenReader reader(source);
  const Expression expression = read_expression(reader);
  std::vector<std::string> names;
  for (const Variable& variable : variables(expression)) {
    names.push_back(variable.name);
    EXPECT_EQ(source.text().substr(variable.offset + 2, variable.name.size()), variable.name);
  }
  EXPECT_THAT(names, ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_FALSE(expression.is_constant());
}

TEST(Expression, is_constant_without_variables_and_chance) {
  const auto is_constant = [](std::string_view text) {
    const diag::Source source("", std::string(text));
    TokenReader reader(source);
    return read_expression(reader).is_constant();
  };
  EXPECT_TRUE(is_constant(R"("a" hex(00) repeat("x", 5))"));
  EXPECT_FALSE(is_constant("random(1B)"));
  EXPECT_FALSE(is_constant("repeat(random(1B), 2)"));
}

TEST(Template, inserts_values_into_plain_text) {
  const auto value = [](std::string_view text) {
    return evaluate(parse_template(text).value(), scope()).value();
  };
  EXPECT_EQ(value("/?n=${n}&q=\"\\"), "/?n=3&q=\"\\");
  EXPECT_EQ(value("\\${n}"), "${n}");
  EXPECT_EQ(value(""), "");
  EXPECT_EQ(parse_template("a ${b").error().column, 3u);
}

// ---- """ … """ ----

std::string http_text(std::string_view text) {
  const diag::Source source("", std::string(text));
  TokenReader reader(source);
  return evaluate(read_http_text(reader), scope()).value();
}

TEST(HttpText, lines_become_a_head) {
  const std::string head = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  EXPECT_EQ(http_text("\"\"\"GET / HTTP/1.1\n   Host: x\"\"\""), head);
  EXPECT_EQ(http_text("\"\"\"\n  GET / HTTP/1.1\n  Host: x\n  \"\"\""), head);
  EXPECT_EQ(http_text("\"\"\"\n  GET / HTTP/1.1\n  Host: x\n\n  \"\"\""), head)
      << "the empty line may be written";
  EXPECT_EQ(http_text("\"\"\"\n  GET / HTTP/1.1\r\n  Host: x\r\n\"\"\""), head) << "a file with CRLF";
}

TEST(HttpText, only_common_indentation_goes) {
  EXPECT_EQ(http_text("\"\"\"\n  GET / HTTP/1.1\n  A: b\n    folded\n\"\"\""),
            "GET / HTTP/1.1\r\nA: b\r\n  folded\r\n\r\n");
}

TEST(HttpText, a_body_is_exact) {
  EXPECT_EQ(http_text("\"\"\"\n  POST / HTTP/1.1\n  Content-Length: 4\n\n  body\n  \"\"\""),
            "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody");
  EXPECT_EQ(http_text("\"\"\"\n  POST / HTTP/1.1\n\n  a\n  b\n  \"\"\""), "POST / HTTP/1.1\r\n\r\na\r\nb");
}

TEST(HttpText, has_escapes_and_variables) {
  EXPECT_EQ(http_text("\"\"\"GET /${n} HTTP/1.1\\nHost: \\u0001\"\"\""),
            "GET /3 HTTP/1.1\nHost: \x01\r\n\r\n");
}

TEST(HttpText, empty_is_an_empty_line) { EXPECT_EQ(http_text("\"\"\"\"\"\""), "\r\n"); }

}  // namespace
}  // namespace wsrig::ws
