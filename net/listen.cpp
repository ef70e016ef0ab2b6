#include "net/listen.hpp"

#include <cerrno>
#include <list>
#include <netdb.h>
#include <netinet/in.h>
#include <utility>

#include "net/socket.hpp"
#include "net/tls_handshake.hpp"

namespace wsrig::net {

namespace {

constexpr int accepts_per_turn = 64;
constexpr std::chrono::milliseconds accept_retry_delay{100};

// RFC 1122 §4.2.3.4 aside, these are not the connection's fault: waiting helps, spinning does not.
bool is_exhausted(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

struct AddressListDeleter {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

error_code bind_and_listen(Descriptor& socket, const SocketAddress& address, int backlog) {
  socket = open_socket(address.family());
  if (!socket.is_open()) return last_system_error();
  set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.family() == AF_INET6) set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  const bool listening =
      ::bind(socket.get(), address.get(), address.size) == 0 && ::listen(socket.get(), backlog) == 0;
  return listening ? error_code{} : last_system_error();
}

// The address to bind to; an error text when the name has none. At start only, so blocking does not matter.
std::string find_address(const Url& url, SocketAddress& out) {
  if (parse_address(url.host, url.port, out)) return {};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int status = ::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &list);
  if (status != 0) return ::gai_strerror(status);
  const std::unique_ptr<addrinfo, AddressListDeleter> owner(list);
  std::copy_n(reinterpret_cast<const char*>(list->ai_addr), list->ai_addrlen,
              reinterpret_cast<char*>(&out.storage));
  out.size = list->ai_addrlen;
  return {};
}

// Dual stack; IPv4 alone where the machine has no IPv6.
error_code listen_everywhere(Descriptor& socket, std::uint16_t port, int backlog) {
  SocketAddress any;
  parse_address("::", port, any);
  const error_code error = bind_and_listen(socket, any, backlog);
  if (error != boost::system::errc::address_family_not_supported &&
      error != boost::system::errc::address_not_available) {
    return error;
  }
  parse_address("0.0.0.0", port, any);
  return bind_and_listen(socket, any, backlog);
}

std::string open_listening(Descriptor& socket, const Url& url, int backlog) {
  if (url.host.empty()) {
    const error_code error = listen_everywhere(socket, url.port, backlog);
    return error ? error.message() : "";
  }
  SocketAddress address;
  if (std::string problem = find_address(url, address); !problem.empty()) return problem;
  const error_code error = bind_and_listen(socket, address, backlog);
  return error ? error.message() : "";
}

}  // namespace

struct Listener::State : Watcher {
  State(Loop& the_loop, const Url& the_url, const ListenOptions& the_options, Accepted the_accepted)
      : loop(the_loop),
        url(the_url),
        options(the_options),
        accepted(std::move(the_accepted)),
        retry(the_loop) {}
  ~State() override { stop(); }

  /// A TLS handshake under its deadline.
  struct Pending {
    explicit Pending(Loop& the_loop) : deadline(the_loop) {}
    Timer deadline;
    std::unique_ptr<TlsHandshake> handshake;
  };

  void on_ready(std::uint32_t events) override;
  bool accept_one();
  void begin_tls(Descriptor connection);
  void stop();

  Loop& loop;
  const Url url;
  const ListenOptions options;
  Accepted accepted;
  Timer retry;
  Descriptor socket;
  std::list<Pending> handshakes;
};

void Listener::State::on_ready(std::uint32_t) {
  const Loop& own_loop = loop;
  int left = accepts_per_turn;
  while (left > 0 && accept_one()) {
    if (!own_loop.is_serving(this)) return;  // `accepted` may stop or destroy the listener
    --left;
  }
  if (left == 0) loop.wake(*this);
}

// False when there is none to accept now.
bool Listener::State::accept_one() {
  Descriptor connection(::accept4(socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!connection.is_open()) {
    if (is_exhausted(errno)) retry.start(accept_retry_delay, [this] { loop.wake(*this); });
    return !is_exhausted(errno) && errno != EAGAIN;
  }
  disable_nagle(connection.get());
  if (url.is_tls()) {
    begin_tls(std::move(connection));
  } else {
    accepted(std::make_unique<Channel>(loop, Stream(std::move(connection))));
  }
  return true;
}

void Listener::State::begin_tls(Descriptor connection) {
  if (handshakes.size() >= options.max_handshakes) return;
  const auto pending = handshakes.emplace(handshakes.end(), loop);
  pending->deadline.start(options.tls_timeout, [this, pending] { handshakes.erase(pending); });
  TlsSession session = options.tls->accept(connection.get());
  pending->handshake =
      std::make_unique<TlsHandshake>(loop, Stream(std::move(connection), std::move(session)),
                                     [this, pending](error_code error, Stream stream) {
                                       handshakes.erase(pending);
                                       if (!error)
                                         accepted(std::make_unique<Channel>(loop, std::move(stream)));
                                     });
}

void Listener::State::stop() {
  retry.cancel();
  handshakes.clear();
  if (socket.is_open()) loop.unwatch(socket.get(), *this);
  socket.close();
}

Listener::Listener(std::unique_ptr<State> state) : state_(std::move(state)) {}
Listener::~Listener() = default;

boost::system::result<std::unique_ptr<Listener>, std::string> Listener::open(Loop& loop, const Url& url,
                                                                             const ListenOptions& options,
                                                                             Accepted accepted) {
  auto state = std::make_unique<State>(loop, url, options, std::move(accepted));
  std::string problem = open_listening(state->socket, url, options.backlog);
  if (problem.empty()) {
    const error_code error = loop.watch(state->socket.get(), *state);
    if (error) problem = error.message();
  }
  if (!problem.empty()) return "listen on " + url.address() + ": " + problem;
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

std::uint16_t Listener::port() const { return local_address(state_->socket.get()).port(); }

std::string Listener::address() const {
  if (state_->url.host.empty()) return "127.0.0.1:" + std::to_string(port());
  return local_address(state_->socket.get()).print();
}

Url Listener::url() const {
  Url url = *parse_url(state_->url.scheme + "://" + address());
  url.target = state_->url.target;
  return url;
}

void Listener::stop() { state_->stop(); }

}  // namespace wsrig::net
