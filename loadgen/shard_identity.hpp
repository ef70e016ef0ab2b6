#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/options.hpp"
#include "diag/diagnostic.hpp"

/// Which part of a run a process is, and what falls to it. Shards share nothing: each works its part out
/// alone.
namespace wsrig::loadgen {

/// `rank` of `world`, from 0.
struct ShardIdentity {
  std::uint32_t rank = 0;
  std::uint32_t world = 1;
  std::string source{};  ///< who says so: "--rank and --world", "Slurm"; empty: a process of its own

  friend bool operator==(const ShardIdentity&, const ShardIdentity&) = default;
};

/// Finds out which shard this is: from --rank and --world (empty when they were not given), else from the
/// engine that started the process: Slurm (also an array job), Open MPI, PMI, a Kubernetes Indexed Job, GNU
/// parallel. What two engines say must agree, and half a statement is a mistake; what the options say goes
/// before all.
diag::Result<ShardIdentity> find_shard(std::optional<std::uint32_t> rank, std::optional<std::uint32_t> world,
                                       const cli::Environment& environment);

/// What falls to a shard of `total` things (connections, messages): shares differ by one at most, and their
/// sum over all ranks is `total`.
std::uint64_t share_of(std::uint64_t total, const ShardIdentity& shard);

}  // namespace wsrig::loadgen
