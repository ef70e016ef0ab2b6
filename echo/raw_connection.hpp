#pragma once

#include <string>

#include "echo/config.hpp"
#include "echo/connection.hpp"

namespace wsrig::echo {

/// A `tcp://` or `tls://` connection: octets come back as they came, or are dropped (mode sink).
class RawConnection final : public Connection {
 public:
  RawConnection(Registry& registry, std::unique_ptr<net::Channel> channel, const Config& config)
      : Connection(registry, std::move(channel)), config_(config) {}

  void sweep(net::Clock::time_point now) override;
  void stop() override;
  void on_data(ws::MutableBytes data) override;
  void on_eof() override { stop(); }
  void on_drained() override;

 private:
  const Config& config_;
  bool ending_ = false;
};

/// The last words on a connection: they are sent, then FIN, then whatever still comes is dropped until the
/// peer closes. (Closing at once would answer unread octets with a reset, which can destroy the last words.)
class FarewellConnection final : public Connection {
 public:
  FarewellConnection(Registry& registry, std::unique_ptr<net::Channel> channel, std::string last_words,
                     microseconds timeout)
      : Connection(registry, std::move(channel)), last_words_(std::move(last_words)), timeout_(timeout) {}

  void begin() override;
  void sweep(net::Clock::time_point now) override;
  void stop() override {}  // it has ended already
  void on_data(ws::MutableBytes) override {}
  void on_eof() override;
  void on_drained() override;

 private:
  std::string last_words_;
  microseconds timeout_;
  bool peer_ended_ = false;
};

}  // namespace wsrig::echo
