#include "loadgen/rate.hpp"

#include <cmath>
#include <fmt/format.h>

#include "loadgen/text_scan.hpp"
#include "ws/number.hpp"

namespace wsrig::loadgen {
namespace {

constexpr double most_per_second = 1e9;

diag::Diagnostic not_a_rate(std::string_view text) {
  return mistake(fmt::format("'{}' is not a rate", text),
                 "write it as 20000/s, 30/m, 0..20000/s, steps(1000/s, 2000/s) or poisson(20000/s)");
}

diag::Result<RatePlan> parse_steps(std::string_view inner, bool unit_required) {
  RatePlan plan{.shape = RatePlan::Shape::steps};
  for (const auto part : split_outside_parentheses(inner, ',')) {
    const auto rate = parse_rate(part, unit_required);
    if (!rate) return rate.error();
    plan.rates.push_back(*rate);
  }
  return plan;
}

/// The unit behind the second rate counts for both: "0..20000/s".
diag::Result<RatePlan> parse_ramp(std::string_view from, std::string_view to, bool unit_required) {
  const auto slash = to.find('/');
  std::string first(from);
  if (from.find('/') == std::string_view::npos && slash != std::string_view::npos) first += to.substr(slash);
  const auto begin = parse_rate(first, unit_required);
  if (!begin) return begin.error();
  const auto end = parse_rate(to, unit_required);
  if (!end) return end.error();
  return RatePlan{.shape = RatePlan::Shape::ramp, .rates = {*begin, *end}};
}

diag::Result<RatePlan> parse_shape(std::string_view text, bool unit_required) {
  if (const auto call = parse_call(text); call && call->name == "steps")
    return parse_steps(call->inner, unit_required);
  if (const auto range = parse_range(text)) return parse_ramp(range->first, range->second, unit_required);
  const auto rate = parse_rate(text, unit_required);
  if (!rate) return rate.error();
  return RatePlan{.rates = {*rate}};
}

}  // namespace

diag::Result<Rate> parse_rate(std::string_view text, bool unit_required) {
  const auto slash = text.find('/');
  const bool has_unit = slash != std::string_view::npos;
  const auto unit = has_unit ? trim(text.substr(slash + 1)) : std::string_view("s");
  const auto number = ws::to_decimal(trim(text.substr(0, slash)));
  if (!number || (!has_unit && unit_required) || (unit != "s" && unit != "m")) return not_a_rate(text);
  const double per_second = unit == "m" ? *number / 60 : *number;
  if (per_second > most_per_second)
    return mistake(fmt::format("a rate of {} is more than 1000000000/s", text));
  return Rate{static_cast<std::uint64_t>(std::llround(per_second * 1000))};
}

std::string print(Rate rate) {
  if (rate.thousandths % 1000 == 0) return fmt::format("{}/s", rate.thousandths / 1000);
  return fmt::format("{:.3f}/s", rate.per_second());
}

diag::Result<RatePlan> parse_rate_plan(std::string_view text, bool unit_required) {
  const auto call = parse_call(text);
  const bool is_poisson = call && call->name == "poisson";
  auto plan = parse_shape(trim(is_poisson ? call->inner : text), unit_required);
  if (!plan) return plan.error();
  plan->is_poisson = is_poisson;
  const bool is_zero = plan->shape == RatePlan::Shape::constant && plan->last() == Rate{};
  if (is_zero) return mistake("a rate of 0 sends nothing", "to hold idle connections, use the hold model");
  return plan;
}

std::string print(const RatePlan& plan) {
  std::string text = print(plan.rates.front());
  for (std::size_t i = 1; i < plan.rates.size(); ++i) {
    text += (plan.shape == RatePlan::Shape::ramp ? ".." : ", ") + print(plan.rates[i]);
  }
  if (plan.shape == RatePlan::Shape::steps) text = "steps(" + text + ")";
  return plan.is_poisson ? "poisson(" + text + ")" : text;
}

}  // namespace wsrig::loadgen
