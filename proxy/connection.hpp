#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/recording.hpp"
#include "net/channel.hpp"
#include "net/loop.hpp"
#include "net/tls.hpp"
#include "proxy/config.hpp"
#include "proxy/counters.hpp"
#include "proxy/log.hpp"
#include "proxy/mask_keys.hpp"

namespace wsrig::proxy {

class Connection;

/// What is read of a peer at a time, and so held for another one at most.
inline constexpr std::uint32_t octets_at_once = 64 * 1024;

/// Who owns the connections of a server.
class Registry {
 public:
  virtual ~Registry() = default;
  /// Destroys the connection. The last thing that a connection does.
  virtual void remove(Connection& connection) = 0;
  /// Puts another in its place, which takes over the channels: the protocol goes on to its next part.
  virtual void replace(Connection& connection, std::unique_ptr<Connection> next) = 0;
};

/// A configuration in use, with what was made from it. Connections keep the one that they began with, so that
/// a reload disturbs none of them.
struct Setup {
  Config config;
  std::vector<std::optional<net::TlsContext>> upstream_tls;  ///< for each route; empty where it has no TLS

  const net::TlsContext* tls_for(const Route& route) const {
    const auto& context = upstream_tls[static_cast<std::size_t>(&route - config.routes.data())];
    return context ? &*context : nullptr;
  }
};

/// What all connections share; outlives them.
struct Services {
  net::Loop& loop;
  Registry& registry;
  Counters counters{};
  RandomMaskKeys mask_keys{};
  std::uint64_t last_id = 0;                        ///< of tunnels, for the log
  std::unique_ptr<capture::Recording> recording{};  ///< of all channels (--record); null without
};

/// Who connected, and to what; for the log, and for the upstream.
struct ClientInfo {
  std::string address;  ///< with the port
  std::string target;   ///< as it came
  bool is_tls = false;
  net::Clock::time_point since;
  /// Without the port: "127.0.0.1", "::1".
  std::string host() const;
};

/// A client's connection in one of its parts: request, exchange, tunnel, farewell. It has no timer of its
/// own: the server sweeps over all of them.
class Connection {
 public:
  Connection(Services& services, std::shared_ptr<const Setup> setup)
      : services_(services), setup_(std::move(setup)) {}
  virtual ~Connection() = default;

  /// Starts to take events.
  virtual void begin() = 0;
  /// Looks at the deadlines.
  virtual void sweep(net::Clock::time_point now) = 0;
  /// The server stops: end in good order, and soon.
  virtual void drain() = 0;
  /// The time to drain has passed: it is destroyed behind this call.
  virtual void give_up() {}
  /// Adds what has gone through it, as long as it is no part of the counters.
  virtual void add_traffic(PerDirection<Traffic>&) const {}
  /// Octets held for peers that do not take them.
  virtual std::size_t buffered() const = 0;

  std::size_t index = 0;  ///< the registry's

 protected:
  const Config& config() const { return setup_->config; }
  void remove() { services_.registry.remove(*this); }

  Services& services_;
  std::shared_ptr<const Setup> setup_;
};

}  // namespace wsrig::proxy
