#pragma once

#include <cstdint>

#include "loadgen/driver.hpp"
#include "loadgen/pacer.hpp"
#include "net/loop.hpp"

namespace wsrig::loadgen {

/// Sends by a schedule, whatever comes back: connections take turns, a slot that cannot be met in time is met
/// late and keeps the time it was meant for.
class OpenLoop final : public Driver {
 public:
  enum class What : std::uint8_t { messages, pings };
  OpenLoop(const DriverScope& scope, Pacer pacer, nanoseconds duration, What what);

  void start(Clock::time_point now) override;
  void on_open(Client& client) override;
  void on_read(Client& client) override;
  void on_writable(Client& client) override;
  void stop(Clock::time_point now) override;

 private:
  void pump();
  void advance();
  Client* next_client();
  void send(Client& client, std::uint64_t most, Clock::time_point now);
  std::uint64_t scheduled_before(nanoseconds end) const;
  void sleep(Clock::duration time);

  DriverScope scope_;
  Pacer pacer_;
  nanoseconds duration_;
  What what_;
  net::Timer timer_;
  Clock::time_point start_{};
  Clock::time_point next_due_ = Clock::time_point::max();
  Clock::time_point blocked_until_{};  ///< until then no connection took anything
  std::uint64_t slot_;                 ///< the next one of this shard
  std::uint64_t sent_ = 0;
  std::size_t cursor_ = 0;
};

}  // namespace wsrig::loadgen
