#include "loadgen/shard_identity.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string_view>
#include <utility>

#include "ws/number.hpp"

namespace wsrig::loadgen {

namespace {

using diag::Diagnostic;
using Number = std::optional<std::uint32_t>;

/// How an engine tells its processes who they are; an empty name: it does not.
struct Engine {
  std::string_view name;
  std::string_view rank;
  std::string_view world;
  std::string_view first;  ///< where its ranks begin
  std::string_view step;   ///< how far they are apart
  std::uint32_t usual_first = 0;
  bool is_for_shards = true;  ///< false: also starts processes that have nothing to do with each other
};

constexpr std::array<Engine, 6> engines{{
    {"a Slurm array", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN",
     "SLURM_ARRAY_TASK_STEP"},
    {"Slurm", "SLURM_PROCID", "SLURM_NTASKS", "", ""},
    {"Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "", ""},
    {"PMI", "PMI_RANK", "PMI_SIZE", "", ""},
    {"a Kubernetes Indexed Job", "JOB_COMPLETION_INDEX", "", "", ""},
    {"GNU parallel", "PARALLEL_SEQ", "", "", "", 1, false},
}};

Diagnostic wrong(std::string message, std::string hint = {}) {
  return {.message = std::move(message), .hint = std::move(hint)};
}

const std::string how_to_decide = "--rank and --world together decide";

/// A number of the environment; nothing when the variable is not set.
diag::Result<Number> read_number(std::string_view name, const cli::Environment& environment) {
  const auto text = name.empty() ? std::nullopt : environment(std::string(name));
  if (!text) return Number{};
  if (const Number number = ws::to_integer<std::uint32_t>(*text)) return number;
  return wrong(fmt::format("{} is '{}', which is no number", name, *text), how_to_decide);
}

/// What an engine says of itself, as it says it.
struct Variables {
  Number rank, world, first, step;
};

diag::Result<Variables> read_variables(const Engine& engine, const cli::Environment& environment) {
  Variables variables;
  const std::pair<std::string_view, Number*> wanted[] = {{engine.rank, &variables.rank},
                                                         {engine.world, &variables.world},
                                                         {engine.first, &variables.first},
                                                         {engine.step, &variables.step}};
  for (const auto& [name, number] : wanted) {
    const auto read = read_number(name, environment);
    if (!read) return read.error();
    *number = *read;
  }
  return variables;
}

using Statement = std::optional<ShardIdentity>;

/// Who an engine says that this is; nothing where it did not start shards. `world` is what the options say.
diag::Result<Statement> ask(const Engine& engine, Number world, const cli::Environment& environment) {
  const auto variables = read_variables(engine, environment);
  if (!variables) return variables.error();
  if (!variables->rank) return Statement{};
  const std::uint32_t first = variables->first.value_or(engine.usual_first);
  const std::uint32_t step = std::max(variables->step.value_or(1), 1u);
  if (*variables->rank < first) {
    return wrong(
        fmt::format("{} counts from {}, but {} is {}", engine.name, first, engine.rank, *variables->rank));
  }
  const std::uint32_t rank = (*variables->rank - first) / step;
  const Number size = variables->world ? variables->world : world;
  // A job of one process, or a script of Slurm's that is not started for each task.
  if (size == 1u || (!size && (!engine.is_for_shards || (rank == 0 && !engine.world.empty()))))
    return Statement{};
  if (!size) {
    return wrong(fmt::format("{} says that this is shard {}, but not of how many", engine.name, rank),
                 "--world N, or WSRIG_WORLD=N in its environment");
  }
  if (rank >= *size) {
    return wrong(fmt::format("{} says that this is shard {} (from 0) of {}", engine.name, rank, *size),
                 how_to_decide);
  }
  return Statement(ShardIdentity{rank, *size, std::string(engine.name)});
}

/// All engines that say something say the same.
diag::Result<Statement> ask_all(Number world, const cli::Environment& environment) {
  Statement found;
  for (const Engine& engine : engines) {
    const auto said = ask(engine, world, environment);
    if (!said) return said.error();
    if (!*said) continue;
    if (found && (found->rank != (*said)->rank || found->world != (*said)->world)) {
      return wrong(fmt::format("{} says that this is shard {} of {}, {} that it is {} of {}", found->source,
                               found->rank, found->world, (*said)->source, (*said)->rank, (*said)->world),
                   how_to_decide);
    }
    if (!found) found = *said;
  }
  return found;
}

}  // namespace

diag::Result<ShardIdentity> find_shard(Number rank, Number world, const cli::Environment& environment) {
  if (world == 0u) return wrong("a run has at least one shard: --world 1");
  if (rank && !world) return wrong("--rank needs --world");
  if (rank && *rank >= *world) return wrong(fmt::format("--rank counts from 0 to {}", *world - 1));
  if (rank) return ShardIdentity{*rank, *world, "--rank and --world"};
  const auto said = ask_all(world, environment);
  if (!said) return said.error();
  if (world && *said && (*said)->world != *world) {
    return wrong(fmt::format("--world is {}, but {} has started {}", *world, (*said)->source, (*said)->world),
                 how_to_decide);
  }
  if (*said) return **said;
  if (world.value_or(1) > 1) return wrong("--world needs --rank, or an engine that numbers its processes");
  return ShardIdentity{};
}

std::uint64_t share_of(std::uint64_t total, const ShardIdentity& shard) {
  return total / shard.world + (shard.rank < total % shard.world ? 1 : 0);
}

}  // namespace wsrig::loadgen
