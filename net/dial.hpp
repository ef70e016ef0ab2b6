#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

#include "net/channel.hpp"
#include "net/loop.hpp"
#include "net/socket.hpp"
#include "net/tls.hpp"
#include "net/url.hpp"
#include "net/via.hpp"

namespace wsrig::net {

/// How to connect.
struct DialOptions {
  std::chrono::milliseconds timeout{5000};  ///< for name, TCP, the proxy's answer and TLS together
  const TlsContext* tls = nullptr;          ///< needed for wss and tls
  int receive_buffer = 0;                   ///< SO_RCVBUF set before connecting; 0: the kernel's
  Via via{};                                ///< through a proxy, which then resolves the target's name
  std::optional<SocketAddress> source{};    ///< of our end; its port is left to the kernel when it is 0
};

/// When each part of a dial was done.
struct DialTimes {
  Clock::time_point began{};
  Clock::time_point connected{};  ///< TCP, and the proxy's tunnel where there is one
  Clock::time_point secured{};    ///< the TLS handshake; as `connected` without TLS
};

/// A failure says at which step: resolve, connect, the proxy's answer, tls, time-out. With a proxy, the first
/// two speak of the way to the proxy; `error` then has the codes of net/proxy_error.hpp for its answer.
struct DialError {
  enum class Step : std::uint8_t { resolve, connect, proxy, tls, timeout };
  Step step = Step::connect;
  error_code error;
  std::string message;  ///< "connect to 127.0.0.1:9: Connection refused"
};

/// "connect", as a word for the kind of an error; a time-out is one of connecting.
std::string_view name(DialError::Step step);

/// Connects, trying each address of the name in turn. Through a proxy, nothing of the target's protocol is
/// sent before the proxy has confirmed the tunnel, and nothing that came through it is lost. The function is
/// called once, from the loop, unless the dial is destroyed before.
class Dial {
 public:
  using Done = std::function<void(boost::system::result<std::unique_ptr<Channel>, DialError>)>;
  Dial(Loop& loop, const Url& url, const DialOptions& options, Done done);
  ~Dial();
  /// Complete when the function is called with a channel.
  const DialTimes& times() const;
  Dial(const Dial&) = delete;
  Dial& operator=(const Dial&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace wsrig::net
