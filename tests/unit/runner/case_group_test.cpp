#include "scenarios/engine/run/case_group.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsrig::engine {
namespace {

using namespace std::chrono_literals;

Case a_case(std::optional<milliseconds> within, std::vector<std::string> tags) {
  Case definition;
  definition.within = within;
  definition.tags = std::move(tags);
  return definition;
}

Demand demand(const Case& definition) {
  CaseInstance instance;
  instance.definition = &definition;
  return demand_of(instance);
}

TEST(CaseGroup, demand_is_told_by_deadline_and_tags) {
  EXPECT_EQ(demand(a_case({}, {})), Demand::brief);
  EXPECT_EQ(demand(a_case(5s, {"many"})), Demand::brief);
  EXPECT_EQ(demand(a_case(10s, {})), Demand::lengthy);
  EXPECT_EQ(demand(a_case({}, {"large"})), Demand::heavy);
  EXPECT_EQ(demand(a_case(30s, {"many", "volume"})), Demand::heavy);
}

TEST(CaseGroup, files_without_services_share_a_group_sorted_by_demand) {
  const Case brief = a_case({}, {});
  const Case lengthy = a_case(20s, {});
  const Case heavy = a_case({}, {"large"});
  ScenarioFile one;
  ScenarioFile other;
  ScenarioFile with_services;
  with_services.services.emplace_back();
  const auto instance = [](const ScenarioFile& file, const Case& definition, std::string id) {
    CaseInstance made;
    made.file = &file;
    made.definition = &definition;
    made.id = std::move(id);
    return made;
  };
  const std::vector<CaseInstance> instances{
      instance(one, heavy, "a"),   instance(one, lengthy, "b"),         instance(one, brief, "c"),
      instance(other, brief, "d"), instance(with_services, heavy, "e"), instance(with_services, brief, "f")};
  std::vector<std::vector<std::string>> ids;
  for (const CaseGroup& group : group_by_services(instances)) {
    ids.emplace_back();
    for (const CaseInstance* each : group.cases) ids.back().push_back(each->id);
  }
  EXPECT_THAT(ids,
              testing::ElementsAre(testing::ElementsAre("c", "d", "b", "a"), testing::ElementsAre("f", "e")));
}

}  // namespace
}  // namespace wsrig::engine
