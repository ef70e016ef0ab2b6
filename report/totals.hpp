#pragma once

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "report/result.hpp"

namespace wsrig::report {

/// All grades in the order in which reports show them.
inline constexpr std::array grades{Grade::ok,   Grade::informational, Grade::non_strict,
                                   Grade::skip, Grade::fail,          Grade::error};

/// The cases of a suite (or of a whole run), counted.
struct Totals {
  std::string suite;
  std::array<std::size_t, grades.size()> by_grade{};
  std::size_t cases = 0;
  std::size_t failing = 0;               ///< cases that fail the run
  std::chrono::microseconds duration{};  ///< the cases' own, added up

  std::size_t count(Grade grade) const { return by_grade[static_cast<std::size_t>(grade)]; }
  void add(const CaseResult& result);
};

Totals totals(const RunResult& run);
/// By suite, in the order in which the suites first appear.
std::vector<Totals> totals_by_suite(const RunResult& run);

}  // namespace wsrig::report
