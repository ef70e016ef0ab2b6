#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "echo/behaviour.hpp"
#include "echo/config.hpp"
#include "echo/connection.hpp"
#include "echo/server.hpp"
#include "net/connection_set.hpp"
#include "net/listen.hpp"
#include "net/tls.hpp"

namespace wsrig::echo {

/// The echo server with our own protocol core.
class CoreServer final : public Server, private Registry {
 public:
  /// `config` must outlive the server.
  CoreServer(net::Loop& loop, const Config& config, Behaviour behaviour);

  std::optional<std::string> open() override;
  std::vector<net::Url> addresses() const override;
  void stop(std::function<void()> stopped) override;

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
  net::ConnectionSet<Connection> connections_;
  std::vector<std::unique_ptr<Route>> routes_;
  net::Timer sweep_timer_;
  std::function<void()> stopped_;
};

}  // namespace wsrig::echo
