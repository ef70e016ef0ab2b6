#include "proxy/server.hpp"

#include <algorithm>
#include <utility>

#include "net/socket.hpp"
#include "proxy/channel_recorder.hpp"
#include "proxy/log.hpp"
#include "proxy/refusal.hpp"
#include "proxy/request.hpp"

namespace wsrig::proxy {

namespace {

// Those beyond the limit who are being told so; beyond this many more they are closed without a word.
constexpr std::size_t connections_to_refuse = 256;

}  // namespace

boost::system::result<std::shared_ptr<const Setup>, std::string> make_setup(Config config) {
  auto setup = std::make_shared<Setup>();
  setup->config = std::move(config);
  for (const Route& route : setup->config.routes) {
    auto& context = setup->upstream_tls.emplace_back();
    if (!route.upstream.url.is_tls()) continue;
    net::TlsClientOptions options;
    options.ca_file = route.upstream.ca_file;
    options.insecure = route.upstream.insecure;
    auto made = net::TlsContext::client(options);
    if (!made) return made.error();
    context = std::move(*made);
  }
  return std::shared_ptr<const Setup>(std::move(setup));
}

Server::Server(net::Loop& loop, std::shared_ptr<const Setup> setup)
    : loop_(loop),
      setup_(std::move(setup)),
      services_{loop, *this},
      sweep_timer_(loop),
      drain_timer_(loop),
      rate_limit_(config().limits.connections_per_minute) {
  schedule_sweep();
}

// ---- listeners ----

std::optional<std::string> Server::open() {
  if (!config().record.empty()) {
    if (auto problem = open_recording()) return problem;
  }
  const bool needs_tls = std::ranges::any_of(config().listeners, &net::Url::is_tls);
  if (needs_tls) {
    if (auto problem = load_certificate(*setup_)) return problem;
  }
  for (const net::Url& url : config().listeners) {
    if (auto problem = open(url)) return problem;
  }
  return {};
}

std::optional<std::string> Server::open_recording() {
  auto recording = capture::Recording::create(config().record, "wsrig-proxy");
  if (!recording) return "cannot write " + config().record + ": " + recording.error().message();
  services_.recording = std::move(*recording);
  services_.recording->on_failure([log = Log(config().log)](net::error_code error) {
    log.event("record-failed", {{"reason", error.message()}});
  });
  return {};
}

std::optional<std::string> Server::open(const net::Url& url) {
  net::ListenOptions options;
  options.backlog = config().backlog;
  options.tls = tls_ ? &*tls_ : nullptr;
  options.tls_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(config().timeouts.request);
  options.max_handshakes = config().limits.connections;
  auto listener = net::Listener::open(
      loop_, url, options, [this](std::unique_ptr<net::Channel> channel) { accepted(std::move(channel)); });
  if (!listener) return listener.error();
  listeners_.push_back(std::move(*listener));
  return {};
}

// One certificate for all listeners; they refer to it where it stands.
std::optional<std::string> Server::load_certificate(const Setup& setup) {
  net::TlsServerOptions options;
  options.identities = setup.config.tls.identities;
  options.client_ca_file = setup.config.tls.client_ca_file;
  options.client_cert_optional = setup.config.tls.client_cert_optional;
  auto context = net::TlsContext::server(options);
  if (!context) return context.error();
  tls_ = std::move(*context);
  return {};
}

std::vector<net::Url> Server::addresses() const {
  std::vector<net::Url> urls;
  for (const auto& listener : listeners_) urls.push_back(listener->url());
  return urls;
}

std::optional<std::string> Server::reload(std::shared_ptr<const Setup> setup) {
  if (tls_) {
    if (auto problem = load_certificate(*setup)) return problem;
  }
  setup_ = std::move(setup);
  rate_limit_ = RateLimit(config().limits.connections_per_minute);
  return {};
}

// ---- connections ----

void Server::accepted(std::unique_ptr<net::Channel> channel) {
  ++services_.counters.accepted;
  if (connections_.size() >= config().limits.connections + connections_to_refuse) return;
  net::keep_alive(channel->stream().descriptor(), config().timeouts.keepalive);
  if (services_.recording) record(*channel, OwnEnd::server, *services_.recording);
  connections_.add(first_part(std::move(channel)));
}

std::unique_ptr<Connection> Server::first_part(std::unique_ptr<net::Channel> channel) {
  const char* too_many = nullptr;
  if (connections_.size() >= config().limits.connections) too_many = "too many connections\n";
  if (buffered_ > config().limits.buffered) too_many = "too much is held for clients that do not read\n";
  if (is_too_frequent(*channel)) too_many = "too many connections from this address\n";
  if (too_many == nullptr) return std::make_unique<Request>(services_, setup_, std::move(channel));
  const ClientInfo client{channel->peer_address(), {}, channel->is_tls(), loop_.now()};
  return refuse_client(services_, setup_, std::move(channel), client, ws::build_refusal(503, too_many),
                       "GET");
}

bool Server::is_too_frequent(net::Channel& channel) {
  const auto address = net::IpAddress::of(net::peer_address(channel.stream().descriptor()));
  return address && !rate_limit_.admit(*address, loop_.now());
}

void Server::remove(Connection& connection) {
  connections_.remove(connection);
  finish_when_empty();
}

void Server::replace(Connection& connection, std::unique_ptr<Connection> next) {
  connections_.replace(connection, std::move(next));
}

// ---- time ----

void Server::schedule_sweep() {
  const Timeouts& timeouts = config().timeouts;
  const auto interval = net::sweep_interval({timeouts.request, timeouts.answer, timeouts.idle, timeouts.ping,
                                             timeouts.pong, timeouts.close, timeouts.drain});
  sweep_timer_.start(interval, [this] { sweep(); });
}

void Server::sweep() {
  schedule_sweep();
  buffered_ = 0;
  connections_.for_each([this](Connection& connection) {
    buffered_ += connection.buffered();
    connection.sweep(loop_.now());
  });
}

void Server::stop(std::function<void()> stopped) {
  stopped_ = std::move(stopped);
  for (const auto& listener : listeners_) listener->stop();
  drain_timer_.start(config().timeouts.drain, [this] { end_drain(); });
  connections_.for_each([](Connection& connection) { connection.drain(); });
  finish_when_empty();
}

Counters Server::counters() const {
  Counters now = services_.counters;
  connections_.for_each([&](const Connection& connection) { connection.add_traffic(now.traffic); });
  return now;
}

void Server::end_drain() {
  connections_.for_each([](Connection& connection) { connection.give_up(); });
  connections_.clear();
  finish_when_empty();
}

void Server::finish_when_empty() {
  if (stopped_ && connections_.empty()) loop_.post(std::exchange(stopped_, nullptr));
}

}  // namespace wsrig::proxy
