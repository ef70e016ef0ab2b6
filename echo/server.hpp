#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "echo/behaviour.hpp"
#include "echo/config.hpp"
#include "echo/connection.hpp"
#include "net/listen.hpp"
#include "net/tls.hpp"

namespace wsrig::echo {

/// The echo server with our own protocol core, on one loop.
class Server final : private Registry {
 public:
  /// `config` must outlive the server.
  Server(net::Loop& loop, const Config& config, Behaviour behaviour);
  ~Server() override;

  /// Opens all listeners; an error text when one cannot be opened.
  std::optional<std::string> open();
  /// Where each listener of the configuration is reached: its URL with the address and port that it has got.
  std::vector<net::Url> addresses() const;
  /// Stops accepting, says Close 1001 to all, and calls `stopped` once all are gone: within the close
  /// time-out.
  void stop(std::function<void()> stopped);
  std::size_t connection_count() const { return connections_.size(); }

 private:
  struct Route {
    net::Url url;
    std::string path;  ///< the only one that is served; empty: any
    std::unique_ptr<net::Listener> listener;
  };

  std::optional<std::string> open(const net::Url& url);
  std::optional<std::string> make_tls();
  void accepted(std::unique_ptr<net::Channel> channel, const Route& route);
  std::unique_ptr<Connection> first_part(std::unique_ptr<net::Channel> channel, const Route& route);
  void remove(Connection& connection) override;
  void replace(Connection& connection, std::unique_ptr<Connection> next) override;
  void schedule_sweep();
  void sweep();
  void finish_when_empty();

  net::Loop& loop_;
  const Config& config_;
  Behaviour behaviour_;
  std::optional<net::TlsContext> tls_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Route>> routes_;
  net::Timer sweep_timer_;
  std::function<void()> stopped_;
};

}  // namespace wsrig::echo
