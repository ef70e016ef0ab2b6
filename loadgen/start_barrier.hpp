#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <boost/system/result.hpp>

#include "loadgen/shard_identity.hpp"
#include "loadgen/start_time.hpp"
#include "net/loop.hpp"
#include "net/url.hpp"

namespace wsrig::loadgen {

struct BarrierConfig {
  net::Url address{};                          ///< where rank 0 listens and the others call
  std::uint64_t run = 0;                       ///< tells one run from another: the seed
  std::chrono::milliseconds patience{60'000};  ///< how long anybody waits for the others
  std::chrono::milliseconds notice{500};       ///< from the arrival of the last shard to the start
};

/// A meeting of all shards at rank 0, which then tells them when to begin: each is told how long from now, so
/// that clocks need not agree. A shard that goes away may come again; one of another run, or with a rank that
/// is there already, is sent away. All shards have the same meetings, in the same order.
class Meeting {
 public:
  using Outcome = boost::system::result<AgreedStart, std::string>;
  using Done = std::function<void(Outcome)>;
  /// `done` is called once, from the loop, and may destroy the meeting. An error is one line: who was waited
  /// for in vain, or why this shard was sent away.
  Meeting(net::Loop& loop, const BarrierConfig& config, const ShardIdentity& shard, Done done);
  ~Meeting();

 private:
  class Side;
  class Host;
  class Caller;
  std::unique_ptr<Side> side_;
};

/// The meeting before anything else is done: blocks.
Meeting::Outcome meet_at_barrier(const BarrierConfig& config, const ShardIdentity& shard);

}  // namespace wsrig::loadgen
