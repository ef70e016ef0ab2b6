#pragma once

#include <memory>

#include "loadgen/client.hpp"
#include "loadgen/pacer.hpp"
#include "loadgen/pool.hpp"

namespace wsrig::loadgen {

/// Decides, during a phase, when which connection sends.
class Driver {
 public:
  virtual ~Driver() = default;
  virtual void start(Clock::time_point now) = 0;
  /// The connection is open, first or again.
  virtual void on_open(Client& client) = 0;
  /// As ClientEvents has them.
  virtual void on_read(Client& client) = 0;
  virtual void on_writable(Client& client) = 0;
  /// The phase is over: nothing is sent any more.
  virtual void stop(Clock::time_point now) = 0;
};

/// What drivers work on.
struct DriverScope {
  net::Loop& loop;
  Pool& pool;
  Meter& meter;
  const Config& config;
};

/// The driver for a phase's model.
std::unique_ptr<Driver> make_driver(const DriverScope& scope, const PhasePlan& plan);

}  // namespace wsrig::loadgen
