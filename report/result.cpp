#include "report/result.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "report/totals.hpp"

namespace wsrig::report {

namespace {

constexpr std::array<std::pair<Grade, std::string_view>, 6> grade_names{
    {{Grade::ok, "ok"},
     {Grade::informational, "informational"},
     {Grade::non_strict, "non-strict"},
     {Grade::skip, "skip"},
     {Grade::fail, "fail"},
     {Grade::error, "error"}}};
constexpr std::array<std::pair<Level, std::string_view>, 4> level_names{
    {{Level::must, "must"}, {Level::should, "should"}, {Level::may, "may"}, {Level::contested, "contested"}}};

template <class Value, std::size_t size>
std::string_view name_in(const std::array<std::pair<Value, std::string_view>, size>& names, Value value) {
  return std::ranges::find(names, value, &std::pair<Value, std::string_view>::first)->second;
}

template <class Value, std::size_t size>
std::optional<Value> value_in(const std::array<std::pair<Value, std::string_view>, size>& names,
                              std::string_view name) {
  const auto found = std::ranges::find(names, name, &std::pair<Value, std::string_view>::second);
  return found == names.end() ? std::nullopt : std::optional{found->first};
}

}  // namespace

std::string_view name(Grade grade) { return name_in(grade_names, grade); }
std::string_view name(Level level) { return name_in(level_names, level); }
std::optional<Grade> grade_from_name(std::string_view name) { return value_in(grade_names, name); }
std::optional<Level> level_from_name(std::string_view name) { return value_in(level_names, name); }

std::size_t RunResult::count(Grade grade) const { return totals(*this).count(grade); }
std::size_t RunResult::failing() const { return totals(*this).failing; }
std::size_t RunResult::judged() const {
  const Totals all = totals(*this);
  return all.cases - all.count(Grade::skip) - all.count(Grade::error);
}

int RunResult::exit_code() const {
  if (interrupted) return 130;
  if (judged() == 0) return environment_error.empty() ? 1 : 3;
  return failing() > 0 || !environment_error.empty() ? 1 : 0;
}

}  // namespace wsrig::report
