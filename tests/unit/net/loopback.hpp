#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/channel.hpp"
#include "net/dial.hpp"
#include "net/listen.hpp"
#include "net/loop.hpp"
#include "net/tls.hpp"
#include "net/url.hpp"

namespace wsrig::net {

/// A handler that keeps what it is told, and calls what a test hooks in.
struct Recorder final : ChannelHandler {
  void on_data(ws::MutableBytes data) override {
    received.append(ws::as_text(data));
    if (data_hook) data_hook();
  }
  void on_eof() override {
    eof = true;
    if (end_hook) end_hook();
  }
  void on_error(error_code code) override {
    error = code;
    if (end_hook) end_hook();
  }
  void on_drained() override {
    ++drained;
    if (drained_hook) drained_hook();
  }

  std::string received;
  bool eof = false;
  error_code error;
  int drained = 0;
  std::function<void()> data_hook, end_hook, drained_hook;
};

/// Runs a loop until a condition holds, or a generous deadline has passed: then the condition is false.
inline bool run_until(Loop& loop, const std::function<bool()>& condition) {
  const auto deadline = Clock::now() + std::chrono::seconds(20);
  Timer tick(loop);
  std::function<void()> check = [&] {
    if (condition() || Clock::now() > deadline) return loop.stop();
    tick.start(std::chrono::milliseconds(1), check);
  };
  check();
  loop.run();
  return condition();
}

/// A listener and a client that dialled it, over TCP or TLS, on one loop.
struct Loopback {
  explicit Loopback(std::string scheme = "tcp", int receive_buffer = 0) {
    TlsClientOptions client_options;
    client_options.insecure = true;
    client_tls = *TlsContext::client(client_options);
    server_tls = *TlsContext::server({});
    ListenOptions listen_options;
    listen_options.tls = &*server_tls;
    listener = *Listener::open(loop, *parse_url(scheme + "://127.0.0.1:0"), listen_options,
                               [this](std::unique_ptr<Channel> channel) { server = std::move(channel); });
    DialOptions dial_options;
    dial_options.tls = &*client_tls;
    dial_options.receive_buffer = receive_buffer;
    Dial dial(loop, *parse_url(scheme + "://" + listener->address()), dial_options,
              [this](auto result) { client = std::move(*result); });
    run_until(loop, [this] { return server && client; });
    server->start(at_server);
    client->start(at_client);
  }

  bool run(const std::function<bool()>& condition) { return run_until(loop, condition); }

  Loop loop;
  std::optional<TlsContext> client_tls, server_tls;
  std::unique_ptr<Listener> listener;
  Recorder at_server, at_client;
  std::unique_ptr<Channel> server, client;
};

}  // namespace wsrig::net
