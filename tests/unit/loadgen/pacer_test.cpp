#include "loadgen/pacer.hpp"

#include <gtest/gtest.h>

namespace wsrig::loadgen {
namespace {

using namespace std::chrono_literals;

Pacer pacer(std::string_view text, nanoseconds duration = 10s, std::uint64_t seed = 1) {
  return {parse_rate_plan(text).value(), duration, seed};
}

TEST(Rate, is_read_with_its_unit) {
  EXPECT_EQ(parse_rate("20000/s").value(), Rate{20'000'000});
  EXPECT_EQ(parse_rate("30/m").value(), Rate{500});
  EXPECT_EQ(parse_rate("2.5/s").value(), Rate{2500});
  EXPECT_EQ(parse_rate("7", false).value(), Rate{7000});
  for (const auto* bad : {"", "7", "x/s", "-1/s", "1e3/s", "5/h", "1..2/s", "9999999999/s"}) {
    EXPECT_FALSE(parse_rate(bad).has_value()) << bad;
  }
}

TEST(RatePlan, prints_as_it_is_read) {
  for (const auto* text : {"20000/s", "0/s..20000/s", "steps(1000/s, 2000/s)", "poisson(500/s)", "0.500/s"}) {
    EXPECT_EQ(print(parse_rate_plan(text).value()), text);
  }
  EXPECT_EQ(print(parse_rate_plan("0..20000/s").value()), "0/s..20000/s");
  for (const auto* bad : {"0/s", "steps()", "poisson()", "steps(1000/s", "uniform(1/s)", "1/s.."}) {
    EXPECT_FALSE(parse_rate_plan(bad).has_value()) << bad;
  }
}

TEST(Pacer, constant_rate_is_exact_however_late) {
  EXPECT_EQ(pacer("5000/s").due(0), 0ns);
  EXPECT_EQ(pacer("5000/s").due(5), 1ms);
  EXPECT_EQ(pacer("3/s").due(1), 333'333'334ns);  // rounded up: never early
  EXPECT_EQ(pacer("3/s").due(3'000'000'000), 1'000'000'000s);
  EXPECT_EQ(pacer("1000000000/s").due(86'400'000'000'000), 86'400s);
  EXPECT_EQ(pacer("5000/s").count_before(10s), 50'000U);
}

TEST(Pacer, ramp_follows_the_integral_of_its_rate) {
  const Pacer ramp = pacer("0..2000/s");
  EXPECT_EQ(ramp.due(0), 0ns);
  EXPECT_EQ(ramp.due(2500), 5s);  // 2000/10 · t²/2
  EXPECT_EQ(ramp.due(10'000), 10s);
  EXPECT_EQ(ramp.due(12'000), 11s);  // and goes on with the last rate
  EXPECT_EQ(ramp.count_before(10s), 10'000U);
}

TEST(Pacer, falling_ramp_ends) {
  const Pacer ramp = pacer("1000/s..0/s");
  EXPECT_EQ(ramp.count_before(10s), 5000U);
  EXPECT_EQ(ramp.due(5001), nanoseconds::max());
}

TEST(Pacer, steps_take_equal_parts_of_the_time) {
  const Pacer steps = pacer("steps(100/s, 0/s, 1000/s, 10/s)", 4s);
  EXPECT_EQ(steps.due(99), 990ms);
  EXPECT_EQ(steps.due(100), 2s);
  EXPECT_EQ(steps.due(600), 2500ms);
  EXPECT_EQ(steps.due(1100), 3s);
  EXPECT_EQ(steps.due(1105), 3500ms);
}

TEST(Pacer, due_never_decreases) {
  for (const auto* text : {"777/s", "0..3000/s", "3000/s..1/s", "steps(7/s, 900/s, 3/s)", "poisson(500/s)"}) {
    const Pacer one = pacer(text);
    nanoseconds before{};
    for (std::uint64_t n = 0; n < 20'000; ++n) {
      const nanoseconds due = one.due(n);
      ASSERT_LE(before, due) << text << ' ' << n;
      before = due;
    }
  }
}

TEST(Pacer, poisson_is_a_function_of_n_and_seed) {
  const Pacer forwards = pacer("poisson(1000/s)");
  const Pacer again = pacer("poisson(1000/s)");
  for (std::uint64_t n = 0; n < 1000; ++n) (void)forwards.due(n);
  for (const std::uint64_t n : {999U, 0U, 500U, 499U, 7U}) EXPECT_EQ(forwards.due(n), again.due(n)) << n;
  EXPECT_NE(pacer("poisson(1000/s)", 10s, 2).due(10), again.due(10));
}

TEST(Pacer, poisson_counts_the_same_from_wherever_it_stands) {
  const Pacer fresh = pacer("poisson(1000/s)");
  const std::uint64_t count = fresh.count_before(1s);
  EXPECT_LT(fresh.due(count - 1), 1s);
  EXPECT_GE(fresh.due(count), 1s);
  for (const std::uint64_t n : {std::uint64_t{0}, count / 2, 3 * count}) {
    (void)fresh.due(n);
    EXPECT_EQ(fresh.count_before(1s), count) << n;
  }
}

// Gaps of a Poisson process have their mean as standard deviation.
TEST(Pacer, poisson_has_the_mean_and_the_spread_of_its_rate) {
  const Pacer arrivals = pacer("poisson(1000/s)", 1h);
  constexpr int count = 100'000;
  double sum = 0;
  double squares = 0;
  for (std::uint64_t n = 1; n <= count; ++n) {
    const double gap =
        std::chrono::duration<double, std::milli>(arrivals.due(n) - arrivals.due(n - 1)).count();
    sum += gap;
    squares += gap * gap;
  }
  EXPECT_NEAR(sum / count, 1.0, 0.02);
  EXPECT_NEAR(squares / count - (sum / count) * (sum / count), 1.0, 0.05);
}

}  // namespace
}  // namespace wsrig::loadgen
