#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

#include "ws/notation.hpp"
#include "ws/notation_reader.hpp"

namespace wsrig::ws {
namespace {

/// Text of so many octets: each random octet chooses a word, and the last one is cut.
void append_words(std::string& text, std::size_t size, const RandomSource& random) {
  constexpr std::array<std::string_view, 16> words{
      "the ",  "of ", "and ",    "frame ", "length ", "payload ", "client ",   "server ",
      "mask ", "is ", "opcode ", "a ",     "close ",  "octets ",  "message\n", "bit "};
  const std::size_t end = text.size() + size;
  text.reserve(end + 16);
  std::array<std::uint8_t, 64> dice{};
  while (text.size() < end) {
    random(dice);
    for (const std::uint8_t die : dice) {
      if (text.size() < end) text += words[die % words.size()];
    }
  }
  text.resize(end);
}

/// Makes an expression's octets, or only counts them when there is no text to append to.
class Evaluator {
 public:
  Evaluator(const Scope& scope, std::string* text) : scope_(scope), text_(text) {}

  std::uint64_t run(const Expression& expression) {
    for (const auto& part : expression.parts) {
      std::visit([&](const auto& value) { append(value, expression); }, part);
    }
    return size_;
  }

 private:
  void grow(std::uint64_t octets, const Expression& place) {
    if (octets > scope_.max_size - size_) {
      throw error_at(place, fmt::format("the value is larger than {}", print_size(scope_.max_size)));
    }
    size_ += octets;
  }
  void append_octets(std::string_view octets, const Expression& place) {
    grow(octets.size(), place);
    if (text_) *text_ += octets;
  }

  void append(const std::string& literal, const Expression& place) { append_octets(literal, place); }
  void append(const Variable& variable, const Expression& place) {
    const auto value = scope_.lookup ? scope_.lookup(variable.name) : std::nullopt;
    if (!value) {
      Expression there;
      there.offset = variable.offset;
      throw error_at(there, fmt::format("unknown variable '{}'", variable.name));
    }
    append_octets(*value, place);
  }
  void append(const RandomBytes& random, const Expression& place) {
    const std::string written = evaluate_or_throw(random.size.front(), scope_);
    const auto size = parse_size(written);
    if (!size)
      throw error_at(random.size.front(), not_a_size(written), "a size is written 125B, 16KiB, 1MiB");
    grow(*size, place);
    if (!text_) return;
    if (!scope_.random) throw error_at(place, "random octets cannot be had here");
    if (random.as_words) return append_words(*text_, *size, scope_.random);
    const std::size_t before = text_->size();
    text_->resize(before + *size);
    scope_.random({reinterpret_cast<std::uint8_t*>(text_->data() + before), *size});
  }
  void append(const Repeat& repeat, const Expression& place) {
    const std::string written = evaluate_or_throw(repeat.count.front(), scope_);
    const auto count = parse_number(written);
    if (!count) throw error_at(repeat.count.front(), fmt::format("'{}' is not a count", written));
    std::string unit;
    const std::uint64_t unit_size = Evaluator(scope_, text_ ? &unit : nullptr).run(repeat.text.front());
    if (unit_size == 0 || *count == 0) return;
    grow(*count > scope_.max_size / unit_size ? UINT64_MAX : unit_size * *count, place);
    for (std::uint64_t i = 0; text_ && i < *count; ++i) *text_ += unit;
  }
  void append(const HexDigits& hex_digits, const Expression& place) {
    const std::string written = evaluate_or_throw(hex_digits.digits.front(), scope_);
    const auto octets = octets_of(written);
    if (!octets) {
      throw error_at(hex_digits.digits.front(), fmt::format("'{}' is not octets in hexadecimal", written));
    }
    append_octets(*octets, place);
  }

  static std::string not_a_size(std::string_view written) {
    return parse_number(written) ? fmt::format("the size '{}' has no unit", written)
                                 : fmt::format("'{}' is not a size", written);
  }

  const Scope& scope_;
  std::string* text_;
  std::uint64_t size_ = 0;
};

struct VariableCollector {
  std::vector<Variable>& found;

  void operator()(const std::string&) const {}
  void operator()(const Variable& variable) const { found.push_back(variable); }
  void operator()(const RandomBytes& random) const { collect(random.size); }
  void operator()(const HexDigits& hex_digits) const { collect(hex_digits.digits); }
  void operator()(const Repeat& repeat) const { collect(repeat.text), collect(repeat.count); }
  void collect(const std::vector<Expression>& expressions) const {
    for (const Expression& expression : expressions) {
      for (const auto& part : expression.parts) std::visit(*this, part);
    }
  }
};

bool has_random(const Expression& expression) {
  return std::any_of(expression.parts.begin(), expression.parts.end(), [](const auto& part) {
    const auto* repeat = std::get_if<Repeat>(&part);
    return std::holds_alternative<RandomBytes>(part) || (repeat && has_random(repeat->text.front()));
  });
}

}  // namespace

bool Expression::is_constant() const { return variables(*this).empty() && !has_random(*this); }

SyntaxError error_at(const Expression& place, std::string message, std::string hint) {
  diag::Diagnostic diagnostic;
  diagnostic.column = place.offset + 1;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  return {std::move(diagnostic)};
}

std::string evaluate_or_throw(const Expression& expression, const Scope& scope) {
  std::string text;
  Evaluator(scope, &text).run(expression);
  return text;
}

diag::Result<std::string> evaluate(const Expression& expression, const Scope& scope) {
  try {
    return evaluate_or_throw(expression, scope);
  } catch (SyntaxError& error) {
    return std::move(error.diagnostic);
  }
}

diag::Result<std::uint64_t> measure(const Expression& expression, const Scope& scope) {
  try {
    return Evaluator(scope, nullptr).run(expression);
  } catch (SyntaxError& error) {
    return std::move(error.diagnostic);
  }
}

std::vector<Variable> variables(const Expression& expression) {
  std::vector<Variable> found;
  for (const auto& part : expression.parts) std::visit(VariableCollector{found}, part);
  return found;
}

}  // namespace wsrig::ws
