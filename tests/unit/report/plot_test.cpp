#include "report/plot.hpp"

#include <cmath>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

#include "report/json_writer.hpp"
#include "report/text_table.hpp"

namespace wsrig::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string plain(double value) { return fmt::format("{:g}", value); }

std::vector<std::string> labels(const Axis& axis) {
  std::vector<std::string> out;
  for (const Tick& tick : axis.ticks) out.push_back(tick.label);
  return out;
}

TEST(Axis, ends_at_a_round_number_above_what_is_there) {
  EXPECT_THAT(labels(linear_axis("", 4.2, plain)), ::testing::ElementsAre("0", "1", "2", "3", "4", "5"));
  EXPECT_THAT(labels(linear_axis("", 5, plain)), ::testing::ElementsAre("0", "1", "2", "3", "4", "5", "6"));
  EXPECT_THAT(labels(linear_axis("", 19'000, plain)),
              ::testing::ElementsAre("0", "5000", "10000", "15000", "20000"));
}

TEST(Axis, of_nothing_is_an_axis_too) {
  for (const double most : {0.0, -1.0, std::numeric_limits<double>::infinity(), std::nan("")}) {
    const Axis axis = linear_axis("", most, plain);
    EXPECT_GT(axis.to, 0) << most;
    EXPECT_LT(axis.ticks.size(), 13u) << most;
  }
}

TEST(Axis, of_powers_of_ten) {
  EXPECT_THAT(labels(logarithmic_axis("", 12, 900, plain)), ::testing::ElementsAre("10", "100", "1000"));
  EXPECT_THAT(labels(logarithmic_axis("", 100, 100, plain)), ::testing::ElementsAre("100", "1000"));
}

Plot plot_of(Series series) {
  return {.title = "a <b>",
          .x = linear_axis("x", 10, plain),
          .y = linear_axis("y", 10, plain),
          .series = {std::move(series)}};
}

TEST(Plot, gaps_interrupt_the_line) {
  const std::string svg =
      to_svg_figure(plot_of({.name = "s", .points = {{0, 1}, {1, 2}, {2, std::nan("")}, {3, 4}}}));
  const std::size_t path = svg.find("<path");
  const std::string line = svg.substr(path, svg.find("/>", path) - path);
  EXPECT_EQ(std::ranges::count(line, 'M'), 2);
  EXPECT_EQ(std::ranges::count(line, 'L'), 1);
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(Plot, values_beyond_the_axis_stay_in_the_drawing) {
  const std::string svg = to_svg_figure(plot_of({.name = "s", .points = {{-5, 1e9}, {1e9, -3}}}));
  EXPECT_THAT(svg, HasSubstr("d=\"M68.0 12.0"));
}

TEST(Plot, names_are_no_markup_and_values_can_be_read) {
  const std::string svg = to_svg_figure(plot_of({.name = "<s>", .points = {{3, 4}}, .marks = true}));
  EXPECT_THAT(svg, HasSubstr("<b>a &lt;b&gt;</b>"));
  EXPECT_THAT(svg, HasSubstr("<title>&lt;s&gt;: 4 at 3</title>"));
}

TEST(Plot, columns_of_nothing_are_not_drawn) {
  const std::string svg = to_svg_figure(plot_of({.name = "s", .points = {{1, 0}, {2, 3}}, .columns = true}));
  EXPECT_EQ(svg.find("class=\"column"), svg.rfind("class=\"column"));
}

TEST(JsonWriter, writes_what_a_person_would) {
  JsonWriter out;
  out.begin_object().member("a", 1).member("b", 3.5).member("c", "x\"y").key("d").begin_array();
  out.value(true)
      .value(std::nan(""))
      .begin_object()
      .end_object()
      .value(std::uint64_t{18'446'744'073'709'551'615U});
  out.end_array().key("e").begin_array().end_array().end_object();
  EXPECT_EQ(out.text(), R"({"a":1,"b":3.5,"c":"x\"y","d":[true,null,{},18446744073709551615],"e":[]})");
}

TEST(TextTable, columns_stand_under_each_other) {
  TextTable table({"", "time", "n"});
  EXPECT_FALSE(table.has_rows());
  table.add({"rtt", "12.3 µs", "1,000"});
  table.add({"send lag", "4 ms", ""});
  EXPECT_EQ(table.print(),
            "                time       n\n"
            "  rtt        12.3 µs   1,000\n"
            "  send lag      4 ms\n");
  EXPECT_THAT(table.print(true), ::testing::StartsWith("\x1b[2m"));
}

}  // namespace
}  // namespace wsrig::report
