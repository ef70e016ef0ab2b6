#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/channel.hpp"
#include "net/loop.hpp"
#include "net/tls.hpp"
#include "net/url.hpp"

namespace wsrig::net {

struct ListenOptions {
  int backlog = 1024;
  const TlsContext* tls = nullptr;     ///< wss and tls listeners: handshake before `accepted`
  std::chrono::milliseconds tls_timeout{10'000};
  bool reuse_port = false;             ///< only with several loops; a probe bind without it comes first
};

/// Listens on a URL's host and port (port 0: a free one; no host: all addresses, IPv6 and IPv4).
class Listener {
 public:
  using Accepted = std::function<void(std::unique_ptr<Channel>)>;
  /// Errors are one line: "listen on 127.0.0.1:80: Address already in use".
  static boost::system::result<std::unique_ptr<Listener>, std::string> open(Loop& loop, const Url& url,
                                                                           const ListenOptions& options,
                                                                           Accepted accepted);
  ~Listener();
  std::uint16_t port() const;
  /// "127.0.0.1:40123": where a client on this machine connects to.
  std::string address() const;
  void stop();  ///< closes the listening socket; accepted channels stay

 private:
  struct State;
  explicit Listener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace wsrig::net
