#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ws/handshake.hpp"
#include "ws/handshake_judge.hpp"

namespace wsrig::ws {
namespace {

/// Reads one Sec-WebSocket-Extensions value from left to right, each octet once. Blanks may stand around
/// every token (RFC 2616 §2.1, "implied *LWS").
class ExtensionReader {
 public:
  explicit ExtensionReader(std::string_view text) : text_(text) {}

  bool read(std::vector<ExtensionOffer>& list) {
    do {
      skip_blanks();
      // RFC 2616 §2.1: null elements are allowed in a list but do not count.
      if (at_end() || peek() == ',') continue;
      if (!read_extension(list.emplace_back())) return false;
    } while (take(','));
    if (!at_end()) return fail("expected ',' or ';'");
    return !list.empty() || fail("no extension is named");
  }
  std::string& error() { return error_; }

 private:
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return text_[at_]; }
  void skip_blanks() {
    while (!at_end() && (peek() == ' ' || peek() == '\t')) ++at_;
  }
  bool take(char c) {
    if (at_end() || peek() != c) return false;
    ++at_;
    return true;
  }
  bool fail(std::string_view what) {
    error_ = fmt::format("{} at offset {} of {}", what, at_, shown(text_));
    return false;
  }

  bool read_extension(ExtensionOffer& extension) {
    if (!read_token(extension.name)) return fail("expected an extension's name");
    while (take(';')) {
      skip_blanks();
      if (!read_parameter(extension.parameters.emplace_back())) return false;
    }
    return true;
  }

  bool read_parameter(ExtensionOffer::Parameter& parameter) {
    if (!read_token(parameter.name)) return fail("expected a parameter's name");
    if (!take('=')) return true;
    skip_blanks();
    std::string& value = parameter.value.emplace();
    if (take('"')) return read_quoted(value);
    return read_token(value) || fail("expected a parameter's value");
  }

  /// Takes a token and the blanks behind it.
  bool read_token(std::string& token) {
    const std::size_t begin = at_;
    while (!at_end() && is_token(text_.substr(at_, 1))) ++at_;
    token = text_.substr(begin, at_ - begin);
    skip_blanks();
    return !token.empty();
  }

  /// Takes the rest of a quoted string and the blanks behind it.
  bool read_quoted(std::string& value) {
    while (!at_end() && peek() != '"') {
      if (take('\\') && at_end()) break;
      value += text_[at_++];
    }
    if (!take('"')) return fail("a quoted string does not end");
    // RFC 6455 §9.1: after unescaping the value must be a token.
    if (!is_token(value)) return fail("a quoted value is not a token");
    skip_blanks();
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string error_;
};

std::string print_value(std::string_view value) {
  if (is_token(value)) return std::string(value);
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

}  // namespace

std::optional<std::vector<ExtensionOffer>> parse_extensions(std::string_view value, std::string& error) {
  std::vector<ExtensionOffer> extensions;
  ExtensionReader reader(value);
  if (reader.read(extensions)) return extensions;
  error = std::move(reader.error());
  return std::nullopt;
}

std::string print_extensions(const std::vector<ExtensionOffer>& extensions) {
  std::string text;
  for (const ExtensionOffer& extension : extensions) {
    if (!text.empty()) text += ", ";
    text += extension.name;
    for (const auto& [name, parameter_value] : extension.parameters) {
      text += "; " + name;
      if (parameter_value) text += '=' + print_value(*parameter_value);
    }
  }
  return text;
}

}  // namespace wsrig::ws
