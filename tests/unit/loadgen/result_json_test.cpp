#include "loadgen/result_json.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "loadgen/threshold.hpp"
#include "loadgen/verdicts.hpp"
#include "tests/unit/loadgen/sample_result.hpp"

namespace wsrig::loadgen {
namespace {

namespace json = boost::json;

Result full_result() {
  Result result = test::sample_result();
  result.meta.interrupted = true;
  result.meta.shards = {{.rank = 1,
                         .world = 3,
                         .loops = 2,
                         .host = "b\"q",
                         .start = std::chrono::nanoseconds(5),
                         .agreed_start = std::chrono::nanoseconds(3)}};
  result.search =
      LimitSearch{.criterion = "rtt p99 < 10ms",
                  .limit = 12'345.5,
                  .probes = {{.rate = 1e6, .figures = result.phases[1].figures, .why = "too late"}}};
  add_verdicts(result);
  result.remarks.push_back({Concern::resource, "load", "open files: 20,000"});
  result.judgements = judge_all(result);
  return result;
}

TEST(ResultJson, parse_gives_back_what_was_printed) {
  for (const Result& result : {Result{}, test::sample_result(), full_result()}) {
    const auto parsed = parse_result("run.json", to_json(result));
    ASSERT_TRUE(parsed) << diag::render(parsed.error());
    EXPECT_EQ(*parsed, result);
  }
}

TEST(ResultJson, numbers_look_like_numbers) {
  const std::string text = to_json(full_result());
  EXPECT_NE(text.find("\"limit\":12345.5,"), std::string::npos);  // Boost.JSON would write 1.23455E4
}

TEST(ResultJson, events_are_objects_that_say_what_they_are) {
  const Result result = full_result();
  for (const auto& [event, text] :
       {std::pair{"start", start_event(result.meta)},
        std::pair{"second", second_event(result.phases[1], result.phases[1].seconds[0])},
        std::pair{"end", end_event(result)}}) {
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_EQ(json::parse(text).at("event").as_string(), event);
  }
}

struct Mistake {
  std::string_view pointer;  ///< JSON pointer of what is changed
  json::value instead;
  std::string message;
};

TEST(ResultJson, mistakes_name_their_place) {
  const Mistake mistakes[] = {
      {"/schema", "wsrig-report/1", "schema: 'wsrig-load/1' is expected, the document of a load"},
      {"/phases", 1, "phases: an array is expected"},
      {"/phases/0/figures/counters/messages_sent", -1,
       "phases[0].figures.counters.messages_sent: a whole number is expected, or it is too large"},
      {"/phases/1/model", "sideways", "phases[1].model: 'sideways' is not known"},
      {"/phases/1/figures/timings/rtt/hdr", "HISTFAAA",
       "phases[1].figures.timings.rtt.hdr: no histogram in HdrHistogram's V2 encoding with 3 digits"},
      {"/phases/1/figures/timings/rtt/min_ns", 1,
       "phases[1].figures.timings.rtt: 'min_ns' and 'max_ns' contradict the histogram in 'hdr'"},
      {"/phases/1/figures/close_codes", json::object{{"x", 1}},
       "phases[1].figures.close_codes: a name here is a code"},
      {"/phases/1/figures/errors", json::array{}, "phases[1].figures.errors: an object is expected"},
  };
  for (const auto& [pointer, instead, message] : mistakes) {
    json::value document = json::parse(to_json(test::sample_result()));
    document.at_pointer(pointer) = instead;
    const auto parsed = parse_result("run.json", json::serialize(document));
    ASSERT_FALSE(parsed) << pointer;
    EXPECT_EQ(parsed.error().message, message);
    EXPECT_EQ(parsed.error().file, "run.json");
  }
}

TEST(ResultJson, every_member_that_is_missing_is_missed) {
  const json::object whole = json::parse(to_json(test::sample_result())).as_object();
  for (const auto& member : whole) {
    const std::string_view name = member.key();
    if (name == "start" || name == "exit_code" || name == "total")
      continue;  // for people: the reader works them out
    json::object document = whole;
    document.erase(name);
    const auto parsed = parse_result("run.json", json::serialize(document));
    ASSERT_FALSE(parsed) << name;
    EXPECT_EQ(parsed.error().message, "the document: '" + std::string(name) + "' is missing");
  }
}

TEST(ResultJson, text_that_is_no_json_is_pointed_at) {
  const auto parsed = parse_result("run.json", "{\n  \"schema\": oops\n}");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().line, 2u);
}

TEST(ResultJson, no_beginning_of_a_document_is_one) {
  const std::string text = to_json(test::sample_result(1, 3));
  for (std::size_t size = 0; size + 2 < text.size(); size += 97) {
    ASSERT_FALSE(parse_result("run.json", text.substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace wsrig::loadgen
