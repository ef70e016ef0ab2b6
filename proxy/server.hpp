#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "diag/diagnostic.hpp"
#include "net/connection_set.hpp"
#include "net/listen.hpp"
#include "proxy/connection.hpp"
#include "proxy/rate_limit.hpp"

namespace wsrig::proxy {

/// Makes a configuration usable: loads the certificates of its upstreams. An error text when one cannot be
/// read.
boost::system::result<std::shared_ptr<const Setup>, std::string> make_setup(Config config);

/// The proxy on a loop: listeners, and the connections that they lead to.
class Server final : private Registry {
 public:
  Server(net::Loop& loop, std::shared_ptr<const Setup> setup);

  /// Opens all listeners; an error text when one cannot be opened.
  std::optional<std::string> open();
  /// Where each listener is reached: its URL with the address and port that it has got.
  std::vector<net::Url> addresses() const;
  /// From now on: for new connections, the listeners' certificate included. Listeners themselves stay as they
  /// are. An error text when the certificate cannot be read; then nothing has changed.
  std::optional<std::string> reload(std::shared_ptr<const Setup> setup);
  /// Stops accepting, ends all tunnels in good order, and calls `stopped` once all are gone, within the drain
  /// time-out.
  void stop(std::function<void()> stopped);

  /// As they are now, with the traffic of tunnels that are open.
  Counters counters() const;

 private:
  std::optional<std::string> open_recording();
  std::optional<std::string> open(const net::Url& url);
  std::optional<std::string> load_certificate(const Setup& setup);
  void accepted(std::unique_ptr<net::Channel> channel);
  std::unique_ptr<Connection> first_part(std::unique_ptr<net::Channel> channel);
  bool is_too_frequent(net::Channel& channel);
  void remove(Connection& connection) override;
  void replace(Connection& connection, std::unique_ptr<Connection> next) override;
  void schedule_sweep();
  void sweep();
  void finish_when_empty();
  void end_drain();

  const Config& config() const { return setup_->config; }

  net::Loop& loop_;
  std::shared_ptr<const Setup> setup_;
  Services services_;
  std::optional<net::TlsContext> tls_;
  net::ConnectionSet<Connection> connections_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  net::Timer sweep_timer_;
  net::Timer drain_timer_;
  std::function<void()> stopped_;
  std::size_t buffered_ = 0;  ///< octets held by all connections, when last swept
  RateLimit rate_limit_;
};

}  // namespace wsrig::proxy
