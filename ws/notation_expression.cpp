#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

#include "ws/notation.hpp"
#include "ws/notation_reader.hpp"

namespace wsrig::ws {
namespace {

constexpr std::array<std::string_view, 4> functions{"hex", "random", "words", "repeat"};

void append_code_point(std::string& out, char32_t code) {
  const auto put = [&out](char32_t octet) { out += static_cast<char>(static_cast<unsigned char>(octet)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6), put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12), put(0x80 | (code >> 6 & 0x3f)), put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18), put(0x80 | (code >> 12 & 0x3f)), put(0x80 | (code >> 6 & 0x3f)),
        put(0x80 | (code & 0x3f));
  }
}

/// Reads the inside of a string literal: JSON escapes, and `${name}`.
class StringReader {
 public:
  StringReader(const diag::Source& source, std::size_t begin, std::size_t end, Expression& out)
      : source_(source), text_(source.text().substr(0, end)), pos_(begin), out_(out) {}

  void run() {
    while (pos_ < text_.size()) {
      if (text_[pos_] == '\\') {
        read_escape();
      } else if (text_.substr(pos_).starts_with("${")) {
        read_variable();
      } else {
        read_plain();
      }
    }
  }

 private:
  [[noreturn]] void fail(std::string message, std::string hint = {}) {
    throw SyntaxError{source_.at(pos_, 1, std::move(message), std::move(hint))};
  }

  void read_plain() {
    const auto octet = static_cast<unsigned char>(text_[pos_]);
    if (octet < 0x20 && octet != '\t') fail(fmt::format("a control character is written \\u{:04x}", octet));
    append_literal(out_, text_.substr(pos_++, 1));
  }

  void read_variable() {
    const std::size_t end = variable_end(source_, pos_);
    out_.parts.emplace_back(Variable{std::string(text_.substr(pos_ + 2, end - pos_ - 3)), pos_});
    pos_ = end;
  }

  void read_escape() {
    static constexpr std::string_view names = "\"\\/bfnrt$";
    static constexpr std::string_view values = "\"\\/\b\f\n\r\t$";
    const char escaped = pos_ + 1 < text_.size() ? text_[pos_ + 1] : '\0';
    if (escaped == 'u') return read_unicode();
    const std::size_t which = names.find(escaped);
    if (escaped == '\0' || which == std::string_view::npos) {
      fail("unknown escape", R"(known are \" \\ \/ \b \f \n \r \t \uXXXX and \$)");
    }
    append_literal(out_, values.substr(which, 1));
    pos_ += 2;
  }

  void read_unicode() {
    char32_t code = read_unit();
    if (code >= 0xdc00 && code <= 0xdfff)
      fail("the second half of a surrogate pair stands alone", surrogate_hint);
    std::size_t size = 6;
    if (code >= 0xd800 && code <= 0xdbff) {
      pos_ += size;
      const char32_t low = text_.substr(pos_).starts_with("\\u") ? read_unit() : 0;
      pos_ -= size;
      if (low < 0xdc00 || low > 0xdfff)
        fail("the first half of a surrogate pair stands alone", surrogate_hint);
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      size = 12;
    }
    std::string utf8;
    append_code_point(utf8, code);
    append_literal(out_, utf8);
    pos_ += size;
  }

  char32_t read_unit() {
    const std::string_view digits = text_.substr(pos_ + 2, 4);
    if (digits.size() != 4 || !is_hex(digits)) fail("four hexadecimal digits must follow '\\u'");
    return static_cast<char32_t>(*parse_number("0x" + std::string(digits)));
  }

  static constexpr const char* surrogate_hint = "octets that are not UTF-8 are written hex(ed a0 80)";

  const diag::Source& source_;
  std::string_view text_;
  std::size_t pos_;
  Expression& out_;
};

void read_hex(TokenReader& reader, Expression& out) {
  Expression digits;
  digits.offset = reader.peek().offset;
  while (!reader.at(")")) {
    const Token& token = reader.take();
    if (token.kind == Token::Kind::variable && token.text.starts_with("${")) {
      digits.parts.emplace_back(
          Variable{std::string(token.text.substr(2, token.text.size() - 3)), token.offset});
    } else if (token.kind == Token::Kind::end) {
      reader.fail(token, "')' is missing");
    } else if (!octets_of(token.text)) {
      reader.fail(token, fmt::format("'{}' is not an octet in hexadecimal", token.text),
                  "octets are written hex(00 ff)");
    } else {
      append_literal(digits, token.text);
    }
  }
  digits.length = reader.last_end() - digits.offset;
  if (!digits.is_constant()) {
    out.parts.emplace_back(HexDigits{{std::move(digits)}});
  } else if (!digits.parts.empty()) {
    append_literal(out, *octets_of(std::get<std::string>(digits.parts.front())));
  }
}

void read_function(TokenReader& reader, Expression& out) {
  const std::string_view name = reader.take().text;
  reader.expect("(");
  if (name == "hex") {
    read_hex(reader, out);
  } else if (name == "random" || name == "words") {
    out.parts.emplace_back(RandomBytes{{read_joined(reader)}, name == "words"});
  } else {
    Repeat repeat;
    repeat.text.push_back(read_expression(reader));
    reader.expect(",");
    repeat.count.push_back(read_joined(reader));
    out.parts.emplace_back(std::move(repeat));
  }
  reader.expect(")");
}

void read_part(TokenReader& reader, Expression& out) {
  const Token& token = reader.peek();
  if (token.kind == Token::Kind::string) {
    append_literal(out, "");  // `""` is an expression too
    append_string(reader.source(), token.offset + 1, token.offset + token.text.size() - 1, out);
    reader.take();
  } else if (token.kind == Token::Kind::variable) {
    if (!token.text.starts_with("${")) reader.fail(token, "a value is inserted with ${name}");
    out.parts.emplace_back(Variable{std::string(token.text.substr(2, token.text.size() - 3)), token.offset});
    reader.take();
  } else {
    read_function(reader, out);
  }
}

}  // namespace

void append_literal(Expression& out, std::string_view octets) {
  if (out.parts.empty() || !std::holds_alternative<std::string>(out.parts.back())) out.parts.emplace_back("");
  std::get<std::string>(out.parts.back()) += octets;
}

bool is_hex(std::string_view digits) {
  return digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

/// The octets of an even number of hexadecimal digits; blanks between octets are skipped.
std::optional<std::string> octets_of(std::string_view digits) {
  std::string octets;
  for (std::size_t i = 0; i < digits.size();) {
    if (digits[i] == ' ') {
      ++i;
      continue;
    }
    const std::string_view pair = digits.substr(i, 2);
    if (pair.size() != 2 || !is_hex(pair)) return {};
    octets += static_cast<char>(static_cast<unsigned char>(*parse_number("0x" + std::string(pair))));
    i += 2;
  }
  return octets;
}

void append_string(const diag::Source& source, std::size_t begin, std::size_t end, Expression& out) {
  StringReader(source, begin, end, out).run();
}

bool starts_expression(const TokenReader& reader) {
  const Token& token = reader.peek();
  if (token.kind == Token::Kind::string || token.kind == Token::Kind::variable) return true;
  const bool is_function = std::ranges::find(functions, token.text) != functions.end();
  return token.kind == Token::Kind::word && is_function && reader.peek(1).text == "(";
}

Expression read_expression(TokenReader& reader) {
  if (!starts_expression(reader))
    reader.fail_unexpected(R"("…", hex(…), random(…), words(…), repeat(…) or ${name})");
  Expression expression;
  expression.offset = reader.peek().offset;
  while (starts_expression(reader)) read_part(reader, expression);
  expression.length = reader.last_end() - expression.offset;
  return expression;
}

Expression read_joined(TokenReader& reader) {
  Expression expression;
  expression.offset = reader.peek().offset;
  do {
    const Token& token = reader.peek();
    if (token.kind == Token::Kind::variable) {
      read_part(reader, expression);
    } else if (token.kind == Token::Kind::word || token.kind == Token::Kind::number || token.text == ":") {
      append_literal(expression, reader.take().text);
    } else {
      reader.fail_unexpected("a value");
    }
  } while (!reader.peek().space_before &&
           (reader.peek().kind == Token::Kind::word || reader.peek().kind == Token::Kind::number ||
            reader.at(":") || reader.peek().kind == Token::Kind::variable));
  expression.length = reader.last_end() - expression.offset;
  return expression;
}

diag::Result<Expression> parse_template(std::string_view text) {
  const diag::Source source("", std::string(text));
  Expression out;
  out.length = text.size();
  try {
    for (std::size_t pos = 0; pos < text.size();) {
      if (text.substr(pos).starts_with("\\${")) {
        append_literal(out, "${");
        pos += 3;
      } else if (text.substr(pos).starts_with("${")) {
        const std::size_t end = variable_end(source, pos);
        out.parts.emplace_back(Variable{std::string(text.substr(pos + 2, end - pos - 3)), pos});
        pos = end;
      } else {
        append_literal(out, text.substr(pos++, 1));
      }
    }
  } catch (SyntaxError& error) {
    return std::move(error.diagnostic);
  }
  return out;
}

}  // namespace wsrig::ws
