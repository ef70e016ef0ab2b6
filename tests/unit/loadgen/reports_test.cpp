#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loadgen/compare.hpp"
#include "loadgen/console.hpp"
#include "loadgen/html.hpp"
#include "loadgen/text_formats.hpp"
#include "loadgen/threshold.hpp"
#include "loadgen/units.hpp"
#include "loadgen/verdicts.hpp"
#include "tests/support/golden.hpp"
#include "tests/unit/loadgen/sample_result.hpp"

namespace wsrig::loadgen {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Result judged_result() {
  Result result = test::sample_result();
  add_verdicts(result);
  result.judgements = judge_all(result);
  return result;
}

TEST(Units, three_digits_and_a_unit) {
  const std::pair<std::string, std::string> rows[] = {{print_time(0.0), "0 ns"},
                                                      {print_time(999.0), "999 ns"},
                                                      {print_time(999.9), "1.00 µs"},
                                                      {print_time(12'345.0), "12.3 µs"},
                                                      {print_time(999'999.0), "1.00 ms"},
                                                      {print_time(1.5e9), "1.50 s"},
                                                      {print_time(90e9), "90.0 s"},
                                                      {print_count(0), "0"},
                                                      {print_count(999), "999"},
                                                      {print_count(1'000), "1,000"},
                                                      {print_count(1'234'567), "1,234,567"},
                                                      {print_short(9'999), "9999"},
                                                      {print_short(10'000), "10.0 k"},
                                                      {print_short(1.5), "1.50"},
                                                      {print_short(2e6), "2.00 M"},
                                                      {print_octets(820), "820 B"},
                                                      {print_octets(1536), "1.50 KiB"},
                                                      {print_percent(0.00123), "0.12 %"}};
  for (const auto& [printed, expected] : rows) EXPECT_EQ(printed, expected);
}

TEST(Reports, table_has_not_changed) { test::expect_golden("load/table.txt", final_table(judged_result())); }
/// How often a word stands in a text.
std::size_t count_of(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

TEST(Reports, page_has_all_plots_and_needs_nothing_from_anywhere) {
  Result result = judged_result();
  result.search = LimitSearch{.criterion = "rtt p99 < 10ms",
                              .limit = 500,
                              .probes = {{.rate = 500, .figures = result.phases[1].figures, .passed = true},
                                         {.rate = 900, .figures = result.phases[1].figures, .why = "late"}}};
  const std::string page = to_html(result);
  for (const char* title :
       {"Latency by percentile", "Latency by rate: rtt p99 &lt; 10ms", "Latency over time",
        "Throughput over time", "Connections", "Errors and missed sends", "Memory of the services",
        "Processors the services used"}) {
    EXPECT_EQ(count_of(page, "<b>" + std::string(title) + "</b>"), 1u) << title;
  }
  EXPECT_EQ(count_of(page, "<svg"), 8u);
  EXPECT_EQ(count_of(page, "</svg>"), 8u);
  for (const char* word : {"<script", "src=", "href=", "url(", "@import", "inf", ">nan"}) {
    EXPECT_EQ(count_of(page, word), word == std::string("inf") ? count_of(page, "informational") : 0u)
        << word;
  }
}

TEST(Reports, metrics_have_not_changed) {
  test::expect_golden("load/metrics.prom", to_prometheus(judged_result().total(), 1000));
}
TEST(Reports, percentile_text_has_not_changed) {
  test::expect_golden("load/percentiles.hgrm", to_percentile_text(test::sample_result(1, 3)));
}

TEST(Reports, a_run_of_nothing_can_be_reported) {
  for (const Result& result : {Result{}, Result{.phases = {Phase{}}, .search = LimitSearch{}}}) {
    EXPECT_THAT(final_table(result), Not(HasSubstr("nan")));
    EXPECT_THAT(to_html(result), Not(HasSubstr("nan")));
    EXPECT_THAT(to_hdr_log(result), HasSubstr("version 1.3"));
  }
}

TEST(Reports, what_a_peer_said_is_no_markup_and_no_escape_sequence) {
  Result result = judged_result();
  result.phases[1].figures.errors["</td><script>alert(1)</script>\x1b[31m"] = 1;
  result.meta.url = "ws://x/\"><script>";
  EXPECT_THAT(to_html(result), Not(HasSubstr("<script")));
  EXPECT_THAT(final_table(result), Not(HasSubstr("\x1b")));
}

TEST(Reports, a_shard_is_not_judged) {
  Result shard = test::sample_result();
  shard.meta.shards.front().world = 3;
  EXPECT_THAT(final_table(shard), HasSubstr("shard 0 of 3: 'wsrig merge' judges their sum"));
}

TEST(Reports, log_has_a_line_a_second_and_timing) {
  const std::string log = to_hdr_log(test::sample_result());
  EXPECT_EQ(std::ranges::count(log, '\n'), 4 + 12 * 3 + 2 * 2);
  EXPECT_THAT(log, HasSubstr("\nTag=rtt,2.000,1.000,"));
  EXPECT_THAT(log, HasSubstr(",HISTFAAA"));
}

TEST(Reports, datagrams_fit_into_a_frame) {
  const Result result = test::sample_result();
  const auto datagrams = to_statsd(result.phases[0].seconds[0]);
  ASSERT_FALSE(datagrams.empty());
  for (const std::string& datagram : datagrams) EXPECT_LE(datagram.size(), 1400u);
  EXPECT_THAT(datagrams[0], HasSubstr("wsrig_load.messages_sent:500|c\n"));
  EXPECT_THAT(datagrams[0], HasSubstr("wsrig_load.connections:500|g"));
}

TEST(Reports, progress_is_one_line) {
  const Result result = test::sample_result();
  EXPECT_THAT(progress_line(result.phases[1], result.phases[1].seconds[5]),
              HasSubstr("  8 s  load  1,000 connections  500/s  rtt p50 "));
  EXPECT_THAT(progress_line(result.phases[1], result.phases[1].seconds[5]), HasSubstr("4 errors"));
}

TEST(Compare, says_what_is_worse) {
  std::vector<Result> fast, slow;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    fast.push_back(test::sample_result(seed));
    slow.push_back(test::sample_result(seed + 100));
    for (Second& second : slow.back().phases[1].seconds) {
      ws::Random random(seed * 100 + second.number);
      second.figures.timings[Timing::rtt] =
          test::latencies(random, 500, second.number == 7 ? 1'350'000 : 300'000);
    }
  }
  const ComparisonReport worse = compare_results(fast, slow, {});
  EXPECT_THAT(worse.worse(), ::testing::Contains("rtt p50"));
  EXPECT_EQ(worse.exit_code(), 1);
  EXPECT_THAT(comparison_table(worse), HasSubstr("B is worse: rtt p50"));
  EXPECT_THAT(comparison_json(worse),
              HasSubstr("\"name\":\"rtt p50\",\"judged\":true,\"verdict\":\"slower\""));
  const ComparisonReport better = compare_results(slow, fast, {});
  EXPECT_EQ(better.exit_code(), 0);
  EXPECT_THAT(better.better(), ::testing::Contains("rtt p50"));
  const ComparisonReport same = compare_results(fast, fast, {});
  EXPECT_EQ(same.exit_code(), 0);
  EXPECT_THAT(comparison_table(same), HasSubstr("no difference"));
}

TEST(Compare, warns_of_what_cannot_be_compared) {
  Result other = test::sample_result();
  other.phases[1].asked = "10 connections";
  const ComparisonReport report = compare_results({test::sample_result()}, {other}, {});
  EXPECT_THAT(report.warnings, ::testing::Contains(HasSubstr("the loads differ")));
  EXPECT_THAT(report.warnings, ::testing::Contains("A had 4 errors"));
  EXPECT_EQ(compare_results({Result{}}, {Result{}}, {}).exit_code(), 1);  // nothing could be judged
}

}  // namespace
}  // namespace wsrig::loadgen
