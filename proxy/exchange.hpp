#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/dial.hpp"
#include "proxy/connection.hpp"
#include "proxy/forwarding.hpp"
#include "proxy/relay.hpp"
#include "proxy/side.hpp"
#include "ws/body_reader.hpp"
#include "ws/handshake.hpp"
#include "ws/http_head.hpp"

namespace wsrig::proxy {

/// What an exchange begins with: a request that may pass.
struct ExchangeStart {
  std::shared_ptr<const Setup> setup;
  const Route* route = nullptr;  ///< one of the setup's
  net::Url upstream;             ///< the route's, or the one that the client chose
  ClientInfo client;
  std::unique_ptr<net::Channel> channel;
  ws::HttpHead request;
  std::string target;  ///< for the upstream
  ws::RequestVerdict verdict;
  ws::ByteBuffer rest;  ///< octets behind the request
};

/// Between the request and the tunnel: connects to the upstream, hands the request over, and reads the
/// answer. A bridge is answered as soon as its target is connected. For a WebSocket upstream only a valid 101
/// opens a tunnel; any other answer is relayed whole, and the connection ends with it. No octet of the client
/// that came behind an upgrade reaches the upstream before that 101.
class Exchange final : public Connection, private SideEvents {
 public:
  Exchange(Services& services, ExchangeStart start);

  void begin() override;
  void sweep(net::Clock::time_point now) override;
  void drain() override;
  std::size_t buffered() const override;

 private:
  void on_data(Side& side, ws::MutableBytes data) override;
  void on_eof(Side& side) override;
  void on_error(Side& side, net::error_code error) override;
  void on_drained(Side&) override { balance(); }

  const Route& route() const { return *route_; }
  bool is_upgrade() const { return verdict_.is_upgrade; }
  bool has_answer() const { return answer_body_.has_value(); }

  void dial();
  void dialled(std::unique_ptr<net::Channel> channel);
  void dial_failed(const net::DialError& error);
  void send_request();
  void note_asked(const ws::HttpHead& sent);
  void open_bridge();

  void pass_request_body(ws::Bytes data);
  void read_answer(ws::Bytes data);
  /// False when the connection has gone on to another part.
  bool take_answer(const ws::HttpHead& answer, ws::Bytes rest);
  void pass_interim(const ws::HttpHead& answer);
  void open_tunnel(const ws::HttpHead& answer, ws::Bytes rest);
  void begin_answer(const ws::HttpHead& answer, ws::Bytes rest);
  void pass_answer_body(ws::Bytes data);
  void finish_answer();

  TunnelStart tunnel_start(ws::Bytes from_upstream);
  void refuse(int status, const std::string& why);
  void balance();

  const Route* route_;
  net::Url url_;
  ClientInfo client_;
  ws::HttpHead request_;
  std::string target_;
  ws::RequestVerdict verdict_;
  ws::ByteBuffer rest_;
  Side downstream_;
  std::optional<Side> upstream_;
  std::unique_ptr<net::Dial> dial_;
  ws::ClientRequest asked_;  ///< of the upstream
  ws::HeadReader reader_;    ///< of the answer
  ws::BodyReader request_body_;
  std::optional<ws::BodyReader> answer_body_;  ///< once its head has gone on
  net::Clock::time_point since_;               ///< when the upstream was connected
};

}  // namespace wsrig::proxy
