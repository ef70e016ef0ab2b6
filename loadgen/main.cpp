#include "cli/program.hpp"
#include "loadgen/options.hpp"
#include "loadgen/program.hpp"

namespace {

using namespace wsrig;

diag::Result<int> load(const cli::Values& values) {
  auto config = loadgen::read_options(values);
  if (!config) return config.error();
  const auto outputs = loadgen::read_output_options(values);
  if (!outputs) return outputs.error();
  const auto shards = loadgen::read_shard_options(values, cli::process_environment);
  if (!shards) return shards.error();
  if (config->search && shards->identity.world > 1) {
    return diag::Diagnostic{
        .message = "'--find-limit' searches with one process: each step depends on the last",
        .hint = "this is shard " + std::to_string(shards->identity.rank) + " of several, says " +
                shards->identity.source};
  }
  config->meta.thresholds = outputs->thresholds;
  return loadgen::run_program(loadgen::take_share(std::move(*config), shards->identity), *outputs, *shards);
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run_program({.command = loadgen::command(), .run = load}, argc, argv);
}
