#include "scenarios/engine/run/case_group.hpp"

#include <algorithm>

namespace wsrig::engine {
namespace {

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
  for (CaseGroup& group : groups) {
    std::stable_partition(group.cases.begin(), group.cases.end(),
                          [](const CaseInstance* one) { return !is_heavy(*one); });
  }
  return groups;
}

bool is_heavy(const CaseInstance& instance) {
  const auto& tags = instance.definition->tags;
  return std::any_of(tags.begin(), tags.end(),
                     [](const auto& tag) { return tag == "large" || tag == "volume"; });
}

bool is_offline(const ScenarioFile& file) { return !file.cases.empty() && file.cases.front().decode; }

}  // namespace wsrig::engine
