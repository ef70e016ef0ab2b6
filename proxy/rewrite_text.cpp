#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <utility>

#include "proxy/rewrite.hpp"
#include "proxy/rewrite_edits.hpp"
#include "ws/notation_reader.hpp"

namespace wsrig::proxy {

namespace {

constexpr std::array<std::string_view, 5> actions{"set", "replace", "remove", "text", "binary"};

/// Cuts `@upstream` or `@downstream` off the end of a rule.
std::optional<Direction> take_direction(std::string& rule) {
  const std::pair<std::string_view, Direction> suffixes[] = {{"@upstream", Direction::to_upstream},
                                                             {"@downstream", Direction::to_downstream}};
  rule.erase(rule.find_last_not_of(" \t\r") + 1);
  for (const auto& [suffix, direction] : suffixes) {
    if (!rule.ends_with(suffix)) continue;
    rule.resize(rule.size() - suffix.size());
    return direction;
  }
  return std::nullopt;
}

/// Makes the stages of one direction.
class RewriteMaker final : public StageMaker {
 public:
  explicit RewriteMaker(PerDirection<RewriteStage::Edits> edits) : edits_(std::move(edits)) {}
  using StageMaker::make;
  std::unique_ptr<FrameStage> make(FrameSink& next, const StageContext& context) const override {
    const auto& edits = edits_[context.direction];
    return edits.empty() ? nullptr : std::make_unique<RewriteStage>(next, context, edits);
  }
  bool needs_frames() const override { return true; }
  bool reads_messages() const override { return true; }

 private:
  PerDirection<RewriteStage::Edits> edits_;
};

/// One rule: exactly one of the two.
struct Rule {
  std::shared_ptr<const HeadEdit> head{};
  std::shared_ptr<const MessageEdit> message{};
};

/// Reads a rule; a mistake is thrown as a SyntaxError.
class RuleReader {
 public:
  explicit RuleReader(const diag::Source& source) : reader_(source) {}

  Rule read() {
    const Rule rule = read_rule(reader_.take());
    if (!reader_.at_step_end()) reader_.fail_unexpected("the end of the rule");
    return rule;
  }

 private:
  static std::string suggest(std::string_view word) {
    std::string hint = diag::did_you_mean(word, actions);
    return hint.empty() ? fmt::format("one of {}", fmt::join(actions, ", ")) : hint;
  }

  Rule read_rule(const ws::Token& action) {
    if (action.text == "set") return {.head = read_field(FieldEdit::Action::set)};
    if (action.text == "replace") return {.head = read_field(FieldEdit::Action::replace)};
    if (action.text == "remove") return {.head = read_field(FieldEdit::Action::remove)};
    if (action.text == "text") return {.message = read_text()};
    if (action.text == "binary") return {.message = read_binary()};
    reader_.fail(action, fmt::format("unknown rule {}", ws::describe(action)), suggest(action.text));
  }

  std::shared_ptr<const HeadEdit> read_field(FieldEdit::Action action) {
    const ws::Token name = reader_.take();
    if (!ws::is_token(name.text))
      reader_.fail(name, "the name of a field is missing", "like Sec-WebSocket-Protocol");
    const ws::Token place = reader_.peek();
    std::string value = action == FieldEdit::Action::remove ? "" : read_octets("a value in quotes");
    const auto breaks_line = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
    if (std::ranges::any_of(value, breaks_line)) reader_.fail(place, "a line end cannot stand in a field");
    return std::make_shared<FieldEdit>(action, std::string(name.text), std::move(value));
  }

  std::shared_ptr<const MessageEdit> read_text() {
    const ws::Token pattern = reader_.take();
    if (pattern.kind != ws::Token::Kind::regex) reader_.fail(pattern, "expected a /regular expression/");
    reader_.expect("->");
    auto edit =
        TextEdit::make(pattern.text.substr(1, pattern.text.size() - 2), read_octets("a text in quotes"));
    if (edit) return *edit;
    throw ws::SyntaxError{reader_.source().at(pattern.offset + edit.error().column, 1, edit.error().message)};
  }

  std::shared_ptr<const MessageEdit> read_binary() {
    if (reader_.accept("at")) {
      const ws::Token number = reader_.take();
      const auto offset = ws::parse_number(number.text);
      if (!offset) reader_.fail(number, "expected the number of an octet");
      return std::make_shared<OffsetEdit>(*offset, read_octets("octets"));
    }
    const ws::Token place = reader_.peek();
    std::string pattern = read_octets("octets to look for");
    if (pattern.empty()) reader_.fail(place, "nothing to look for");
    reader_.expect("->");
    return std::make_shared<PatternEdit>(std::move(pattern), read_octets("octets in their place"));
  }

  /// An expression: everything that stands together is one.
  std::string read_octets(std::string_view wanted) {
    if (!ws::starts_expression(reader_)) reader_.fail_unexpected(wanted);
    return ws::evaluate_or_throw(ws::read_expression(reader_), {});
  }

  ws::TokenReader reader_;
};

}  // namespace

diag::Result<Rewriting> parse_rewriting(const std::vector<std::string>& rules) {
  Rewriting rewriting;
  PerDirection<RewriteStage::Edits> edits;
  bool edits_messages = false;
  for (std::string text : rules) {
    const auto only = take_direction(text);
    const diag::Source source("", text);
    try {
      const Rule rule = RuleReader(source).read();
      edits_messages = edits_messages || rule.message;
      for (const Direction direction : {Direction::to_upstream, Direction::to_downstream}) {
        if (only && *only != direction) continue;
        if (rule.head) rewriting.head_edits[direction].push_back(rule.head);
        if (rule.message) edits[direction].push_back(rule.message);
      }
    } catch (const ws::SyntaxError& error) {
      return source.place(error.diagnostic);
    }
  }
  if (edits_messages) rewriting.stages.push_back(std::make_shared<RewriteMaker>(std::move(edits)));
  return rewriting;
}

}  // namespace wsrig::proxy
