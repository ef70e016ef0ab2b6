#include "loadgen/phase_barrier.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace wsrig::loadgen {

using std::chrono::nanoseconds;

std::unique_ptr<PhaseBarrier> PhaseBarrier::open(net::Loop& loop, const ShardConfig& config,
                                                 std::uint64_t run) {
  if (!config.barrier || config.identity.world == 1) return nullptr;
  BarrierConfig barrier = *config.barrier;
  barrier.run = run;
  barrier.notice = std::chrono::milliseconds(50);  // nothing has to be started any more
  return std::unique_ptr<PhaseBarrier>(new PhaseBarrier(loop, barrier, config.identity));
}

PhaseBarrier::PhaseBarrier(net::Loop& loop, const BarrierConfig& config, ShardIdentity shard)
    : loop_(loop), config_(config), shard_(std::move(shard)), timer_(loop) {}

void PhaseBarrier::await(const std::string& phase, Begin begin) {
  phase_ = phase;
  begin_ = std::move(begin);
  if (is_alone_) return timer_.start({}, [this] { begin_({}); });
  meeting_.emplace(loop_, config_, shard_, [this](const Meeting::Outcome& outcome) { on_outcome(outcome); });
}

void PhaseBarrier::on_outcome(const Meeting::Outcome& outcome) {
  if (!outcome) {
    is_alone_ = true;
    fmt::print(stderr, "wsrig-load: {} does not begin together: {}\n", phase_, outcome.error());
    return timer_.start({}, [this] { begin_({}); });
  }
  const nanoseconds ahead = outcome->agreed - outcome->here;
  const nanoseconds rest = std::max(outcome->here - real_time(), nanoseconds{});
  timer_.start(rest, [this, ahead] {
    meeting_.reset();
    begin_(ahead);
  });
}

}  // namespace wsrig::loadgen
