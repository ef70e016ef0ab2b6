#pragma once

#include "loadgen/driver.hpp"

namespace wsrig::loadgen {

/// Keeps a number of messages on their way on each connection: a reply lets the next one go.
class ClosedLoop final : public Driver {
 public:
  ClosedLoop(const DriverScope& scope, std::uint32_t depth) : scope_(scope), depth_(depth) {}

  void start(Clock::time_point now) override;
  void on_open(Client& client) override;
  void on_read(Client& client) override;
  void on_writable(Client& client) override;
  void stop(Clock::time_point now) override;

 private:
  void fill(Client& client, Clock::time_point now) const;

  DriverScope scope_;
  std::uint32_t depth_;
  bool is_running_ = false;
};

}  // namespace wsrig::loadgen
