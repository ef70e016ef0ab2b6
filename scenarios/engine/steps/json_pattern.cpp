#include "scenarios/engine/steps/json_pattern.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <utility>
#include <variant>

#include <boost/json.hpp>

#include "ws/notation_reader.hpp"

namespace json = boost::json;

namespace wsrig::engine {

struct JsonPattern::Node {
  struct Capture {
    std::string name;
  };
  struct Insert {
    ws::Variable variable;
  };
  struct Member;
  struct Object {
    std::vector<Member> members;
  };
  struct Array {
    std::vector<Node> items;
  };
  /// A scalar is a number, true, false or null; an expression is a string with variables.
  std::variant<json::value, ws::Expression, Capture, Insert, Object, Array> value;
};
struct JsonPattern::Node::Member {
  ws::Expression name;
  Node value;
};

namespace {

using Node = JsonPattern::Node;
using ws::Token;
using ws::TokenReader;

Node read_value(TokenReader& reader);

ws::Expression read_string(TokenReader& reader) {
  if (reader.peek().kind != Token::Kind::string) reader.fail_unexpected("a string");
  const Token token = reader.take();
  ws::Expression text;
  text.offset = token.offset;
  ws::append_string(reader.source(), token.offset + 1, token.offset + token.text.size() - 1, text);
  return text;
}

/// Reads `item, item` up to the closing bracket, which it takes.
template <class ReadItem>
void read_list(TokenReader& reader, std::string_view closing, ReadItem read_item) {
  if (reader.accept(closing)) return;
  do {
    read_item();
  } while (reader.accept(","));
  reader.expect(closing);
}

Node read_object(TokenReader& reader) {
  Node::Object object;
  read_list(reader, "}", [&] {
    ws::Expression name = read_string(reader);
    reader.expect(":");
    object.members.push_back({std::move(name), read_value(reader)});
  });
  return {std::move(object)};
}

Node read_array(TokenReader& reader) {
  Node::Array array;
  read_list(reader, "]", [&] { array.items.push_back(read_value(reader)); });
  return {std::move(array)};
}

bool is_scalar_part(const Token& token) {
  const bool sign = token.text == "-" || token.text == "+" || token.text == ".";
  return sign || token.kind == Token::Kind::word || token.kind == Token::Kind::number;
}

/// A number, true, false or null: its tokens stand together, and JSON's own parser reads them.
Node read_scalar(TokenReader& reader) {
  const Token first = reader.peek();
  if (!is_scalar_part(first)) reader.fail_unexpected("a JSON value, $name or ${name}");
  std::string text;
  do {
    text += reader.take().text;
  } while (is_scalar_part(reader.peek()) && !reader.peek().space_before);
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error) reader.fail(first, fmt::format("'{}' is not a JSON value", text));
  return {std::move(value)};
}

Node read_value(TokenReader& reader) {
  const Token token = reader.peek();
  if (token.kind == Token::Kind::string) return {read_string(reader)};
  if (reader.accept("{")) return read_object(reader);
  if (reader.accept("[")) return read_array(reader);
  if (token.kind != Token::Kind::variable) return read_scalar(reader);
  reader.take();
  if (token.text.starts_with("${")) {
    return {Node::Insert{{std::string(token.text.substr(2, token.text.size() - 3)), token.offset}}};
  }
  return {Node::Capture{std::string(token.text.substr(1))}};
}

struct NameCollector {
  std::vector<std::string>& captured;
  std::vector<ws::Variable>& inserted;

  void operator()(const json::value&) const {}
  void operator()(const Node::Capture& capture) const { captured.push_back(capture.name); }
  void operator()(const Node::Insert& insert) const { inserted.push_back(insert.variable); }
  void operator()(const ws::Expression& text) const {
    const auto found = ws::variables(text);
    inserted.insert(inserted.end(), found.begin(), found.end());
  }
  void operator()(const Node::Object& object) const {
    for (const auto& [name, node] : object.members) {
      (*this)(name);
      std::visit(*this, node.value);
    }
  }
  void operator()(const Node::Array& array) const {
    for (const Node& node : array.items) std::visit(*this, node.value);
  }
};

// ---- matching ----

/// A value as a variable holds it: a string as its text, a number in its shortest form, the rest as JSON.
std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_double()) return fmt::format("{}", value.as_double());
  return json::serialize(value);
}

bool equal_numbers(const json::value& a, const json::value& b) {
  if (a.is_double() || b.is_double()) return a.to_number<double>() == b.to_number<double>();
  return a == b;
}

bool equal_scalars(const json::value& a, const json::value& b) {
  return a.is_number() && b.is_number() ? equal_numbers(a, b) : a == b;
}

class Matcher {
 public:
  explicit Matcher(const ws::Lookup& lookup) { scope_.lookup = lookup; }

  bool match(const Node& node, const json::value& value) {
    return std::visit([&](const auto& pattern) { return matches(pattern, value); }, node.value);
  }
  Captures take_captures() { return std::move(captures_); }

 private:
  bool matches(const json::value& scalar, const json::value& value) { return equal_scalars(scalar, value); }
  bool matches(const ws::Expression& text, const json::value& value) {
    const auto wanted = ws::evaluate(text, scope_);
    return wanted && value.is_string() && value.as_string() == *wanted;
  }
  bool matches(const Node::Capture& capture, const json::value& value) {
    captures_.emplace_back(capture.name, text_of(value));
    return true;
  }
  /// `17` fits the number 17 and the string "17"; 1e1 fits 10.
  bool matches(const Node::Insert& insert, const json::value& value) const {
    const auto wanted = scope_.lookup ? scope_.lookup(insert.variable.name) : std::nullopt;
    if (!wanted) return false;
    if (text_of(value) == *wanted) return true;
    boost::system::error_code error;
    const json::value number = json::parse(*wanted, error);
    return !error && number.is_number() && value.is_number() && equal_numbers(number, value);
  }
  bool matches(const Node::Object& object, const json::value& value) {
    return value.is_object() &&
           std::all_of(object.members.begin(), object.members.end(), [&](const auto& member) {
             const auto name = ws::evaluate(member.name, scope_);
             const json::value* const found = name ? value.as_object().if_contains(*name) : nullptr;
             return found && match(member.value, *found);
           });
  }
  bool matches(const Node::Array& array, const json::value& value) {
    return value.is_array() && value.as_array().size() == array.items.size() &&
           std::equal(array.items.begin(), array.items.end(), value.as_array().begin(),
                      [&](const Node& item, const json::value& element) { return match(item, element); });
  }

  ws::Scope scope_;
  Captures captures_;
};

}  // namespace

JsonPattern JsonPattern::read(ws::TokenReader& reader) {
  if (!reader.at("{") && !reader.at("[")) reader.fail_unexpected("'{' or '['");
  JsonPattern pattern;
  pattern.root_ = std::make_shared<Node>(read_value(reader));
  std::visit(NameCollector{pattern.captured_names_, pattern.variables_}, pattern.root_->value);
  return pattern;
}

std::optional<Captures> JsonPattern::match(std::string_view message, const ws::Lookup& lookup) const {
  boost::system::error_code error;
  const json::value value = json::parse(message, error);
  if (error) return {};
  Matcher matcher(lookup);
  if (!matcher.match(*root_, value)) return {};
  return matcher.take_captures();
}

}  // namespace wsrig::engine
