// Every requirement that binds servers has a case or a reason, and every case covers requirements that exist.
#include "scenarios/engine/format/requirements.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "scenarios/engine/format/model.hpp"

namespace wsrig::engine {
namespace {

/// Requirement -> the cases of the built-in suite that cover it.
std::map<std::string, std::set<std::string>> coverage() {
  std::map<std::string, std::set<std::string>> covered;
  const auto files = load_builtin();
  EXPECT_TRUE(files);
  for (const auto& file : *files) {
    for (const Case& one : file->cases) {
      EXPECT_FALSE(one.requirements.empty()) << file->suite << '/' << one.id << " covers nothing";
      for (const std::string& id : one.requirements) covered[id].insert(file->suite + '/' + one.id);
    }
  }
  return covered;
}

TEST(Requirements, each_that_binds_servers_has_a_case_or_a_reason) {
  const auto covered = coverage();
  for (const Requirement& requirement : requirements()) {
    const bool binds_servers = std::ranges::find(requirement.who, "server") != requirement.who.end();
    if (!binds_servers) continue;
    EXPECT_NE(covered.contains(requirement.id), !requirement.reason.empty())
        << requirement.id << " has neither a case nor a reason, or both";
  }
}

TEST(Requirements, each_case_covers_some_that_exist) {
  for (const auto& [id, cases] : coverage()) {
    EXPECT_NE(std::ranges::find(requirements(), id, &Requirement::id), requirements().end())
        << id << " of " << *cases.begin();
  }
}

TEST(Requirements, are_those_of_the_list) {
  EXPECT_GE(requirements().size(), 120u);
  for (const Requirement& requirement : requirements()) {
    EXPECT_TRUE(requirement.section.starts_with("RFC 6455 §") ||
                requirement.section.starts_with("RFC 7692 §"))
        << requirement.id;
    EXPECT_FALSE(requirement.who.empty()) << requirement.id;
  }
}

struct Wrong {
  const char* name;
  const char* text;
  const char* message;
};
std::ostream& operator<<(std::ostream& out, const Wrong& row) { return out << row.name; }
class WrongRequirements : public testing::TestWithParam<Wrong> {};
INSTANTIATE_TEST_SUITE_P(
    Files, WrongRequirements,
    testing::Values(
        Wrong{"no_version", "requirements: []\n", "the file begins with 'wsrig-requirements: 1'"},
        Wrong{"no_list", "wsrig-requirements: 1\n", "'requirements' is a list"},
        Wrong{"no_quote",
              "wsrig-requirements: 1\nrequirements:\n  - { id: R001, level: must, section: RFC 6455 §3, "
              "who: client, about: x }\n",
              "a requirement needs 'quote'"},
        Wrong{"no_number",
              "wsrig-requirements: 1\nrequirements:\n  - { id: one, level: must, section: RFC 6455 §3, "
              "who: client, about: x, quote: y }\n",
              "'one' is no number of its own: R098"},
        Wrong{"unknown_level",
              "wsrig-requirements: 1\nrequirements:\n  - { id: R001, level: shall, section: RFC 6455 §3, "
              "who: client, about: x, quote: y }\n",
              "level"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_P(WrongRequirements, are_told) {
  const auto result = load_requirements("wrong.yaml", GetParam().text);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find(GetParam().message), std::string::npos) << result.error().message;
  EXPECT_GT(result.error().line, 0u);
}

}  // namespace
}  // namespace wsrig::engine
