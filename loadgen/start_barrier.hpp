#pragma once

#include <chrono>
#include <string>

#include <boost/system/result.hpp>

#include "loadgen/shard_identity.hpp"
#include "loadgen/start_time.hpp"
#include "net/url.hpp"

namespace wsrig::loadgen {

struct BarrierConfig {
  net::Url address{};                          ///< where rank 0 listens and the others call
  std::uint64_t run = 0;                       ///< tells one run from another: the seed
  std::chrono::milliseconds patience{60'000};  ///< how long anybody waits for the others
  std::chrono::milliseconds notice{500};       ///< from the arrival of the last shard to the start
};

/// Waits until all shards have come to rank 0, which then tells them when to begin: each is told how long
/// from now, so that clocks need not agree. A shard that goes away may come again; one of another run, or
/// with a rank that is there already, is sent away. Blocks, for it runs before anything else does. An error
/// is one line: who was waited for in vain, or why this shard was sent away.
boost::system::result<AgreedStart, std::string> meet_at_barrier(const BarrierConfig& config,
                                                                const ShardIdentity& shard);

}  // namespace wsrig::loadgen
