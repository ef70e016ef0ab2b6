#include "loadgen/driver.hpp"

#include "loadgen/blast.hpp"
#include "loadgen/closed_loop.hpp"
#include "loadgen/open_loop.hpp"

namespace wsrig::loadgen {
namespace {

/// Sends nothing: the server does, or nobody.
class Silence final : public Driver {
 public:
  void start(Clock::time_point) override {}
  void on_open(Client&) override {}
  void on_read(Client&) override {}
  void on_writable(Client&) override {}
  void stop(Clock::time_point) override {}
};

std::unique_ptr<Driver> make_open_loop(const DriverScope& scope, const PhasePlan& plan) {
  Pacer pacer(*plan.rate, plan.duration, scope.config.seed);
  return std::make_unique<OpenLoop>(scope, std::move(pacer), plan.duration, OpenLoop::What::messages);
}

/// Each connection is pinged once an interval, evenly spread over it. The open loop shares a rate with the
/// other shards, whose connections are not counted here.
std::unique_ptr<Driver> make_hold(const DriverScope& scope, const PhasePlan& plan) {
  const double connections = static_cast<double>(plan.connections_to) * scope.config.shard.world;
  const double interval = std::chrono::duration<double>(scope.config.ping_interval).count();
  const Rate rate{static_cast<std::uint64_t>(interval > 0 ? connections / interval * 1000 : 0)};
  if (rate == Rate{}) return std::make_unique<Silence>();
  return std::make_unique<OpenLoop>(scope, Pacer({.rates = {rate}}, plan.duration), plan.duration,
                                    OpenLoop::What::pings);
}

}  // namespace

std::unique_ptr<Driver> make_driver(const DriverScope& scope, const PhasePlan& plan) {
  switch (plan.model) {
    case Model::open: return make_open_loop(scope, plan);
    case Model::closed: return std::make_unique<ClosedLoop>(scope, plan.depth);
    case Model::blast: return std::make_unique<Blast>(scope);
    case Model::hold: return make_hold(scope, plan);
    case Model::receive:
      if (plan.rate) return make_open_loop(scope, plan);
      break;
  }
  return std::make_unique<Silence>();
}

}  // namespace wsrig::loadgen
