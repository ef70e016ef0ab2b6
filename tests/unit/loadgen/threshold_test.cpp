#include "loadgen/threshold.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "loadgen/verdicts.hpp"
#include "tests/unit/loadgen/sample_result.hpp"

namespace wsrig::loadgen {
namespace {

Judgement judge_text(const std::string& text, const Result& result = test::sample_result()) {
  const auto threshold = parse_threshold(text);
  EXPECT_TRUE(threshold) << text << ": " << threshold.error().message;
  return threshold ? judge(*threshold, result) : Judgement{};
}

TEST(Threshold, is_read_however_it_is_spaced) {
  for (const char* text :
       {"rtt p99 < 10ms", "rtt p99<10ms", "  rtt\tp99 <10 ms ", "rtt p99 < 10000us", "rtt p99 < 0.01s"}) {
    const auto threshold = parse_threshold(text);
    ASSERT_TRUE(threshold) << text;
    EXPECT_DOUBLE_EQ(threshold->value, 10e6) << text;
    EXPECT_EQ(threshold->comparison, Comparison::less);
    EXPECT_EQ(std::get<OfTiming>(threshold->metric).timing, Timing::rtt);
    EXPECT_EQ(std::get<OfTiming>(threshold->metric).percent, 99);
  }
}

TEST(Threshold, a_phase_may_come_first_and_have_the_name_of_a_metric) {
  EXPECT_EQ(parse_threshold("steady rtt p99 < 1s")->phase, "steady");
  EXPECT_EQ(parse_threshold("connect connect p50 < 1s")->phase, "connect");
  EXPECT_EQ(parse_threshold("connect p50 < 1s")->phase, "");
}

TEST(Threshold, holds_or_not) {
  for (const char* text : {"rtt p99 < 1s",
                           "load rtt p50 > 1us",
                           "rtt mean < 1s",
                           "rtt min >= 1ns",
                           "rtt count == 5000",
                           "errors == 4",
                           "errors < 0.1%",
                           "late == 3",
                           "missed_sends <= 0.04%",
                           "missed_sends == 2",
                           "messages_received > 499/s",
                           "messages_sent <= 500/s",
                           "octets_sent > 10KiB/s",
                           "octets_sent < 10MiB",
                           "close_code 1006 == 1",
                           "close_code 1000 == 0",
                           "http_status 101 == 1000",
                           "connections >= 1000",
                           "connects_opened == 100%",
                           "connect p99 < 1s",
                           "service.echo.memory < 5MiB",
                           "service.echo.cpu <= 50%",
                           "processor < 35%",
                           "rtt max != 0ns"}) {
    EXPECT_TRUE(judge_text(text).passed)
        << text << ": " << judge_text(text).observed << " " << judge_text(text).why;
  }
  for (const char* text : {"rtt p99 < 1us", "errors == 0", "errors != 4", "connections > 1000",
                           "processor < 30%", "service.echo.memory < 4MiB", "messages_received > 501/s"}) {
    EXPECT_FALSE(judge_text(text).passed) << text;
    EXPECT_FALSE(judge_text(text).observed.empty()) << text;
  }
}

TEST(Threshold, a_warm_up_counts_for_connections_and_errors_only) {
  EXPECT_EQ(judge_text("rtt count == 5000").observed, "5,000");  // 10 of 12 seconds
  EXPECT_TRUE(judge_text("warm-up rtt count == 1000").passed);
  EXPECT_TRUE(judge_text("connects_opened == 1000").passed);
}

TEST(Threshold, what_saw_no_sample_fails) {
  const std::pair<const char*, const char*> rows[] = {
      {"tls p50 < 1s", "no sample was taken"},
      {"ping_rtt count >= 0", "no sample was taken"},
      {"cooldown errors == 0", "no phase is called 'cooldown'"},
      {"limit > 1/s", "no limit was searched for"},
      {"service.proxy.memory < 1GiB", "no service is called 'proxy'"},
      {"violations_missed < 1%", "there is nothing that it could be a share of"}};
  for (const auto& [text, why] : rows) {
    EXPECT_FALSE(judge_text(text).passed) << text;
    EXPECT_EQ(judge_text(text).why, why) << text;
  }
  for (const char* text : {"errors == 0", "close_code 1000 == 0", "missed_sends == 0"}) {
    EXPECT_FALSE(judge_text(text, Result{.phases = {Phase{}}}).passed) << text;
  }
}

TEST(Threshold, a_run_too_short_for_the_percentile_fails) {
  const Judgement judgement = judge_text("rtt p99.99 < 1m");
  EXPECT_FALSE(judgement.passed);
  EXPECT_EQ(judgement.why, "the run is too short for it: 5,000 of at least 29,956 samples");
  EXPECT_TRUE(judge_text("rtt p99.9 < 1m").passed);
}

TEST(Threshold, a_limit_that_was_searched_for) {
  Result result = test::sample_result();
  result.search = LimitSearch{.limit = 50'000};
  EXPECT_TRUE(judge_text("limit >= 50000/s", result).passed);
  EXPECT_FALSE(judge_text("limit > 50000/s", result).passed);
}

TEST(Threshold, none_passes_when_the_generator_was_the_limit) {
  Result result = test::sample_result();
  result.meta.thresholds = {"rtt p99 < 1s"};
  EXPECT_TRUE(judge_all(result).at(0).passed);
  result.remarks.push_back({Concern::generator, "load", "it was late"});
  const Judgement judgement = judge_all(result).at(0);
  EXPECT_FALSE(judgement.passed);
  EXPECT_EQ(judgement.why, "not to be trusted: it was late");
}

TEST(Threshold, one_that_cannot_be_read_fails) {
  Result result = test::sample_result();
  result.meta.thresholds = {"nonsense"};
  EXPECT_FALSE(judge_all(result).at(0).passed);
}

TEST(Threshold, mistakes_are_pointed_at) {
  struct Row {
    std::string text, expected;
  };
  const Row rows[] = {
      {"", "1:1 a threshold is missing, such as 'rtt p99 < 10ms'"},
      {"rrt p99 < 1s", "1:1 unknown metric 'rrt' (did you mean 'rtt'?)"},
      {"steady rrt p99 < 1s", "1:8 unknown metric 'rrt' (did you mean 'rtt'?)"},
      {"rtt < 1s", "1:5 a statistic is missing; one of p50, p99.9 …, min, max, mean, stddev, count"},
      {"rtt p101 < 1s", "1:5 unknown statistic 'p101'; one of p50, p99.9 …, min, max, mean, stddev, count"},
      {"rtt p99 1s", "1:9 a comparison is expected: <, <=, ==, !=, >= or >"},
      {"rtt p99 =< 1s", "1:9 a comparison is expected: <, <=, ==, !=, >= or >"},
      {"rtt p99 <", "1:10 a value is expected, such as 10ms"},
      {"rtt p99 < -1s", "1:11 a value is expected, such as 10ms"},
      {"rtt p99 < 10", "1:11 here stands a time, such as 10ms"},
      {"rtt p99 < 10parsec", "1:11 here stands a time, such as 10ms"},
      {"errors == 0s",
       "1:11 here stands a number, such as 0, or a rate, such as 20000/s, or a share, such as 0.1%"},
      {"octets_sent > 5", "1:15 here stands a size, such as 64MiB, or a rate, such as 10MiB/s"},
      {"close_code == 0", "1:12 a code is expected, such as 1006"},
      {"rtt p99 < 10ms please", "1:16 nothing may follow the value"},
  };
  for (const auto& [text, expected] : rows) {
    const auto threshold = parse_threshold(text);
    ASSERT_FALSE(threshold) << text;
    const diag::Diagnostic placed = diag::Source("x", text).place(threshold.error());
    const std::string hint = placed.hint.empty() ? "" : " (" + placed.hint + ")";
    EXPECT_EQ(std::to_string(placed.line) + ":" + std::to_string(placed.column) + " " + placed.message + hint,
              expected);
  }
}

// ---- how far to believe a run ----

bool has(const Result& result, Concern concern) {
  return std::ranges::find(result.remarks, concern, &Remark::concern) != result.remarks.end();
}

Result judged(Result result) {
  add_verdicts(result);
  return result;
}

TEST(Verdicts, a_good_run_needs_no_remark) { EXPECT_TRUE(judged(test::sample_result()).remarks.empty()); }

TEST(Verdicts, a_generator_that_missed_its_schedule_was_the_limit) {
  Result result = test::sample_result();
  result.phases[1].figures.counters.missed_sends = 100;
  EXPECT_TRUE(has(judged(result), Concern::generator));
  result.phases[1].figures.counters.blocked_sends = 100;  // because the peer did not read
  EXPECT_FALSE(has(judged(result), Concern::generator));
}

/// The sample with other send lags: `share` of 5,000 messages late by `late` nanoseconds; the generator's
/// processor so busy.
Result with_lag(double share, std::uint64_t late, double busy = 0.3) {
  Result result = test::sample_result();
  Figures& figures = result.phases[1].figures;
  figures.processor_time = std::chrono::duration_cast<std::chrono::nanoseconds>(figures.duration * busy);
  stats::Recorder lag;
  lag.record(1'000, static_cast<std::uint64_t>(5'000 * (1 - share)));
  lag.record(late, static_cast<std::uint64_t>(5'000 * share));
  stats::Recorder rtt;
  rtt.record(100'000, static_cast<std::uint64_t>(5'000 * (1 - share)));
  rtt.record(late + 100'000, static_cast<std::uint64_t>(5'000 * share));
  result.phases[1].figures.timings[Timing::send_lag] = lag.snapshot();
  result.phases[1].figures.timings[Timing::rtt] = rtt.snapshot();
  return judged(result);
}

TEST(Verdicts, a_generator_that_is_late_for_most_messages_or_for_long_was_the_limit) {
  EXPECT_TRUE(has(with_lag(0.6, 20'000'000), Concern::generator));
  EXPECT_TRUE(has(with_lag(0.1, 200'000'000), Concern::generator));
  EXPECT_TRUE(has(with_lag(0.6, 2'000'000, 0.97), Concern::generator)) << "it gave all it has";
  EXPECT_FALSE(has(with_lag(0.6, 2'000'000), Concern::generator)) << "others took the processor";
}

TEST(Verdicts, a_generator_that_is_late_now_and_then_adds_to_the_latency) {
  EXPECT_FALSE(has(with_lag(0.1, 8'000'000), Concern::generator));
  EXPECT_TRUE(has(with_lag(0.1, 8'000'000), Concern::note));
  EXPECT_TRUE(with_lag(0.6, 500'000).remarks.empty());  // less than a scheduler's whims
}

TEST(Verdicts, drift_is_said) {
  Result result = test::sample_result();
  ws::Random random(1);
  for (Second& second : result.phases[1].seconds) {
    second.figures.timings[Timing::rtt] = test::latencies(random, 500, 100'000.0 * (second.number + 1));
  }
  EXPECT_TRUE(has(judged(result), Concern::not_steady));
}

TEST(Verdicts, a_few_seconds_tell_nothing_of_steadiness) {
  const Result result = judged(test::sample_result(1, 5));
  ASSERT_EQ(result.remarks.size(), 1u);
  EXPECT_EQ(result.remarks[0].concern, Concern::note);
}

}  // namespace
}  // namespace wsrig::loadgen
