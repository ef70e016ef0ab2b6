#pragma once

#include <string>

#include "proxy/connection.hpp"

namespace wsrig::proxy {

/// The last words on a connection: they are sent behind what is kept already, then FIN, then whatever still
/// comes is dropped until the client closes. (Closing at once would answer unread octets with a reset, which
/// can destroy the last words.)
class Farewell final : public Connection, private net::ChannelHandler {
 public:
  Farewell(Services& services, std::shared_ptr<const Setup> setup, std::unique_ptr<net::Channel> channel,
           std::string last_words)
      : Connection(services, std::move(setup)),
        channel_(std::move(channel)),
        last_words_(std::move(last_words)),
        since_(services.loop.now()) {}

  void begin() override;
  void sweep(net::Clock::time_point now) override;
  void drain() override {}  // it has ended already
  std::size_t buffered() const override { return channel_->pending(); }

 private:
  void on_data(ws::MutableBytes) override {}
  void on_eof() override;
  void on_error(net::error_code) override { remove(); }
  void on_drained() override { finish_when_told(); }

  /// May be the end of this.
  void finish_when_told();

  std::unique_ptr<net::Channel> channel_;
  std::string last_words_;
  net::Clock::time_point since_;
  bool client_ended_ = false;
};

}  // namespace wsrig::proxy
