#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include <boost/system/result.hpp>

#include "net/channel.hpp"
#include "net/listen.hpp"

namespace wsrig::engine {

/// The listener behind a proxy under test: hands the proxy's connections to the case that runs, in the order
/// in which they come. Cases that use it run one at a time.
class Backend {
 public:
  /// The error is one line.
  static boost::system::result<std::unique_ptr<Backend>, std::string> open(net::Loop& loop,
                                                                           const std::string& address);

  /// "127.0.0.1:40123"
  std::string address() const { return listener_->address(); }
  /// Drops what came for an earlier case.
  void forget();
  /// Calls `taken` with the next connection, at once if it is there already. Replaces whoever waited before.
  void take(std::function<void(std::unique_ptr<net::Channel>)> taken);

 private:
  void on_accepted(std::unique_ptr<net::Channel> channel);

  std::unique_ptr<net::Listener> listener_;
  std::deque<std::unique_ptr<net::Channel>> waiting_;
  std::function<void(std::unique_ptr<net::Channel>)> taken_;
};

}  // namespace wsrig::engine
