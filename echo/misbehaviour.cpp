#include "echo/misbehaviour.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace wsrig::echo {

namespace {

using Table = std::vector<Misbehaviour>;

diag::Diagnostic unknown(std::string_view kind, const Table& table, const std::string& name) {
  std::vector<std::string_view> names;
  for (const Misbehaviour& known : table) names.push_back(known.name);
  std::string hint = diag::did_you_mean(name, names);
  if (hint.empty()) hint = fmt::format("--list-{}s prints all of them", kind);
  return {.message = fmt::format("unknown {} '{}'", kind, name), .source_line = {}, .hint = std::move(hint)};
}

std::optional<diag::Diagnostic> apply(std::string_view kind, const Table& table,
                                      const std::vector<std::string>& names, Faults& faults) {
  for (const std::string& name : names) {
    const auto found = std::ranges::find(table, name, &Misbehaviour::name);
    if (found == table.end()) return unknown(kind, table, name);
    found->apply(faults);
  }
  return std::nullopt;
}

}  // namespace

std::string print_table(const Table& table) {
  std::size_t width = 0;
  for (const Misbehaviour& row : table) width = std::max(width, row.name.size());
  std::string text;
  for (const Misbehaviour& row : table) {
    text += fmt::format("{:{}}  {:18}  {}\n", row.name, width, row.section, row.about);
  }
  return text;
}

diag::Result<Behaviour> misbehave(Behaviour behaviour, const std::vector<std::string>& misbehaviour_names,
                                  const std::vector<std::string>& quirk_names) {
  if (misbehaviour_names.empty() && quirk_names.empty()) return behaviour;
  auto judge = std::make_unique<DeafJudge>();
  auto shaper = std::make_unique<EditingShaper>();
  auto application = std::make_unique<FaultyApplication>(std::move(behaviour.application));
  Faults faults{behaviour.response_edits,
                behaviour.refusal_edits,
                behaviour.tolerated_findings,
                behaviour.deflate_edits,
                behaviour.endpoint,
                *judge,
                *shaper,
                *application};
  if (auto wrong = apply("misbehaviour", misbehaviours(), misbehaviour_names, faults)) return *wrong;
  if (auto wrong = apply("quirk", quirks(), quirk_names, faults)) return *wrong;
  behaviour.endpoint.judge = judge.get();
  behaviour.endpoint.shaper = shaper.get();
  behaviour.judge = std::move(judge);
  behaviour.shaper = std::move(shaper);
  behaviour.application = std::move(application);
  return behaviour;
}

}  // namespace wsrig::echo
