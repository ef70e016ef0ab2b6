#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include <boost/system/result.hpp>

#include "net/channel.hpp"
#include "net/listen.hpp"
#include "net/socket.hpp"
#include "net/url.hpp"
#include "scenarios/engine/format/model.hpp"
#include "scenarios/engine/run/port_lease.hpp"

namespace wsrig::engine {

/// The listener behind a proxy under test: hands the proxy's connections to the case that runs, in the order
/// in which they come. Cases that use it run one at a time.
class Backend {
 public:
  /// Port 0 takes a free one. The error is one line.
  static boost::system::result<std::unique_ptr<Backend>, std::string> open(net::Loop& loop,
                                                                           const std::string& address);

  /// "127.0.0.1:40123"
  const std::string& address() const { return address_; }
  /// Changes what who connects meets, and drops what came for an earlier case. The text is empty, or says in
  /// one line why that failed.
  std::string become(BackendKind kind);
  /// Drops what came for an earlier case.
  void forget();
  /// Calls `taken` with the next connection, at once if it is there already. Replaces whoever waited before.
  void take(std::function<void(std::unique_ptr<net::Channel>)> taken);

 private:
  explicit Backend(net::Loop& loop) : loop_(loop) {}
  void on_accepted(std::unique_ptr<net::Channel> channel);
  std::string listen();
  std::string block();

  net::Loop& loop_;
  PortLease lease_;  ///< where no port was asked for
  net::Url url_;
  std::string address_;
  std::unique_ptr<net::Listener> listener_;
  net::Descriptor blocked_listener_;  ///< its queue is full, and nobody takes connections from it
  net::Descriptor blocking_connection_;
  std::deque<std::unique_ptr<net::Channel>> waiting_;
  std::function<void(std::unique_ptr<net::Channel>)> taken_;
};

}  // namespace wsrig::engine
