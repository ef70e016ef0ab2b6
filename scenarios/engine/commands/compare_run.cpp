#include "scenarios/engine/commands/compare_run.hpp"

#include <fmt/format.h>
#include <memory>
#include <optional>
#include <utility>

#include "scenarios/engine/format/scenario_file.hpp"
#include "scenarios/engine/run/runner.hpp"

namespace wsrig::engine {

namespace {

/// The one load of a file, with the file, which it points into.
struct OwnedLoad {
  std::vector<std::shared_ptr<ScenarioFile>> files;
  std::vector<CaseInstance> load;
};

diag::Result<OwnedLoad> load_of(const std::string& path) {
  auto files = load_paths({path});
  if (!files) return files.error();
  OwnedLoad owned{.files = std::move(*files), .load = {}};
  owned.load = expand(owned.files);
  std::erase_if(owned.load, [](const CaseInstance& one) { return !one.definition->load; });
  if (owned.load.size() == 1) return owned;
  return diag::Diagnostic{
      .file = path,
      .message = fmt::format("it has {} loads; --run compares files with one", owned.load.size())};
}

/// One turn of one side; nothing when the load did not run.
std::optional<loadgen::Result> run_once(const std::vector<CaseInstance>& load, std::uint64_t seed,
                                        Turns& turns) {
  std::optional<loadgen::Result> result;
  RunOptions options;
  options.cases.seed = seed;
  options.on_load = [&](report::CaseResult&, const loadgen::Result& one) { result = one; };
  const report::RunResult run = run_cases(load, options);
  turns.interrupted = run.interrupted;
  if (!run.environment_error.empty()) turns.problem = run.environment_error;
  if (!result && turns.problem.empty() && !run.cases.empty()) turns.problem = run.cases.front().message;
  return turns.interrupted ? std::nullopt : result;
}

}  // namespace

diag::Result<Turns> run_in_turn(const TurnsConfig& config) {
  const auto load_a = load_of(config.a);
  if (!load_a) return load_a.error();
  const auto load_b = load_of(config.b);
  if (!load_b) return load_b.error();
  Turns turns;
  while (turns.b.size() < config.repeats) {
    const bool is_a = turns.a.size() == turns.b.size();
    auto result = run_once(is_a ? load_a->load : load_b->load, config.seed + turns.b.size(), turns);
    if (!result) return turns;
    if (config.on_run) config.on_run(turns.a.size() + turns.b.size() + 1, *result);
    (is_a ? turns.a : turns.b).push_back(std::move(*result));
  }
  return turns;
}

}  // namespace wsrig::engine
