#include "report/totals.hpp"

#include <map>

namespace wsrig::report {

void Totals::add(const CaseResult& result) {
  ++by_grade[static_cast<std::size_t>(result.grade)];
  ++cases;
  if (result.fails_run) ++failing;
  duration += result.duration;
}

Totals totals(const RunResult& run) {
  Totals all;
  for (const CaseResult& result : run.cases) all.add(result);
  return all;
}

std::vector<Totals> totals_by_suite(const RunResult& run) {
  std::vector<Totals> suites;
  std::map<std::string_view, std::size_t> place;
  for (const CaseResult& result : run.cases) {
    const auto [found, is_new] = place.try_emplace(result.suite, suites.size());
    if (is_new) suites.push_back({.suite = result.suite});
    suites[found->second].add(result);
  }
  return suites;
}

}  // namespace wsrig::report
