#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "report/totals.hpp"
#include "tests/unit/report/sample_run.hpp"

namespace wsrig::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

RunResult run_of(std::vector<CaseResult> cases) { return {.cases = std::move(cases)}; }
CaseResult graded(Grade grade, bool fails_run = false) {
  return {.id = "s/c", .suite = "s", .grade = grade, .fails_run = fails_run};
}

TEST(Result, names_are_read_back) {
  for (const Grade grade : grades) EXPECT_EQ(grade_from_name(name(grade)), grade);
  for (const Level level : {Level::must, Level::should, Level::may, Level::contested}) {
    EXPECT_EQ(level_from_name(name(level)), level);
  }
  EXPECT_EQ(grade_from_name("OK"), std::nullopt);
  EXPECT_EQ(level_from_name(""), std::nullopt);
}

TEST(Result, exit_code_0_when_all_is_as_expected) {
  EXPECT_EQ(run_of({graded(Grade::ok), graded(Grade::skip), graded(Grade::non_strict)}).exit_code(), 0);
  EXPECT_EQ(run_of({graded(Grade::fail, false)}).exit_code(), 0) << "a baseline expected it";
}

TEST(Result, exit_code_1_when_a_case_fails_the_run_or_none_could_be_judged) {
  EXPECT_EQ(run_of({graded(Grade::ok), graded(Grade::fail, true)}).exit_code(), 1);
  EXPECT_EQ(run_of({graded(Grade::ok), graded(Grade::error, true)}).exit_code(), 1);
  EXPECT_EQ(run_of({graded(Grade::ok, true)}).exit_code(), 1) << "an unexpected pass";
  EXPECT_EQ(run_of({graded(Grade::skip), graded(Grade::skip)}).exit_code(), 1);
  EXPECT_EQ(run_of({graded(Grade::error, true)}).exit_code(), 1);
  EXPECT_EQ(run_of({}).exit_code(), 1);
}

TEST(Result, exit_code_3_only_while_no_case_was_judged) {
  RunResult run = run_of({graded(Grade::error, true), graded(Grade::skip)});
  run.environment_error = "connection refused";
  EXPECT_EQ(run.exit_code(), 3);
  run.cases.push_back(graded(Grade::ok));
  EXPECT_EQ(run.exit_code(), 1);
}

TEST(Result, exit_code_130_when_interrupted) {
  RunResult run = run_of({graded(Grade::fail, true)});
  run.interrupted = true;
  EXPECT_EQ(run.exit_code(), 130);
}

TEST(Html, a_long_transcript_of_a_case_that_went_well_is_cut) {
  CaseResult result = graded(Grade::ok);
  for (int number = 100; number < 200; ++number)
    result.transcript.push_back({{}, "", '>', fmt::format("line {}", number)});
  const auto page = [&](Grade grade) {
    result.grade = grade;
    return to_html(run_of({result}));
  };
  EXPECT_THAT(page(Grade::ok),
              AllOf(HasSubstr("line 115<"), Not(HasSubstr("line 116<")), HasSubstr("76 lines are not shown"),
                    Not(HasSubstr("line 191<")), HasSubstr("line 192<"), HasSubstr("line 199<")));
  EXPECT_THAT(page(Grade::fail), AllOf(HasSubstr("line 116<"), Not(HasSubstr("not shown"))));
}

TEST(Result, totals_by_suite_keep_the_order) {
  const std::vector<Totals> suites = totals_by_suite(test::sample_run());
  ASSERT_EQ(suites.size(), 3u);
  EXPECT_EQ(suites[0].suite, "rfc6455/5.6-data");
  EXPECT_EQ(suites[0].cases, 5u);
  EXPECT_EQ(suites[0].count(Grade::ok), 2u);
  EXPECT_EQ(suites[0].failing, 1u);
  EXPECT_EQ(suites[1].duration, std::chrono::microseconds{4'000'246});
}

TEST(Json, gives_back_what_was_put_in) {
  const auto document = boost::json::parse(to_json(test::sample_run()));
  EXPECT_EQ(document.at("schema").as_string(), "wsrig-report/1");
  EXPECT_EQ(document.at("seed").to_number<std::uint64_t>(), 42u);
  EXPECT_EQ(document.at("argv").at(4).as_string(), "it's <all>");
  EXPECT_EQ(document.at("exit_code").as_int64(), 1);
  EXPECT_EQ(document.at("totals").at("failing").to_number<int>(), 3);
  EXPECT_EQ(document.at("suites").at(1).at("totals").at("fail").to_number<int>(), 2);
  const auto& hostile = document.at("cases").at(2);
  EXPECT_EQ(hostile.at("message").as_string(),
            "100% **bold** `code` ``` | cell\r\n::error::x # SKIP \x1b[31mred\x07 \\xff\\xfe ]]>");
  EXPECT_EQ(hostile.at("expected").as_string(), "text \"😀 \\u202e reversed\"\neof");
  EXPECT_EQ(hostile.at("transcript").at(0).at("connection").as_string(), "alice");
  EXPECT_FALSE(document.at("cases").at(0).as_object().contains("transcript"))
      << "only of cases that are not ok";
}

TEST(Json, seeds_keep_all_their_bits) {
  RunResult run;
  run.seed = UINT64_MAX;
  EXPECT_THAT(to_json(run), HasSubstr("\"seed\":18446744073709551615"));
}

TEST(Json, an_event_is_one_line) {
  const RunResult run = test::sample_run();
  const auto start = boost::json::parse(start_event(run, 7));
  EXPECT_EQ(start.at("event").as_string(), "start");
  EXPECT_EQ(start.at("schema").as_string(), "wsrig-events/1");
  EXPECT_EQ(start.at("selected").to_number<int>(), 7);
  EXPECT_EQ(case_event(test::hostile()).find('\n'), std::string::npos);
  EXPECT_EQ(boost::json::parse(case_event(test::hostile())).at("grade").as_string(), "error");
  EXPECT_EQ(boost::json::parse(end_event(run)).at("exit_code").as_int64(), 1);
}

TEST(Console, is_quiet_about_what_is_well) {
  EXPECT_EQ(console_case(test::passed(), {}), "");
  EXPECT_EQ(console_case(test::others()[2], {}), "") << "a skipped case is counted, no more";
  EXPECT_THAT(console_case(test::passed(), {.verbose = true}),
              HasSubstr("rfc6455/5.6-data/text[cut=1B]   1.2 ms"));
}

TEST(Console, names_at_most_twenty_failures_again) {
  const RunResult run = run_of(std::vector<CaseResult>(30, graded(Grade::fail, true)));
  EXPECT_THAT(console_summary(run, {}), HasSubstr("… and 10 more\n"));
}

TEST(Markdown, stays_below_the_limit_of_a_job_summary) {
  const RunResult run = run_of(std::vector<CaseResult>(500, test::hostile()));
  EXPECT_LT(to_markdown(run).size(), 1u << 20);
  EXPECT_THAT(to_markdown(run), HasSubstr("… and 450 more\n"));
}

TEST(Tap, an_interrupted_run_bails_out) {
  RunResult run = run_of({graded(Grade::ok)});
  run.interrupted = true;
  EXPECT_THAT(to_tap(run), testing::EndsWith("Bail out! interrupted\n"));
}

}  // namespace
}  // namespace wsrig::report
