#include "scenarios/engine/run/case_group.hpp"

#include <algorithm>
#include <chrono>

namespace wsrig::engine {
namespace {

/// The longest deadline of a case that is done in no time.
constexpr std::chrono::seconds brief{5};

bool share_services(const ScenarioFile& one, const ScenarioFile& other) {
  return &one == &other ||
         (one.services.empty() && other.services.empty() && is_offline(one) == is_offline(other));
}

}  // namespace

std::vector<CaseGroup> group_by_services(const std::vector<CaseInstance>& instances) {
  std::vector<CaseGroup> groups;
  for (const auto& instance : instances) {
    if (groups.empty() || !share_services(*groups.back().file, *instance.file))
      groups.push_back({instance.file, {}});
    groups.back().cases.push_back(&instance);
  }
  for (CaseGroup& group : groups)
    std::ranges::stable_sort(group.cases, {}, [](const CaseInstance* one) { return demand_of(*one); });
  return groups;
}

Demand demand_of(const CaseInstance& instance) {
  const Case& definition = *instance.definition;
  const auto is_heavy = [](const std::string& tag) { return tag == "large" || tag == "volume"; };
  if (std::ranges::any_of(definition.tags, is_heavy)) return Demand::heavy;
  return definition.within && *definition.within > brief ? Demand::lengthy : Demand::brief;
}

bool is_offline(const ScenarioFile& file) { return !file.cases.empty() && file.cases.front().decode; }

}  // namespace wsrig::engine
