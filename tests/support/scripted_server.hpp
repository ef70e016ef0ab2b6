#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "net/listen.hpp"
#include "ws/endpoint.hpp"
#include "ws/handshake.hpp"

namespace wsrig::tests {

/// A WebSocket server on the test's own loop, which does by the book what a test does not change: each
/// reaction is a function that may be replaced.
class ScriptedServer {
 public:
  class Session final : public net::ChannelHandler, public ws::EndpointEvents {
   public:
    Session(ScriptedServer& server, std::unique_ptr<net::Channel> channel)
        : server_(server), channel_(std::move(channel)), endpoint_(server.config) {
      channel_->start(*this);
    }

    void on_data(ws::MutableBytes data) override {
      if (!upgraded_) {
        std::size_t taken = 0;
        if (head_.feed(data, taken) != ws::HeadReader::Status::complete) return;
        data = data.subspan(taken);
        const ws::HttpHead request = head_.take();
        server_.on_request(*this, request);
      }
      if (upgraded_ && !data.empty()) {
        ws::ByteBuffer out;
        endpoint_.receive(data, *this, out);
        if (channel_) channel_->send(out);
        if (endpoint_.finished() && channel_) channel_->shutdown();
      }
    }
    void on_eof() override { channel_->shutdown(); }
    void on_error(net::error_code) override { channel_.reset(); }

    void on_message(const ws::Message& message) override { server_.on_message(*this, message); }

    void accept(const ws::HttpHead& request) {
      send(ws::build_response(ws::verify_request(request, {})).print());
      upgraded_ = true;
    }
    void send(std::string_view bytes) { channel_->send(ws::as_bytes(bytes)); }
    void echo(const ws::Message& message) {
      ws::ByteBuffer out;
      endpoint_.send(message.opcode, message.payload, out);
      channel_->send(out);
    }
    /// FIN, or with `hard` RST.
    void drop(bool hard = false) { hard ? channel_->reset() : channel_->shutdown(); }

   private:
    ScriptedServer& server_;
    std::unique_ptr<net::Channel> channel_;
    ws::HeadReader head_;
    ws::Endpoint endpoint_;
    bool upgraded_ = false;
  };

  explicit ScriptedServer(net::Loop& loop) {
    on_request = [](Session& session, const ws::HttpHead& request) { session.accept(request); };
    on_message = [](Session& session, const ws::Message& message) { session.echo(message); };
    auto opened = net::Listener::open(loop, *net::parse_url("ws://127.0.0.1:0"), {}, [this](auto channel) {
      if (on_accept) on_accept();
      sessions_.emplace_back(*this, std::move(channel));
    });
    listener_ = std::move(*opened);
  }

  std::string url() const { return "ws://" + listener_->address(); }
  void stop() {
    listener_->stop();
    sessions_.clear();
  }

  ws::EndpointConfig config;
  std::function<void()> on_accept;
  std::function<void(Session&, const ws::HttpHead&)> on_request;
  std::function<void(Session&, const ws::Message&)> on_message;

 private:
  std::unique_ptr<net::Listener> listener_;
  std::list<Session> sessions_;
};

}  // namespace wsrig::tests
