#pragma once

#include <vector>

#include "loadgen/driver.hpp"

namespace wsrig::loadgen {

/// Sends as fast as the peer takes it, on every connection, without waiting for replies.
class Blast final : public Driver {
 public:
  explicit Blast(const DriverScope& scope);
  ~Blast() override;

  void start(Clock::time_point now) override;
  void on_open(Client& client) override;
  void on_read(Client&) override {}
  void on_writable(Client&) override {}
  void stop(Clock::time_point now) override;

 private:
  void turn();

  DriverScope scope_;
  net::Timer timer_;
};

}  // namespace wsrig::loadgen
