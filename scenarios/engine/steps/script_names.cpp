#include <algorithm>
#include <iterator>
#include <set>

#include "scenarios/engine/steps/overload.hpp"
#include "scenarios/engine/steps/script.hpp"

namespace wsrig::engine {
namespace {

struct Names {
  std::vector<ws::Variable> used;
  std::vector<std::string> captured;

  void use(const std::vector<ws::Variable>& more) { used.insert(used.end(), more.begin(), more.end()); }
  void capture(const std::vector<std::string>& more) {
    captured.insert(captured.end(), more.begin(), more.end());
  }
};

void collect(const std::vector<ws::Attribute>& attributes, Names& names) {
  for (const ws::Attribute& attribute : attributes) names.use(variables(attribute.value));
}

void collect(const PayloadPattern& payload, Names& names) {
  std::visit(Overload{[](const AnyPayload&) {},
                      [&](const ws::Expression& expression) { names.use(variables(expression)); },
                      [&](const RegexPayload& pattern) { names.capture(pattern.regex.group_names()); },
                      [&](const JsonPayload& json) {
                        names.use(json.pattern.variables());
                        names.capture(json.pattern.captured_names());
                      }},
             payload);
}

void collect(const ExpectMessage& expect, Names& names) { collect(expect.payload, names); }
void collect(const ExpectPing& expect, Names& names) { collect(expect.payload, names); }
void collect(const ExpectPong& expect, Names& names) { collect(expect.payload, names); }
void collect(const ExpectEof&, Names&) {}
void collect(const ExpectReset&, Names&) {}
void collect(const ExpectSilence&, Names&) {}
void collect(const ExpectFrame& expect, Names& names) {
  names.use(variables(expect.frame));
  collect(expect.payload, names);
}
void collect(const ExpectClose& expect, Names& names) {
  for (const auto& [first, last] : expect.codes) {
    names.use(variables(first));
    if (last.offset != first.offset) names.use(variables(last));
  }
  collect(expect.reason, names);
}
void collect(const ExpectRaw& expect, Names& names) {
  std::visit([&](const auto& bytes) { collect(PayloadPattern(bytes), names); }, expect.bytes);
}
void collect(const ExpectHttp& expect, Names& names) {
  if (expect.head) names.capture(expect.head->group_names());
  for (const HeaderPattern& header : expect.headers) {
    names.use(variables(header.value));
    if (header.regex) names.capture(header.regex->group_names());
  }
}

void collect(const SendFrame& send, Names& names) { names.use(variables(send.frame)); }
void collect(const SendRaw& send, Names& names) {
  names.use(variables(send.bytes));
  collect(send.attributes, names);
}
void collect(const SendHttp& send, Names& names) {
  names.use(variables(send.text));
  collect(send.attributes, names);
}
void collect(const Shutdown&, Names&) {}
void collect(const Reset&, Names&) {}
void collect(const Reconnect&, Names&) {}
void collect(const Hold&, Names&) {}
void collect(const Resume&, Names&) {}
void collect(const Pause&, Names&) {}
void collect(const Times& times, Names& names) { names.use(variables(times.count)); }
void collect(const EndTimes&, Names&) {}
void collect(const SendSignal&, Names&) {}
void collect(const ExpectExit&, Names&) {}
void collect(const ExpectUsage&, Names&) {}
void collect(const Expect& expect, Names& names) {
  for (const Alternative& alternative : expect.alternatives) {
    std::visit([&](const auto& pattern) { collect(pattern, names); }, alternative.pattern);
  }
}

}  // namespace

std::vector<ws::Variable> free_variables(const Script& script) {
  std::vector<ws::Variable> free;
  std::set<std::string> captured;
  const auto add = [&](const Step& step) {
    Names names;
    std::visit([&](const auto& action) { collect(action, names); }, step.action);
    std::copy_if(names.used.begin(), names.used.end(), std::back_inserter(free),
                 [&](const ws::Variable& variable) { return !captured.contains(variable.name); });
    captured.insert(names.captured.begin(), names.captured.end());
  };
  std::ranges::for_each(script.steps, add);
  if (script.repetition) std::ranges::for_each(script.repetition->steps, add);
  return free;
}

std::vector<std::string> captured_names(std::span<const Step> steps) {
  Names names;
  for (const Step& step : steps) std::visit([&](const auto& action) { collect(action, names); }, step.action);
  return names.captured;
}

}  // namespace wsrig::engine
