#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

#include "net/listen.hpp"
#include "net/loop.hpp"
#include "net/url.hpp"
#include "proxy/control.hpp"

namespace wsrig::proxy {

/// "127.0.0.1:9090", "localhost:0", "[::1]:9090"; a mistake for anything that other machines could reach,
/// since whoever reaches it may break connections.
boost::system::result<net::Url, std::string> parse_control_address(std::string_view text);

using CountersNow = std::function<Counters()>;

/// Answers for a Control over HTTP/1.1, one request a connection.
class ControlServer {
 public:
  /// Errors are one line.
  static boost::system::result<std::unique_ptr<ControlServer>, std::string> open(net::Loop& loop,
                                                                                 const net::Url& url,
                                                                                 Control& control,
                                                                                 CountersNow counters);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  /// "127.0.0.1:40123"
  std::string address() const { return listener_->address(); }

 private:
  class Session;
  ControlServer(net::Loop& loop, Control& control, CountersNow counters);
  void accepted(std::unique_ptr<net::Channel> channel);
  void remove(const Session& session);

  net::Loop& loop_;
  Control& control_;
  CountersNow counters_;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::unique_ptr<net::Listener> listener_;
};

}  // namespace wsrig::proxy
