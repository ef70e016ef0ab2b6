#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/system/result.hpp>

#include "net/channel.hpp"
#include "net/loop.hpp"
#include "net/tls.hpp"
#include "net/url.hpp"

namespace wsrig::net {

/// How to listen.
struct ListenOptions {
  int backlog = 1024;
  const TlsContext* tls = nullptr;                ///< for wss and tls: the handshake comes before `accepted`
  std::chrono::milliseconds tls_timeout{10'000};  ///< a connection that takes longer for it is closed
  std::size_t max_handshakes = 1000;              ///< TLS handshakes at a time; connections beyond are closed
};

/// Listens on a URL's host and port (port 0: a free one; no host: all addresses, IPv6 and IPv4). When
/// descriptors run out, connections wait in the backlog until there are some again.
class Listener {
 public:
  using Accepted = std::function<void(std::unique_ptr<Channel>)>;
  /// Errors are one line: "listen on 127.0.0.1:80: Address already in use".
  static boost::system::result<std::unique_ptr<Listener>, std::string> open(Loop& loop, const Url& url,
                                                                            const ListenOptions& options,
                                                                            Accepted accepted);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  std::uint16_t port() const;
  /// "127.0.0.1:40123": where a client on this machine connects to.
  std::string address() const;
  /// Where it is reached: its URL, with the address and the port that it has got.
  Url url() const;
  void stop();  ///< closes the listening socket and drops TLS handshakes; accepted channels stay

 private:
  struct State;
  explicit Listener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace wsrig::net
