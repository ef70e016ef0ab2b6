#pragma once

#include "loadgen/config.hpp"
#include "loadgen/output_options.hpp"
#include "loadgen/shard_options.hpp"

namespace wsrig::loadgen {

/// What falls to a shard: its part of the connections, and of new ones a second. The schedule of messages is
/// one, of which each shard takes every world-th slot; a seed that nobody has given is the same for all.
Config take_share(Config config, const ShardIdentity& shard);

/// Waits for the other shards where there are any, and runs a load with all its outputs until it is over, or
/// SIGINT or SIGTERM ends it early (with a complete report). Returns the exit code. What cannot be opened is
/// said before anything is sent.
int run_program(Config config, const OutputConfig& outputs, const ShardConfig& shards);

}  // namespace wsrig::loadgen
