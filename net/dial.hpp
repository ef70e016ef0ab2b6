#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <boost/system/result.hpp>

#include "net/channel.hpp"
#include "net/loop.hpp"
#include "net/tls.hpp"
#include "net/url.hpp"

namespace wsrig::net {

/// How to connect.
struct DialOptions {
  std::chrono::milliseconds timeout{5000};  ///< for name, TCP and TLS together
  const TlsContext* tls = nullptr;          ///< needed for wss and tls
  int receive_buffer = 0;                   ///< SO_RCVBUF set before connecting; 0: the kernel's
};

/// A failure says at which step: resolve, connect, tls, time-out.
struct DialError {
  enum class Step : std::uint8_t { resolve, connect, tls, timeout };
  Step step = Step::connect;
  error_code error;
  std::string message;  ///< "connect to 127.0.0.1:9: Connection refused"
};

/// Connects directly, trying each address of the name in turn. The function is called once, from the loop,
/// unless the dial is destroyed before.
class Dial {
 public:
  using Done = std::function<void(boost::system::result<std::unique_ptr<Channel>, DialError>)>;
  Dial(Loop& loop, const Url& url, const DialOptions& options, Done done);
  ~Dial();
  Dial(const Dial&) = delete;
  Dial& operator=(const Dial&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace wsrig::net
