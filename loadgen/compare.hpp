#pragma once

#include <string>
#include <vector>

#include "loadgen/result.hpp"
#include "stats/comparison.hpp"

namespace wsrig::loadgen {

/// One figure of two subjects, compared.
struct ComparedFigure {
  std::string name{};      ///< "rtt p99"
  bool is_judged = false;  ///< others are only shown: judging many would find differences by chance
  bool higher_is_worse = true;
  bool is_time = true;  ///< nanoseconds; else messages/s
  stats::Comparison comparison{};
};

/// Two subjects (or two versions of one), compared by runs that were taken in turn.
struct ComparisonReport {
  std::string a{}, b{};   ///< what they are called
  std::size_t pairs = 0;  ///< runs of each
  std::vector<ComparedFigure> figures{};
  std::vector<std::string> warnings{};  ///< why not to trust it: errors, a busy generator, loads that differ

  /// The judged figures in which B is worse, or better.
  std::vector<std::string> worse() const;
  std::vector<std::string> better() const;
  /// 1 when B is worse in a judged figure, or when no figure could be judged; else 0.
  int exit_code() const;
};

/// Compares rtt p50 and p99, and throughput; shows p90, p99.9 and the mean beside. `a` and `b` are as many.
ComparisonReport compare_results(const std::vector<Result>& a, const std::vector<Result>& b,
                                 const stats::ComparisonOptions& options);

/// For people, and as a JSON document ("wsrig-load-comparison/1").
std::string comparison_table(const ComparisonReport& report, bool color = false);
std::string comparison_json(const ComparisonReport& report);

}  // namespace wsrig::loadgen
