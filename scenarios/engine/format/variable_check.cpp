#include "scenarios/engine/format/variable_check.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <set>

#include "cli/options.hpp"
#include "scenarios/engine/steps/overload.hpp"

namespace wsrig::engine {
namespace {

using ws::Variable;

std::optional<std::string> value_in(const Variables& values, std::string_view name) {
  const auto found =
      std::find_if(values.begin(), values.end(), [&](const auto& one) { return one.first == name; });
  return found == values.end() ? std::nullopt : std::optional(found->second);
}

/// Something in a step that can be evaluated before the case runs, unless it needs what only the run can
/// tell.
struct Checkable {
  std::vector<Variable> variables;
  std::function<std::optional<diag::Diagnostic>(const ws::Scope&)> check;
};

std::optional<diag::Diagnostic> check_size(const ws::Expression& expression, const ws::Scope& scope) {
  const auto size = measure(expression, scope);
  return size ? std::nullopt : std::optional(size.error());
}

diag::Diagnostic mistake(const ws::Expression& place, std::string message) {
  diag::Diagnostic diagnostic;
  diagnostic.column = place.offset + 1;
  diagnostic.message = std::move(message);
  return diagnostic;
}

/// The code of a `close` pattern; `result` is left alone when it is none.
std::optional<diag::Diagnostic> read_code(const ws::Expression& expression, const ws::Scope& scope,
                                          std::uint64_t& result) {
  const auto text = evaluate(expression, scope);
  if (!text) return text.error();
  const auto code = ws::parse_number(*text, 0xffff);
  if (!code) return mistake(expression, fmt::format("'{}' is not a close code; it is 0 to 65535", *text));
  result = *code;
  return {};
}

std::optional<diag::Diagnostic> check_range(const std::pair<ws::Expression, ws::Expression>& range,
                                            const ws::Scope& scope) {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  if (auto wrong = read_code(range.first, scope, first)) return wrong;
  if (auto wrong = read_code(range.second, scope, last)) return wrong;
  if (first > last) return mistake(range.first, fmt::format("the range {}..{} is empty", first, last));
  return {};
}

/// What of a script can be checked, part by part, so that one part that must wait for the run does not hide
/// the others.
class Collector {
 public:
  std::vector<Checkable> take() { return std::move(found_); }

  void add(const Step& step) {
    std::visit([&](const auto& action) { collect(action); }, step.action);
  }

 private:
  void add(const ws::Expression& expression) {
    if (expression.parts.empty()) return;
    found_.push_back({variables(expression),
                      [&expression](const ws::Scope& scope) { return check_size(expression, scope); }});
  }
  /// The frame as a whole, and its parts: the whole knows whether a length form fits the payload.
  void add(const ws::FrameText& frame) {
    add_frame(frame);
    ws::FrameText kind_only{.kind = frame.kind, .kind_value = frame.kind_value, .offset = frame.offset};
    add_frame(kind_only);
    for (const ws::Attribute& attribute : frame.attributes) {
      add_frame({.kind = "text", .attributes = {attribute}, .offset = frame.offset});
    }
    if (frame.payload) add(*frame.payload);
  }
  void add_frame(ws::FrameText frame) {
    auto names = variables(frame);
    found_.push_back({std::move(names), [frame = std::move(frame)](const ws::Scope& scope) {
                        return ws::check(frame, scope);
                      }});
  }
  void add_cut(const std::vector<ws::Attribute>& attributes) {
    for (const ws::Attribute& attribute : attributes) add_frame({.kind = "text", .attributes = {attribute}});
  }
  void add_payload(const PayloadPattern& payload) {
    if (const auto* expression = std::get_if<ws::Expression>(&payload)) add(*expression);
  }

  void collect(const SendFrame& send) { add(send.frame); }
  void collect(const SendRaw& send) { add(send.bytes), add_cut(send.attributes); }
  void collect(const SendHttp& send) { add(send.text), add_cut(send.attributes); }
  void collect(const Shutdown&) {}
  void collect(const Reset&) {}
  void collect(const Reconnect&) {}
  void collect(const Hold&) {}
  void collect(const Resume&) {}
  void collect(const Pause&) {}
  void collect(const Times& times) {
    found_.push_back(
        {variables(times.count), [&times](const ws::Scope& scope) -> std::optional<diag::Diagnostic> {
           const auto rounds = rounds_of(times, scope);
           return rounds ? std::nullopt : std::optional(rounds.error());
         }});
  }
  void collect(const EndTimes&) {}
  void collect(const SendSignal&) {}
  void collect(const ExpectExit&) {}
  void collect(const ExpectUsage&) {}
  void collect(const Expect& expect) {
    for (const Alternative& alternative : expect.alternatives) {
      std::visit([&](const auto& pattern) { collect(pattern); }, alternative.pattern);
    }
  }
  void collect(const ExpectMessage& expect) { add_payload(expect.payload); }
  void collect(const ExpectPing& expect) { add_payload(expect.payload); }
  void collect(const ExpectPong& expect) { add_payload(expect.payload); }
  void collect(const ExpectFrame& expect) { add(expect.frame), add_payload(expect.payload); }
  void collect(const ExpectEof&) {}
  void collect(const ExpectReset&) {}
  void collect(const ExpectSilence&) {}
  void collect(const ExpectClose& expect) {
    for (const auto& range : expect.codes) {
      auto names = variables(range.first);
      const auto more = variables(range.second);
      names.insert(names.end(), more.begin(), more.end());
      found_.push_back(
          {std::move(names), [&range](const ws::Scope& scope) { return check_range(range, scope); }});
    }
    add_payload(expect.reason);
  }
  void collect(const ExpectRaw& expect) {
    if (const auto* expression = std::get_if<ws::Expression>(&expect.bytes)) add(*expression);
  }
  void collect(const ExpectHttp& expect) {
    for (const HeaderPattern& header : expect.headers) add(header.value);
  }

  std::vector<Checkable> found_;
};

class StepCheck {
 public:
  StepCheck(const Case& definition, Findings& findings) : definition_(definition), findings_(findings) {}

  void run() {
    for (const Step& step : definition_.script.steps) {
      if (findings_.full()) return;
      Collector collector;
      collector.add(step);
      for (const Checkable& checkable : collector.take()) check(checkable);
    }
  }

 private:
  using Names = std::set<std::string>;

  void check(const Checkable& checkable) {
    Names names;
    for (const Variable& variable : checkable.variables) names.insert(variable.name);
    for (const Variables* const values : distinct(names)) {
      const ws::Scope scope{.lookup = [&](std::string_view name) { return value_in(*values, name); }};
      if (auto wrong = checkable.check(scope)) return report(std::move(*wrong), written(names, *values));
    }
  }

  /// One combination for each set of values that these names take; none when a name is known to the run only.
  const std::vector<const Variables*>& distinct(const Names& names) {
    const auto [entry, is_new] = distinct_.try_emplace(names);
    if (!is_new) return entry->second;
    std::set<std::string> seen;
    for (const Variables& values : definition_.combinations) {
      const bool known =
          std::all_of(names.begin(), names.end(), [&](const auto& name) { return value_in(values, name); });
      if (known && seen.insert(written(names, values)).second) entry->second.push_back(&values);
    }
    return entry->second;
  }

  /// `cut=1X, mid=x`
  static std::string written(const Names& names, const Variables& values) {
    std::string text;
    for (const std::string& name : names) {
      text += fmt::format("{}{}={}", text.empty() ? "" : ", ", name, value_in(values, name).value_or(""));
    }
    return text;
  }

  void report(diag::Diagnostic wrong, const std::string& values) {
    if (!values.empty()) wrong.hint += fmt::format("{}with {}", wrong.hint.empty() ? "" : "; ", values);
    wrong = place_in_file(std::move(wrong), definition_.steps_text, definition_.steps_origin);
    const bool is_new =
        reported_.insert({wrong.line, wrong.column}).second;  // a part and its whole say the same
    if (is_new) findings_.add(std::move(wrong));
  }

  const Case& definition_;
  Findings& findings_;
  std::map<Names, std::vector<const Variables*>> distinct_;
  std::set<std::pair<std::size_t, std::size_t>> reported_;
};

}  // namespace

bool KnownVariables::has(std::string_view name) const {
  return cli::is_secret(name) || std::find(names_.begin(), names_.end(), name) != names_.end();
}

std::string KnownVariables::suggestion(std::string_view name) const {
  const std::vector<std::string_view> candidates(names_.begin(), names_.end());
  return diag::did_you_mean(name, candidates);
}

void check_template(const YamlNode& place, std::string_view text, const KnownVariables& known,
                    Findings& findings) {
  const auto expression = ws::parse_template(text);
  if (!expression) return findings.add(place, expression.error().message, expression.error().hint);
  for (const Variable& variable : variables(*expression)) {
    if (known.has(variable.name)) continue;
    findings.add(place, fmt::format("unknown variable '{}'", variable.name), known.suggestion(variable.name));
  }
}

void check_steps(const Case& definition, const KnownVariables& known, Findings& findings) {
  for (const Variable& variable : free_variables(definition.script)) {
    if (findings.full() || known.has(variable.name)) continue;
    diag::Diagnostic unknown;
    unknown.column = variable.offset + 1;
    unknown.message = fmt::format("unknown variable '{}'", variable.name);
    unknown.hint = known.suggestion(variable.name);
    findings.add(place_in_file(std::move(unknown), definition.steps_text, definition.steps_origin));
  }
  StepCheck(definition, findings).run();
}

}  // namespace wsrig::engine
