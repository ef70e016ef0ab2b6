#include "net/dial.hpp"

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <optional>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "net/socket.hpp"
#include "net/tls_handshake.hpp"

namespace wsrig::net {

namespace asio = boost::asio;
using asio::ip::tcp;

struct Dial::State : Watcher, std::enable_shared_from_this<State> {
  State(Loop& the_loop, const Url& the_url, const DialOptions& the_options, Done the_done)
      : loop(the_loop),
        url(the_url),
        options(the_options),
        host(options.via.is_direct() ? url.host : options.via.host),
        port(options.via.is_direct() ? url.port : options.via.port),
        done(std::move(the_done)),
        deadline(the_loop) {}
  ~State() override { unwatch(); }

  void start();
  void resolve();
  void connect_next();
  bool starts_to_connect();
  bool bind_source();
  bool connect(const SocketAddress& address);
  void on_ready(std::uint32_t events) override;
  void connect_ready(std::uint32_t events);
  void on_connected(std::uint32_t events);
  void talk_to_proxy();
  void proxy_ready();
  bool read_from_proxy(ProxyHandshake::Status& status);
  bool write_to_proxy();
  void on_proxy_answer(ProxyHandshake::Status status);
  void on_tunnel();
  void unwatch();
  std::string doing() const;
  void fail(DialError::Step step, error_code error);
  void finish(boost::system::result<std::unique_ptr<Channel>, DialError> result);

  Loop& loop;
  const Url url;
  const DialOptions options;
  const std::string& host;  // whom to connect to: the proxy or the target
  const std::uint16_t port;
  Done done;
  Timer deadline;
  std::optional<tcp::resolver> resolver;  // once a name has to be resolved
  std::vector<SocketAddress> addresses;
  std::size_t next = 0;
  error_code connect_error;
  Descriptor socket;
  std::unique_ptr<ProxyHandshake> proxy;  // once the proxy is connected
  ws::ByteBuffer to_proxy;
  std::unique_ptr<TlsHandshake> tls;
  DialTimes times;
};

namespace {

SocketAddress from_endpoint(const tcp::endpoint& endpoint) {
  SocketAddress address;
  std::memcpy(&address.storage, endpoint.data(), endpoint.size());
  address.size = static_cast<socklen_t>(endpoint.size());
  return address;
}

error_code pending_error(int descriptor) {
  int value = 0;
  socklen_t size = sizeof value;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &value, &size) != 0) return last_system_error();
  return {value, boost::system::system_category()};
}

}  // namespace

void Dial::State::start() {
  times.began = Clock::now();
  deadline.start(options.timeout,
                 [this] { fail(DialError::Step::timeout, make_error_code(boost::system::errc::timed_out)); });
  SocketAddress address;
  if (!parse_address(host, port, address)) return resolve();
  addresses.push_back(address);
  if (starts_to_connect()) return;
  loop.post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->done) self->fail(DialError::Step::connect, self->connect_error);
  });
}

void Dial::State::resolve() {
  resolver.emplace(loop.context());
  resolver->async_resolve(
      host, std::to_string(port), tcp::resolver::numeric_service,
      [weak = weak_from_this()](error_code error, const tcp::resolver::results_type& found) {
        const auto self = weak.lock();
        if (!self || !self->done) return;
        if (error) return self->fail(DialError::Step::resolve, error);
        for (const auto& entry : found) {
          self->addresses.push_back(from_endpoint(entry.endpoint()));
        }
        self->connect_next();
      });
}

void Dial::State::connect_next() {
  if (!starts_to_connect()) fail(DialError::Step::connect, connect_error);
}

// Tries the addresses that are left until one is on its way.
bool Dial::State::starts_to_connect() {
  while (next < addresses.size()) {
    if (connect(addresses[next++])) return true;
  }
  return false;
}

// With IP_BIND_ADDRESS_NO_PORT the port is chosen by connect(), which knows the other end: the same port
// serves for several of them.
bool Dial::State::bind_source() {
  if (!options.source) return true;
  if (options.source->port() == 0) set_option(socket.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  return ::bind(socket.get(), options.source->get(), options.source->size) == 0;
}

// True when the connection is on its way; on_ready tells how it ended.
bool Dial::State::connect(const SocketAddress& address) {
  socket = open_socket(address.family());
  if (options.receive_buffer > 0) {
    set_option(socket.get(), SOL_SOCKET, SO_RCVBUF, options.receive_buffer);
  }
  const bool started = socket.is_open() && bind_source() &&
                       (::connect(socket.get(), address.get(), address.size) == 0 || errno == EINPROGRESS);
  connect_error = started ? loop.watch(socket.get(), *this) : last_system_error();
  if (connect_error) socket.close();
  return !connect_error;
}

void Dial::State::on_ready(std::uint32_t events) {
  const auto self = shared_from_this();
  if (proxy) return proxy_ready();
  if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) connect_ready(events);
}

void Dial::State::connect_ready(std::uint32_t events) {
  const bool may_have_failed = (events & (EPOLLERR | EPOLLHUP)) != 0;
  connect_error = may_have_failed ? pending_error(socket.get()) : error_code{};
  if (!connect_error) return on_connected(events);
  loop.forget(socket.get(), *this);
  socket.close();
  connect_next();
}

void Dial::State::on_connected(std::uint32_t events) {
  if (options.via.is_direct() && !url.is_tls()) {
    times.connected = Clock::now();
    auto channel = std::make_unique<Channel>(loop, Stream(std::move(socket)));
    channel->take_over(*this, events);
    return finish(std::move(channel));
  }
  loop.unwatch(socket.get(), *this);
  options.via.is_direct() ? on_tunnel() : talk_to_proxy();
}

void Dial::State::talk_to_proxy() {
  proxy = make_handshake(options.via, {url.host, url.port});
  const ProxyHandshake::Status status = proxy->begin(to_proxy);
  if (status != ProxyHandshake::Status::need_more) return on_proxy_answer(status);
  // Its first event comes at once: the socket can be written to.
  if (const error_code error = loop.watch(socket.get(), *this)) fail(DialError::Step::proxy, error);
}

void Dial::State::proxy_ready() {
  auto status = ProxyHandshake::Status::need_more;
  while (status == ProxyHandshake::Status::need_more) {
    if (!write_to_proxy() || !read_from_proxy(status)) return;
  }
  on_proxy_answer(status);
}

// False when it is not all written: the rest waits for the next event, or the dial has failed.
bool Dial::State::write_to_proxy() {
  while (!to_proxy.empty()) {
    const ssize_t written = ::send(socket.get(), to_proxy.data(), to_proxy.size(), MSG_NOSIGNAL);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) return false;
    if (written < 0) return fail(DialError::Step::proxy, last_system_error()), false;
    to_proxy.erase(to_proxy.begin(), to_proxy.begin() + written);
  }
  return true;
}

// Looks at what has come, and takes from the socket only what is the proxy's own: what lies behind is read by
// TLS or by the channel. False when nothing has come, or the dial has failed.
bool Dial::State::read_from_proxy(ProxyHandshake::Status& status) {
  const ws::MutableBytes buffer = loop.read_buffer();
  const ssize_t peeked = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_PEEK);
  if (peeked < 0 && errno == EINTR) return true;
  if (peeked < 0 && errno == EAGAIN) return false;
  if (peeked < 0) return fail(DialError::Step::proxy, last_system_error()), false;
  if (peeked == 0) return fail(DialError::Step::proxy, ProxyError::closed), false;
  std::size_t taken = 0;
  status = proxy->receive(buffer.first(static_cast<std::size_t>(peeked)), taken, to_proxy);
  ::recv(socket.get(), buffer.data(), taken, 0);  // they are there
  return true;
}

void Dial::State::on_proxy_answer(ProxyHandshake::Status status) {
  if (status == ProxyHandshake::Status::failed) {
    return finish(DialError{DialError::Step::proxy, proxy->error(), doing() + ": " + proxy->failure()});
  }
  loop.unwatch(socket.get(), *this);
  on_tunnel();
}

void Dial::State::on_tunnel() {
  times.connected = Clock::now();
  if (!url.is_tls()) return finish(std::make_unique<Channel>(loop, Stream(std::move(socket))));
  TlsSession session = options.tls->connect(socket.get(), url.host);
  tls = std::make_unique<TlsHandshake>(loop, Stream(std::move(socket), std::move(session)),
                                       [this](error_code error, Stream stream) {
                                         if (error) return fail(DialError::Step::tls, error);
                                         finish(std::make_unique<Channel>(loop, std::move(stream)));
                                       });
}

void Dial::State::unwatch() {
  if (socket.is_open()) loop.unwatch(socket.get(), *this);
}

// For messages.
std::string Dial::State::doing() const {
  if (tls) return "TLS handshake with " + url.address();
  if (proxy) return options.via.print() + ", asked for " + url.address();
  if (next == 0) return "resolve '" + host + "'";
  return (options.via.is_direct() ? "connect to " : "connect to the proxy ") + addresses[next - 1].print();
}

void Dial::State::fail(DialError::Step step, error_code error) {
  std::string message = doing() + ": ";
  message += step == DialError::Step::timeout
                 ? "no answer within " + std::to_string(options.timeout.count()) + " ms"
                 : error.message();
  finish(DialError{step, error, std::move(message)});
}

void Dial::State::finish(boost::system::result<std::unique_ptr<Channel>, DialError> result) {
  const auto self = shared_from_this();  // `done` may destroy the Dial
  times.secured = url.is_tls() ? Clock::now() : times.connected;
  deadline.cancel();
  unwatch();
  socket.close();
  const Done call = std::exchange(done, nullptr);
  call(std::move(result));
}

std::string_view name(DialError::Step step) {
  switch (step) {
    case DialError::Step::resolve: return "resolve";
    case DialError::Step::connect:
    case DialError::Step::timeout: return "connect";
    case DialError::Step::proxy: return "proxy";
    case DialError::Step::tls: return "tls";
  }
  return "";
}

Dial::Dial(Loop& loop, const Url& url, const DialOptions& options, Done done)
    : state_(std::make_shared<State>(loop, url, options, std::move(done))) {
  state_->start();
}

Dial::~Dial() { state_->done = nullptr; }

const DialTimes& Dial::times() const { return state_->times; }

}  // namespace wsrig::net
