#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "scenarios/engine/format/model.hpp"

namespace wsrig::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const char* const text = R"(wsrig: 1
suite: s/one
cases:
  - id: product
    must: X
    alias: first
    tags: [slow, big]
    for: { cut: [whole, 1B], mid: ["", "a,b\n"] }
    steps: |
      > ping "${mid}" cut=${cut}
  - id: rows
    should: X
    tags: [big]
    rows:
      - { id: low, alias: ab-1, code: 999 }
      - { code: 5000 }
    steps: |
      > close ${code}
  - id: alone
    may: X
    steps: |
      > ping
)";

std::vector<std::shared_ptr<ScenarioFile>> files() {
  return {std::make_shared<ScenarioFile>(load_scenario("f.yaml", text).value())};
}

std::vector<std::string> ids(const std::vector<CaseInstance>& instances) {
  std::vector<std::string> found;
  for (const CaseInstance& instance : instances) found.push_back(instance.id);
  return found;
}

class SelectionTest : public testing::Test {
 protected:
  std::vector<std::string> selected(const Selection& selection) {
    return ids(select(expand(files_), selection).value());
  }
  diag::Diagnostic refused(const Selection& selection) { return select(expand(files_), selection).error(); }

  std::vector<std::shared_ptr<ScenarioFile>> files_ = files();
};

TEST_F(SelectionTest, ids_name_their_values) {
  const auto all = expand(files_);
  EXPECT_THAT(ids(all), ElementsAre("s/one/product[cut=whole,mid=]", R"(s/one/product[cut=whole,mid=a,b\n])",
                                    "s/one/product[cut=1B,mid=]", R"(s/one/product[cut=1B,mid=a,b\n])",
                                    "s/one/rows[low]", "s/one/rows[code=5000]", "s/one/alone"));
  EXPECT_THAT(all[4].aliases, ElementsAre("ab-1"));
  EXPECT_THAT(all[0].aliases, ElementsAre("first"));
  EXPECT_THAT(all[4].variables, ElementsAre(std::pair("code", "999")));
  EXPECT_EQ(all[6].order, 6u);
  EXPECT_EQ(all[6].definition->id, "alone");
  EXPECT_EQ(all[6].file, files_[0].get());
}

TEST_F(SelectionTest, nothing_asked_is_everything) { EXPECT_EQ(selected({}).size(), 7u); }

TEST_F(SelectionTest, by_id) {
  EXPECT_THAT(selected({.ids = {"s/one/alone"}}), ElementsAre("s/one/alone"));
  EXPECT_EQ(selected({.ids = {"s/one/product"}}).size(), 4u) << "without brackets: all combinations";
  EXPECT_THAT(selected({.ids = {"*[cut=1B,mid=]"}}), ElementsAre("s/one/product[cut=1B,mid=]"));
  EXPECT_THAT(selected({.ids = {"s/*/al?ne"}}), ElementsAre("s/one/alone"));
}

TEST_F(SelectionTest, by_several) {
  EXPECT_THAT(selected({.ids = {"*/alone", "ab-*"}}), ElementsAre("s/one/rows[low]", "s/one/alone"));
  EXPECT_EQ(selected({.ids = {"first"}}).size(), 4u) << "an alias of a case names all its combinations";
  EXPECT_THAT(selected({.ids = {"*/r*"}, .excluded = {"*low*"}}), ElementsAre("s/one/rows[code=5000]"));
}

TEST_F(SelectionTest, by_tag_and_level) {
  EXPECT_EQ(selected({.tags = {"big"}}).size(), 6u);
  EXPECT_EQ(selected({.tags = {"big", "!slow"}}).size(), 2u);
  EXPECT_EQ(selected({.tags = {"!slow"}}).size(), 3u);
  EXPECT_EQ(selected({.levels = {report::Level::should, report::Level::may}}).size(), 3u);
  EXPECT_EQ(selected({.levels = {report::Level::contested}}).size(), 0u);
}

TEST_F(SelectionTest, shards_part_the_selection) {
  std::vector<std::string> together;
  for (std::size_t i = 0; i < 3; ++i) {
    for (auto& id : selected({.shard_index = i, .shard_count = 3})) together.push_back(id);
  }
  EXPECT_THAT(together, testing::UnorderedElementsAreArray(selected({})));
  EXPECT_THAT(selected({.ids = {"*/rows*"}, .shard_index = 1, .shard_count = 2}),
              ElementsAre("s/one/rows[code=5000]"));
}

TEST_F(SelectionTest, a_pattern_without_a_case_is_a_mistake) {
  EXPECT_EQ(refused({.ids = {"s/one/prodcut"}}).message, "no case matches 's/one/prodcut'");
  EXPECT_EQ(refused({.ids = {"s/one/prodcut"}}).hint, "did you mean 's/one/product'?");
  EXPECT_EQ(refused({.ids = {"ab-2"}}).hint, "did you mean 'ab-1'?");
  EXPECT_EQ(refused({.ids = {"s/one/rows[lwo]"}}).hint, "did you mean 's/one/rows[low]'?");
  EXPECT_EQ(refused({.excluded = {"zzz"}}).hint, "");
  EXPECT_EQ(refused({.tags = {"!slwo"}}).message, "no case has the tag 'slwo'");
  EXPECT_EQ(refused({.tags = {"!slwo"}}).hint, "did you mean 'slow'?");
}

// ---- files ----

class Folder : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::path(testing::TempDir()) /
            (std::string("wsrig-") + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_ / "b");
  }
  void TearDown() override { std::filesystem::remove_all(path_); }

  void write(const std::string& name, const std::string& content) {
    std::ofstream(path_ / name, std::ios::binary) << content;
  }
  static std::string scenario(const std::string& suite) {
    return "wsrig: 1\nsuite: " + suite + "\ncases:\n  - id: c\n    must: X\n    steps: |\n      > ping\n";
  }
  std::string at(const std::string& name) const { return (path_ / name).string(); }

  std::filesystem::path path_;
};

TEST_F(Folder, is_searched_in_order_of_names) {
  write("z.yaml", scenario("z"));
  write("b/y.yml", scenario("y"));
  write("a.yaml", scenario("a"));
  write("notes.txt", "not a scenario");
  const auto loaded = load_paths({path_.string()}).value();
  std::vector<std::string> suites;
  for (const auto& file : loaded) suites.push_back(file->suite);
  EXPECT_THAT(suites, ElementsAre("a", "y", "z"));
  EXPECT_EQ(loaded[0]->source->name(), at("a.yaml"));
}

TEST_F(Folder, that_is_not_there_is_a_mistake) {
  EXPECT_EQ(load_paths({at("no")}).error().message, "'" + at("no") + "' does not exist");
  EXPECT_EQ(load_paths({at("b")}).error().message, "no scenario files (*.yaml) below '" + at("b") + "'");
}

TEST_F(Folder, two_files_share_no_id) {
  write("a.yaml", scenario("s"));
  write("b.yaml", scenario("s"));
  const auto wrong = load_paths({at("a.yaml"), at("b.yaml")}).error();
  EXPECT_EQ(wrong.message, "the id 's/c' is already in " + at("a.yaml"));
  EXPECT_EQ(wrong.file, at("b.yaml"));
  EXPECT_EQ(wrong.line, 4u);
}

TEST_F(Folder, included_files_give_services_and_tls) {
  write("b/common.yaml", "wsrig: 1\nservices: { echo: { use: echo } }\ntls: { insecure: true }\n");
  write("a.yaml", "include: [b/common.yaml]\n" + scenario("s"));
  const auto loaded = load_paths({at("a.yaml")}).value();
  EXPECT_EQ(loaded[0]->services.at(0).name, "echo");
  EXPECT_TRUE(loaded[0]->cases[0].tls.insecure);
}

TEST_F(Folder, mistakes_of_included_files_are_placed_there) {
  write("common.yaml", "wsrig: 1\nsuite: s\n");
  write("a.yaml", "include: common.yaml\n" + scenario("s"));
  const auto wrong = load_paths({at("a.yaml")}).error();
  EXPECT_EQ(wrong.file, at("common.yaml"));
  EXPECT_EQ(wrong.line, 2u);
  write("c.yaml", "include: none.yaml\n" + scenario("s"));
  EXPECT_THAT(load_paths({at("c.yaml")}).error().message, HasSubstr("cannot read '" + at("none.yaml")));
}

TEST(Builtin, is_the_standard_suite) {
  const auto loaded = load_builtin();
  ASSERT_TRUE(loaded.has_value()) << diag::render(loaded.error());
  ASSERT_FALSE(loaded->empty());
  EXPECT_TRUE(loaded->front()->source->name().starts_with("built-in:"));
}

constexpr const char* tables = R"(wsrig: 1
suite: s
cases:
  - id: table
    must: X
    alias: [fixed, "ab-${group}.${number}"]
    covers: [R067, R068]
    tags: [volume]
    rows:
      - [ { id: a, group: "1", code: 1000 }, { id: b, group: "2", code: 1001 } ]
      - [ { id: x, number: "7" }, { number: "8" } ]
    steps: |
      > close ${code} "${number}"
  - id: quick
    must: X
    steps: |
      > ping
)";

class TableTest : public testing::Test {
 protected:
  std::vector<CaseInstance> chosen(const Selection& selection) {
    return select(expand(files_), selection).value();
  }
  std::vector<std::shared_ptr<ScenarioFile>> files_{
      std::make_shared<ScenarioFile>(load_scenario("t.yaml", tables).value())};
};

TEST_F(TableTest, every_row_meets_every_row_of_the_other_table) {
  const auto all = expand(files_);
  EXPECT_THAT(ids(all), ElementsAre("s/table[a,x]", "s/table[a]", "s/table[b,x]", "s/table[b]", "s/quick"));
  EXPECT_THAT(all[0].aliases, ElementsAre("fixed", "ab-1.7"));
  EXPECT_THAT(all[3].aliases, ElementsAre("fixed", "ab-2.8"));
  EXPECT_THAT(all[2].variables, ElementsAre(testing::Pair("group", "2"), testing::Pair("code", "1001"),
                                            testing::Pair("number", "7")));
}

TEST_F(TableTest, what_takes_long_waits_to_be_asked_for) {
  EXPECT_THAT(ids(chosen({})), ElementsAre("s/quick"));
  EXPECT_EQ(chosen({.tags = {"volume"}}).size(), 4u);
  EXPECT_EQ(chosen({.ids = {"ab-1.7"}}).size(), 1u);
}

TEST_F(TableTest, a_requirement_chooses_the_cases_that_cover_it) {
  EXPECT_EQ(chosen({.ids = {"R067"}}).size(), 4u);
  EXPECT_THAT(select(expand(files_), {.ids = {"R076"}}).error().hint, HasSubstr("R067"));
}

}  // namespace
}  // namespace wsrig::engine
