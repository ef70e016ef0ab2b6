#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "loadgen/result.hpp"
#include "loadgen/shard_identity.hpp"
#include "loadgen/start_barrier.hpp"

/// A run on several machines: what its command line says of that.
namespace wsrig::loadgen {

struct ShardConfig {
  ShardIdentity identity{};
  std::optional<std::chrono::nanoseconds> start_at{};  ///< since the epoch
  std::optional<BarrierConfig> barrier{};
};

/// --rank, --world, --start-at, --barrier, --barrier-timeout
std::vector<cli::Option> shard_options();
/// What engine started this process is looked up in `environment`.
diag::Result<ShardConfig> read_shard_options(const cli::Values& values, const cli::Environment& environment);

/// Blocks until the start that all shards agree on: at the barrier of run `seed`, until --start-at, or not at
/// all. Gives the shard of the document, when it began and with whom it had agreed; an error is one line.
boost::system::result<Shard, std::string> start_together(ShardConfig config, std::uint64_t seed);

}  // namespace wsrig::loadgen
