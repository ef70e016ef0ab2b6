#pragma once

#include <string_view>

#include "proxy/connection.hpp"
#include "proxy/exchange.hpp"
#include "ws/http_head.hpp"

namespace wsrig::proxy {

/// A client's connection until its request is read and judged: it is refused here, or becomes an Exchange.
class Request final : public Connection, private net::ChannelHandler {
 public:
  Request(Services& services, std::shared_ptr<const Setup> setup, std::unique_ptr<net::Channel> channel);

  void begin() override { channel_->start(*this); }
  void sweep(net::Clock::time_point now) override;
  void drain() override { remove(); }
  std::size_t buffered() const override { return 0; }

 private:
  void on_data(ws::MutableBytes data) override;
  void on_eof() override { remove(); }
  void on_error(net::error_code) override { remove(); }

  void answer(const ws::HttpHead& request, ws::Bytes rest);
  void serve_file(const ws::HttpHead& request, const Route& route, std::string_view path);
  void refuse(const ws::ResponseHead& response, std::string_view method = "GET");

  std::unique_ptr<net::Channel> channel_;
  ws::HeadReader reader_;
  ClientInfo client_;
};

}  // namespace wsrig::proxy
