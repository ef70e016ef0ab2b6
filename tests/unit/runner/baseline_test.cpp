#include "scenarios/engine/run/baseline.hpp"

#include <fstream>
#include <gtest/gtest.h>

namespace wsrig::engine {
namespace {

/// A file that is there as long as the test.
struct File {
  explicit File(const std::string& text)
      : path(::testing::TempDir() + "baseline-" + std::to_string(::getpid()) + ".yaml") {
    std::ofstream(path) << text;
  }
  ~File() { std::remove(path.c_str()); }
  std::string path;
};

constexpr const char* good = R"(wsrig-expected: 1
subject: some server 1.0
cases:
  "a/*": { status: fail, reason: "not done yet" }
  "a/second": { status: non-strict, reason: "drops TCP" }
)";

report::CaseResult result(const std::string& id, report::Grade grade, bool fails) {
  report::CaseResult one;
  one.id = id;
  one.grade = grade;
  one.fails_run = fails;
  one.message = "because \"x\"";
  return one;
}

TEST(Baseline, the_last_entry_that_fits_decides) {
  const File file(good);
  const Baseline baseline = Baseline::load(file.path, false).value();
  EXPECT_EQ(baseline.find("a/first")->status, report::Grade::fail);
  EXPECT_EQ(baseline.find("a/second")->reason, "drops TCP");
  EXPECT_EQ(baseline.find("b/first"), nullptr);
}

TEST(Baseline, entries_that_fit_nothing_are_stale) {
  const File file(good);
  const Baseline baseline = Baseline::load(file.path, false).value();
  EXPECT_TRUE(baseline.stale({"a/second"}).empty());
  const auto stale = baseline.stale({"a/secondd"});
  ASSERT_EQ(stale.size(), 1U);
  EXPECT_EQ(stale[0].line, 5U);
  EXPECT_NE(stale[0].hint.find("a/secondd"), std::string::npos);
}

TEST(Baseline, update_keeps_what_holds_and_replaces_what_does_not) {
  const File file(good);
  const Baseline before = Baseline::load(file.path, false).value();
  report::RunResult run;
  run.cases = {result("a/first", report::Grade::fail, false), result("a/second", report::Grade::ok, true),
               result("b/new", report::Grade::fail, true)};
  const File written(before.updated(run));
  const Baseline after = Baseline::load(written.path, false).value();
  EXPECT_EQ(after.find("a/first")->reason, "not done yet");
  EXPECT_EQ(after.find("b/new")->reason, "because \"x\"");
  EXPECT_EQ(after.find("a/second")->status, report::Grade::fail) << "only the glob is left";
}

TEST(Baseline, mistakes_are_placed) {
  for (const auto& [text, line, message] :
       {std::tuple{"cases: {}\n", 1U, "wsrig-expected"},
        std::tuple{"wsrig-expected: 1\ncases:\n  a: { status: fial, reason: x }\n", 3U,
                   "unknown status 'fial'"},
        std::tuple{"wsrig-expected: 1\ncases:\n  a: { status: fail }\n", 3U, "reason"},
        std::tuple{"wsrig-expected: 1\ncases:\n  a: { status: fail, reason: x, why: y }\n", 3U,
                   "unknown key 'why'"}}) {
    const File file(text);
    const auto baseline = Baseline::load(file.path, false);
    ASSERT_FALSE(baseline) << text;
    EXPECT_EQ(baseline.error().line, line) << text;
    EXPECT_NE(baseline.error().message.find(message), std::string::npos) << baseline.error().message;
  }
}

TEST(Baseline, a_missing_file_is_empty_only_for_an_update) {
  EXPECT_FALSE(Baseline::load("/nowhere/baseline.yaml", false));
  EXPECT_TRUE(Baseline::load("/nowhere/baseline.yaml", true));
}

}  // namespace
}  // namespace wsrig::engine
