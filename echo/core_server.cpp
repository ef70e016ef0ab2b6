#include "echo/core_server.hpp"

#include <utility>

#include "echo/handshake_connection.hpp"
#include "echo/raw_connection.hpp"

namespace wsrig::echo {

namespace {

// Those beyond the limit who are being told so; beyond this many more they are closed without a word.
constexpr std::size_t connections_to_refuse = 256;

std::string over_capacity() {
  ws::ResponseHead response = ws::build_refusal(503, "too many connections\n");
  response.fields.emplace_back("Retry-After", "1");
  return response.print();
}

}  // namespace

CoreServer::CoreServer(net::Loop& loop, const Config& config, Behaviour behaviour)
    : loop_(loop), config_(config), behaviour_(std::move(behaviour)), sweep_timer_(loop) {
  schedule_sweep();
}

std::optional<std::string> CoreServer::open() {
  for (const net::Url& url : config_.listeners) {
    if (auto problem = open(url)) return problem;
  }
  return {};
}

std::optional<std::string> CoreServer::open(const net::Url& url) {
  net::ListenOptions options;
  if (url.is_tls()) {
    if (auto problem = make_tls()) return problem;
    options.tls = &*tls_;
    options.tls_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(config_.timeouts.handshake);
    options.max_handshakes = config_.max_connections;
  }
  auto route = std::make_unique<Route>(Route{url, url.target == "/" ? "" : url.target, nullptr});
  auto listener = net::Listener::open(loop_, url, options,
                                      [this, &serving = *route](std::unique_ptr<net::Channel> channel) {
                                        accepted(std::move(channel), serving);
                                      });
  if (!listener) return listener.error();
  route->listener = std::move(*listener);
  routes_.push_back(std::move(route));
  return {};
}

// One certificate for all listeners.
std::optional<std::string> CoreServer::make_tls() {
  if (tls_) return {};
  net::TlsServerOptions options;
  if (!config_.cert_file.empty()) options.identities = {{config_.cert_file, config_.key_file}};
  auto context = net::TlsContext::server(options);
  if (!context) return context.error();
  tls_ = std::move(*context);
  return {};
}

std::vector<net::Url> CoreServer::addresses() const {
  std::vector<net::Url> urls;
  for (const auto& route : routes_) urls.push_back(route->listener->url());
  return urls;
}

void CoreServer::accepted(std::unique_ptr<net::Channel> channel, const Route& route) {
  if (connections_.size() >= config_.max_connections + connections_to_refuse) return;
  connections_.add(first_part(std::move(channel), route));
}

std::unique_ptr<Connection> CoreServer::first_part(std::unique_ptr<net::Channel> channel,
                                                   const Route& route) {
  Registry& registry = *this;
  const bool is_websocket = route.url.is_websocket();
  if (connections_.size() >= config_.max_connections) {
    return std::make_unique<FarewellConnection>(registry, std::move(channel),
                                                is_websocket ? over_capacity() : "", config_.timeouts.close);
  }
  if (!is_websocket) return std::make_unique<RawConnection>(registry, std::move(channel), config_);
  return std::make_unique<HandshakeConnection>(registry, std::move(channel), config_, behaviour_, route.path);
}

void CoreServer::remove(Connection& connection) {
  connections_.remove(connection);
  finish_when_empty();
}

void CoreServer::replace(Connection& connection, std::unique_ptr<Connection> next) {
  connections_.replace(connection, std::move(next));
}

void CoreServer::schedule_sweep() {
  const Timeouts& timeouts = config_.timeouts;
  const auto interval =
      net::sweep_interval({timeouts.handshake, timeouts.idle, timeouts.ping, timeouts.pong, timeouts.close});
  sweep_timer_.start(interval, [this] { sweep(); });
}

void CoreServer::sweep() {
  schedule_sweep();
  connections_.for_each([this](Connection& connection) { connection.sweep(loop_.now()); });
}

void CoreServer::stop(std::function<void()> stopped) {
  stopped_ = std::move(stopped);
  for (const auto& route : routes_) route->listener->stop();
  connections_.for_each([](Connection& connection) { connection.stop(); });
  finish_when_empty();
}

void CoreServer::finish_when_empty() {
  if (stopped_ && connections_.empty()) loop_.post(std::exchange(stopped_, nullptr));
}

}  // namespace wsrig::echo
