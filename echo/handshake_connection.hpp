#pragma once

#include <string>
#include <string_view>

#include "echo/behaviour.hpp"
#include "echo/config.hpp"
#include "echo/connection.hpp"
#include "ws/handshake.hpp"
#include "ws/http_head.hpp"

namespace wsrig::echo {

/// A connection until its request is answered: with 101, with the test page, or with a refusal. Gone
/// afterwards, with all that it holds.
class HandshakeConnection final : public Connection {
 public:
  /// `path`: the only one that is served; empty: any.
  HandshakeConnection(Registry& registry, std::unique_ptr<net::Channel> channel, const Config& config,
                      const Behaviour& behaviour, std::string_view path)
      : Connection(registry, std::move(channel)),
        config_(config),
        behaviour_(behaviour),
        path_(path),
        reader_(config.max_head, config.max_headers) {}

  void sweep(net::Clock::time_point now) override;
  void stop() override { registry_.remove(*this); }
  void on_data(ws::MutableBytes data) override;
  void on_eof() override { registry_.remove(*this); }

 private:
  void answer(const ws::HttpHead& request, ws::Bytes rest);
  void accept(const ws::RequestVerdict& verdict, ws::Bytes rest);
  std::string refusal(const ws::HttpHead& request, const ws::RequestVerdict& verdict) const;
  void say_farewell(std::string response);

  const Config& config_;
  const Behaviour& behaviour_;
  std::string_view path_;
  ws::HeadReader reader_;
};

/// The answer to a request that does not become a WebSocket. `findings` are not empty.
ws::ResponseHead answer_without_upgrade(const ws::HttpHead& request, const ws::RequestVerdict& verdict,
                                        std::string_view path);

}  // namespace wsrig::echo
