#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "diag/diagnostic.hpp"
#include "loadgen/result.hpp"

namespace wsrig::engine {

/// What two scenario files with a load each are run with.
struct TurnsConfig {
  std::string a{}, b{};     ///< paths
  std::size_t repeats = 1;  ///< of each
  std::uint64_t seed =
      0;  ///< of the first pair, one more for each further one: both sides of a pair send the same octets
  std::function<void(std::size_t done, const loadgen::Result&)> on_run{};
};

/// The results of both, as many of A as of B, unless a signal or a load that could not run ended it.
struct Turns {
  std::vector<loadgen::Result> a{}, b{};
  bool interrupted = false;
  std::string problem{};  ///< why it ended early, one line
};

/// Runs them in turn, A B A B …, so that whatever else the machine does meets both alike. A file that has
/// mistakes, or not exactly one load, is a diagnostic.
diag::Result<Turns> run_in_turn(const TurnsConfig& config);

}  // namespace wsrig::engine
