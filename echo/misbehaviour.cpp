#include "echo/misbehaviour.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace wsrig::echo {

namespace {

diag::Diagnostic unknown(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Misbehaviour& known : misbehaviours()) names.push_back(known.name);
  std::string hint = diag::did_you_mean(name, names);
  if (hint.empty()) hint = "--list-misbehaviours prints all of them";
  return {.message = "unknown misbehaviour '" + name + "'", .source_line = {}, .hint = std::move(hint)};
}

}  // namespace

std::string print_misbehaviours() {
  std::size_t width = 0;
  for (const Misbehaviour& row : misbehaviours()) width = std::max(width, row.name.size());
  std::string text;
  for (const Misbehaviour& row : misbehaviours()) {
    text += fmt::format("{:{}}  {:18}  {}\n", row.name, width, row.section, row.about);
  }
  return text;
}

diag::Result<Behaviour> misbehave(Behaviour behaviour, const std::vector<std::string>& names) {
  if (names.empty()) return behaviour;
  auto judge = std::make_unique<DeafJudge>();
  auto shaper = std::make_unique<EditingShaper>();
  auto application = std::make_unique<FaultyApplication>(std::move(behaviour.application));
  Faults faults{behaviour.response_edits,
                behaviour.tolerated_findings,
                behaviour.endpoint,
                *judge,
                *shaper,
                *application};
  for (const std::string& name : names) {
    const auto found = std::ranges::find(misbehaviours(), name, &Misbehaviour::name);
    if (found == misbehaviours().end()) return unknown(name);
    found->apply(faults);
  }
  behaviour.endpoint.judge = judge.get();
  behaviour.endpoint.shaper = shaper.get();
  behaviour.judge = std::move(judge);
  behaviour.shaper = std::move(shaper);
  behaviour.application = std::move(application);
  return behaviour;
}

}  // namespace wsrig::echo
