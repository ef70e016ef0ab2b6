#include "tests/support/golden.hpp"

#include "tests/unit/report/sample_run.hpp"

/// What each writer makes of the hostile run, octet by octet. readers_test.py reads the same files back.
namespace wsrig::report {
namespace {

using wsrig::test::expect_golden;

std::string console(const ConsoleStyle& style) {
  std::string out;
  for (const CaseResult& result : test::sample_run().cases) out += console_case(result, style);
  return out + console_summary(test::sample_run(), style);
}

TEST(Golden, json) { expect_golden("reports/run.json", to_json(test::sample_run())); }
TEST(Golden, junit) { expect_golden("reports/run.junit.xml", to_junit(test::sample_run())); }
TEST(Golden, tap) { expect_golden("reports/run.tap", to_tap(test::sample_run())); }
TEST(Golden, html) { expect_golden("reports/run.html", to_html(test::sample_run())); }
TEST(Golden, markdown) { expect_golden("reports/run.md", to_markdown(test::sample_run())); }
TEST(Golden, github) { expect_golden("reports/run.github", to_github_annotations(test::sample_run())); }
TEST(Golden, console) { expect_golden("reports/run.console", console({})); }
TEST(Golden, console_in_colour) {
  expect_golden("reports/run.console-colour", console({.color = true, .verbose = true}));
}

TEST(Golden, events) {
  const RunResult run = test::sample_run();
  std::string out = start_event(run, run.cases.size()) + '\n';
  for (const CaseResult& result : run.cases) out += case_event(result) + '\n';
  expect_golden("reports/run.jsonl", out + end_event(run) + '\n');
}

TEST(Golden, nothing_could_be_judged) {
  const RunResult run = test::unreachable_run();
  expect_golden("reports/unreachable.json", to_json(run));
  expect_golden("reports/unreachable.junit.xml", to_junit(run));
  expect_golden("reports/unreachable.tap", to_tap(run));
  expect_golden("reports/unreachable.html", to_html(run));
  expect_golden("reports/unreachable.md", to_markdown(run));
  expect_golden("reports/unreachable.github", to_github_annotations(run));
  expect_golden("reports/unreachable.console", console_summary(run, {}));
}

}  // namespace
}  // namespace wsrig::report
