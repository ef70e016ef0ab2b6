#include <algorithm>
#include <fmt/format.h>

#include "ws/notation.hpp"
#include "ws/notation_reader.hpp"

namespace wsrig::ws {
namespace {

constexpr std::size_t max_depth = 64;  // of open brackets

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word_part(char c) { return is_word_start(c) || is_digit(c); }

class Lexer {
 public:
  explicit Lexer(const diag::Source& source) : source_(source), text_(source.text()) {}

  std::vector<Token> run() {
    while (skip_blanks()) read_token();
    if (!open_.empty()) fail(open_.back(), 1, fmt::format("this '{}' is not closed", text_[open_.back()]));
    add(Token::Kind::end, pos_);
    return std::move(tokens_);
  }

 private:
  [[noreturn]] void fail(std::size_t offset, std::size_t length, std::string message, std::string hint = {}) {
    throw SyntaxError{source_.at(offset, length, std::move(message), std::move(hint))};
  }
  char at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }

  void add(Token::Kind kind, std::size_t end) {
    tokens_.push_back({kind, text_.substr(pos_, end - pos_), pos_, space_before_});
    pos_ = end;
    space_before_ = false;
  }

  /// False at the end of the text.
  bool skip_blanks() {
    while (pos_ < text_.size()) {
      const char c = text_[pos_];
      const bool inner_newline = c == '\n' && !open_.empty();
      if (c == '#') {
        pos_ = std::min(text_.find('\n', pos_), text_.size());
      } else if (c == ' ' || c == '\t' || c == '\r' || inner_newline) {
        ++pos_;
      } else {
        return true;
      }
      space_before_ = true;
    }
    return false;
  }

  void read_token() {
    const char c = text_[pos_];
    if (c == '\n') return add(Token::Kind::newline, pos_ + 1);
    if (c == '"') return read_string();
    if (c == '/') return read_regex();
    if (c == '$') return read_variable();
    if (is_word_start(c)) return add(Token::Kind::word, word_end());
    if (is_digit(c)) return add(Token::Kind::number, number_end());
    read_punctuation(c);
  }

  /// A hyphen belongs to a word when a letter or digit follows: `non-strict`, but not `a->`.
  std::size_t word_end() const {
    std::size_t end = pos_;
    while (is_word_part(at(end)) || (at(end) == '-' && is_word_part(at(end + 1)))) ++end;
    return end;
  }
  std::size_t number_end() const {
    std::size_t end = pos_;
    while (is_word_part(at(end))) ++end;
    return end;
  }

  void read_string() {
    const bool triple = text_.substr(pos_).starts_with(R"(""")");
    const std::string_view quotes = triple ? R"(""")" : "\"";
    std::size_t end = pos_ + quotes.size();
    while (end < text_.size() && !text_.substr(end).starts_with(quotes)) {
      if (text_[end] == '\n' && !triple) break;
      end += text_[end] == '\\' && at(end + 1) != '\n' ? 2U : 1U;
    }
    if (!text_.substr(std::min(end, text_.size())).starts_with(quotes))
      fail(pos_, 1, "this string is not closed");
    add(triple ? Token::Kind::triple_string : Token::Kind::string, end + quotes.size());
  }

  void read_regex() {
    std::size_t end = pos_ + 1;
    while (end < text_.size() && text_[end] != '/' && text_[end] != '\n') {
      end += text_[end] == '\\' && at(end + 1) != '\n' ? 2U : 1U;
    }
    if (at(end) != '/')
      fail(pos_, 1, "this regular expression is not closed", "write a '/' inside it as '\\/'");
    add(Token::Kind::regex, end + 1);
  }

  void read_variable() {
    if (at(pos_ + 1) == '{') return add(Token::Kind::variable, variable_end(source_, pos_));
    std::size_t end = pos_ + 1;
    while (is_word_part(at(end))) ++end;
    if (end == pos_ + 1) fail(pos_, 1, "a name is missing behind '$'", "a variable is written ${name}");
    add(Token::Kind::variable, end);
  }

  void read_punctuation(char c) {
    const std::string_view two = text_.substr(pos_, 2);
    if (two == "->" || two == "..") return add(Token::Kind::punctuation, pos_ + 2);
    if (std::string_view("><|=,;:{}()[].-+").find(c) == std::string_view::npos) unexpected_character();
    track_brackets(c);
    add(Token::Kind::punctuation, pos_ + 1);
  }

  void track_brackets(char c) {
    if (c == '(' || c == '{' || c == '[') {
      if (open_.size() == max_depth) fail(pos_, 1, "brackets are nested too deeply");
      open_.push_back(pos_);
    } else if (c == ')' || c == '}' || c == ']') {
      const char opening = c == ')' ? '(' : c == '}' ? '{' : '[';
      if (open_.empty() || text_[open_.back()] != opening)
        fail(pos_, 1, fmt::format("this '{}' closes nothing", c));
      open_.pop_back();
    }
  }

  [[noreturn]] void unexpected_character() {
    std::size_t end = pos_ + 1;
    while ((static_cast<unsigned char>(at(end)) & 0xc0) == 0x80) ++end;
    const std::string_view character = text_.substr(pos_, end - pos_);
    const bool printable = end - pos_ > 1 || (character[0] > ' ' && character[0] < 0x7f);
    fail(pos_, 1,
         printable ? fmt::format("unexpected character '{}'", character) : "unexpected control character");
  }

  const diag::Source& source_;
  std::string_view text_;
  std::size_t pos_ = 0;
  bool space_before_ = false;
  std::vector<std::size_t> open_;  // offsets of the brackets that are open
  std::vector<Token> tokens_;
};

bool is_name_part(char c) { return is_word_part(c) || c == '.' || c == '-'; }

}  // namespace

std::size_t variable_end(const diag::Source& source, std::size_t offset) {
  const std::string_view text = source.text();
  const std::size_t end = text.find_first_of("}\n\"", offset);
  if (end == std::string_view::npos || text[end] != '}') {
    throw SyntaxError{source.at(offset, 1, "this '${' is not closed", "a literal '${' is written '\\${'")};
  }
  const std::string_view name = text.substr(offset + 2, end - offset - 2);
  const bool outside = name.starts_with("env:") || name.starts_with("file:");  // a path may hold anything
  if (outside ? name.ends_with(':') : name.empty() || !std::all_of(name.begin(), name.end(), is_name_part)) {
    throw SyntaxError{source.at(offset, 1, fmt::format("'{}' is not a name of a variable", name),
                                "a name holds letters, digits, '_', '-' and '.'")};
  }
  return end + 1;
}

diag::Result<std::vector<Token>> tokenize(const diag::Source& source) {
  try {
    return Lexer(source).run();
  } catch (SyntaxError& error) {
    return std::move(error.diagnostic);
  }
}

}  // namespace wsrig::ws
