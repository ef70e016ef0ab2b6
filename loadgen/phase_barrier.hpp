#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "loadgen/shard_options.hpp"
#include "loadgen/start_barrier.hpp"
#include "net/loop.hpp"

namespace wsrig::loadgen {

/// Lets the shards of a run begin to measure together: when its own connections are open, each comes to the
/// barrier again, for every phase. A meeting that fails is said on standard error, and this shard goes on
/// alone: how far the shards were apart is in the sum.
class PhaseBarrier {
 public:
  /// `ahead` is what the clock of rank 0 is ahead of ours.
  using Begin = std::function<void(std::chrono::nanoseconds ahead)>;
  /// Empty where this process is no shard, or has no barrier. `run` is the run's seed.
  static std::unique_ptr<PhaseBarrier> open(net::Loop& loop, const ShardConfig& config, std::uint64_t run);

  /// `begin` is called once, from the loop.
  void await(const std::string& phase, Begin begin);

 private:
  PhaseBarrier(net::Loop& loop, const BarrierConfig& config, ShardIdentity shard);
  void on_outcome(const Meeting::Outcome& outcome);

  net::Loop& loop_;
  BarrierConfig config_;
  ShardIdentity shard_;
  net::Timer timer_;  ///< until the start that was agreed on
  std::optional<Meeting> meeting_;
  std::string phase_;
  Begin begin_;
  bool is_alone_ = false;
};

}  // namespace wsrig::loadgen
