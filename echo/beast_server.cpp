#include "echo/beast_server.hpp"

#include <algorithm>
#include <array>
#include <list>
#include <map>
#include <optional>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include "echo/test_page.hpp"
#include "ws/handshake.hpp"

namespace wsrig::echo {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using Code = boost::system::error_code;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

std::string_view view(boost::core::string_view text) { return {text.data(), text.size()}; }

/// The subprotocol to answer with: the client's first that is spoken here.
std::string choose_subprotocol(const Request& request, const std::vector<std::string>& spoken) {
  for (const auto offered : http::token_list(request[http::field::sec_websocket_protocol])) {
    if (std::ranges::find(spoken, view(offered)) != spoken.end()) return std::string(offered);
  }
  return {};
}

bool is_allowed_origin(const Request& request, const std::vector<std::string>& allowed) {
  if (allowed.empty() || request.find(http::field::origin) == request.end()) return true;
  return std::ranges::any_of(allowed, [&](const std::string& origin) {
    return ws::equal_ignoring_case(origin, view(request[http::field::origin]));
  });
}

Response from_head(const Request& request, const ws::ResponseHead& head) {
  Response response(static_cast<http::status>(head.status), 11);
  for (const auto& [name, value] : head.fields) response.insert(name, value);
  response.body() = head.body;
  response.content_length(head.body.size());
  if (request.method() == http::verb::head) response.body().clear();
  return response;
}

websocket::permessage_deflate deflate_options(const std::optional<ws::DeflatePolicy>& policy) {
  websocket::permessage_deflate options;
  options.server_enable = policy.has_value();
  if (!policy) return options;
  options.server_max_window_bits = policy->server_max_window_bits;
  options.client_max_window_bits = policy->client_max_window_bits;
  options.server_no_context_takeover = policy->server_no_context_takeover;
  options.client_no_context_takeover = policy->client_no_context_takeover;
  options.compLevel = policy->level;
  options.memLevel = policy->memory_level;
  return options;
}

websocket::stream_base::timeout timeout_options(const Timeouts& timeouts) {
  const bool has_idle = timeouts.idle.count() > 0;
  // Beast pings at half of the idle time-out, and its time-out of the handshake is that of the close too.
  return {.handshake_timeout = timeouts.close,
          .idle_timeout = has_idle ? timeouts.idle : websocket::stream_base::none(),
          .keep_alive_pings = has_idle};
}

/// One connection, from its request to its end. Keeps itself alive while something is under way.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const Config& config, std::string path, std::function<void(Session&)> gone)
      : stream_(std::move(socket)), config_(config), path_(std::move(path)), gone_(std::move(gone)) {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(config.max_head));
  }
  ~Session() {
    if (gone_) gone_(*this);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The server is gone: nobody need be told of this one's end.
  void orphan() { gone_ = nullptr; }

  void start() {
    beast::get_lowest_layer(stream_).expires_after(config_.timeouts.handshake);
    http::async_read(stream_.next_layer(), buffer_, *parser_,
                     [self = shared_from_this()](Code error, std::size_t) { self->on_request(error); });
  }
  void stop() {
    if (!stream_.is_open()) return beast::get_lowest_layer(stream_).close();
    stream_.async_close(websocket::close_code::going_away, [self = shared_from_this()](Code) {});
  }
  void refuse() {
    ws::ResponseHead head = ws::build_refusal(503, "too many connections\n");
    head.fields.emplace_back("Retry-After", "1");
    refuse_with(from_head({}, head));
  }

 private:
  void on_request(Code error) {
    if (error == http::error::header_limit) return refuse_with(from_head({}, ws::build_refusal(431, "")));
    if (error) return;
    const Request request = parser_->release();
    parser_.reset();
    const auto target = view(request.target());
    const bool is_served = path_.empty() || target.substr(0, target.find('?')) == path_;
    if (!is_served)
      return refuse_with(from_head(request, ws::build_refusal(404, "no WebSocket endpoint here\n")));
    if (!websocket::is_upgrade(request)) return refuse_with(answer_ordinary(request));
    if (!is_allowed_origin(request, config_.policy.allowed_origins)) {
      return refuse_with(from_head(request, ws::build_refusal(403, "the origin is not allowed\n")));
    }
    accept(request);
  }

  static Response answer_ordinary(const Request& request) {
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
      return from_head(request, ws::build_refusal(405, "only GET is served here\n"));
    }
    const bool wants_html = view(request[http::field::accept]).find("text/html") != std::string_view::npos;
    return from_head(request,
                     wants_html ? test_page() : ws::build_refusal(426, "this is a WebSocket endpoint\n"));
  }

  void refuse_with(Response response) {
    auto kept = std::make_shared<Response>(std::move(response));
    http::async_write(stream_.next_layer(), *kept, [self = shared_from_this(), kept](Code, std::size_t) {
      Code ignored;
      beast::get_lowest_layer(self->stream_).socket().shutdown(tcp::socket::shutdown_send, ignored);
      self->drain();
    });
  }

  // Unread octets would turn the close into a reset, which can destroy the response.
  void drain() {
    beast::get_lowest_layer(stream_).expires_after(config_.timeouts.close);
    beast::get_lowest_layer(stream_).async_read_some(buffer_.prepare(4096),
                                                     [self = shared_from_this()](Code error, std::size_t) {
                                                       if (!error) self->drain();
                                                     });
  }

  void accept(const Request& request) {
    beast::get_lowest_layer(stream_).expires_never();
    stream_.set_option(timeout_options(config_.timeouts));
    stream_.set_option(deflate_options(config_.policy.deflate));
    stream_.read_message_max(static_cast<std::size_t>(config_.limits.message));
    stream_.auto_fragment(config_.fragment_size > 0);
    // Beast's least write buffer is 8 octets.
    if (config_.fragment_size > 0)
      stream_.write_buffer_bytes(std::max<std::size_t>(config_.fragment_size, 8));
    stream_.set_option(websocket::stream_base::decorator(
        [subprotocol =
             choose_subprotocol(request, config_.policy.subprotocols)](websocket::response_type& response) {
          if (!subprotocol.empty()) response.set(http::field::sec_websocket_protocol, subprotocol);
        }));
    auto kept = std::make_shared<Request>(request);
    stream_.async_accept(*kept, [self = shared_from_this(), kept](Code error) {
      if (!error) self->read();
    });
  }

  void read() {
    stream_.async_read(buffer_, [self = shared_from_this()](Code error, std::size_t) {
      if (!error) self->on_message();
    });
  }

  void on_message() {
    if (config_.mode == Mode::sink) {
      buffer_.clear();
      return read();
    }
    stream_.text(stream_.got_text());
    const std::array<asio::const_buffer, 2> reply{asio::buffer(config_.prefix), buffer_.cdata()};
    stream_.async_write(reply, [self = shared_from_this()](Code error, std::size_t) {
      self->buffer_.clear();
      if (!error) self->read();
    });
  }

  websocket::stream<beast::tcp_stream> stream_;
  const Config& config_;
  const std::string path_;
  std::function<void(Session&)> gone_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
};

/// Accepts on one listener.
struct BeastListener {
  BeastListener(asio::io_context& context, net::Url the_url)
      : url(std::move(the_url)), acceptor(context), retry(context) {}

  net::Url url;
  tcp::acceptor acceptor;
  asio::steady_timer retry;
};

class BeastServer final : public Server {
 public:
  BeastServer(net::Loop& loop, const Config& config) : loop_(loop), config_(config) {}
  ~BeastServer() override {
    for (const auto& session : sessions()) session->orphan();
  }
  BeastServer(const BeastServer&) = delete;
  BeastServer& operator=(const BeastServer&) = delete;

  std::optional<std::string> open() override {
    for (const net::Url& url : config_.listeners) {
      auto& listener = listeners_.emplace_back(loop_.context(), url);
      if (const Code error = listen(listener)) return "listen on " + url.address() + ": " + error.message();
      accept(listener);
    }
    return {};
  }

  std::vector<net::Url> addresses() const override {
    std::vector<net::Url> urls;
    for (const BeastListener& listener : listeners_) {
      net::Url url = listener.url;
      url.port = listener.acceptor.local_endpoint().port();
      url.port_given = true;
      if (url.host.empty()) url.host = "127.0.0.1";
      urls.push_back(std::move(url));
    }
    return urls;
  }

  void stop(std::function<void()> stopped) override {
    stopped_ = std::move(stopped);
    for (BeastListener& listener : listeners_) {
      listener.retry.cancel();
      listener.acceptor.close();
    }
    for (const auto& session : sessions()) session->stop();
    finish_when_empty();
  }

 private:
  Code listen(BeastListener& listener) {
    Code error;
    const bool everywhere = listener.url.host.empty();
    tcp::resolver resolver(loop_.context());
    const auto found =
        resolver.resolve(everywhere ? "::" : listener.url.host, std::to_string(listener.url.port),
                         tcp::resolver::passive | tcp::resolver::numeric_service, error);
    if (error) return error;
    const tcp::endpoint endpoint = found.begin()->endpoint();
    listener.acceptor.open(endpoint.protocol(), error);
    if (!error) listener.acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && everywhere) listener.acceptor.set_option(asio::ip::v6_only(false), error);
    if (!error) listener.acceptor.bind(endpoint, error);
    if (!error) listener.acceptor.listen(1024, error);
    return error;
  }

  void accept(BeastListener& listener) {
    listener.acceptor.async_accept([this, &listener](Code error, tcp::socket socket) {
      if (!listener.acceptor.is_open()) return;
      if (error) return accept_later(listener);
      begin(std::move(socket), listener);
      accept(listener);
    });
  }

  // Descriptors may have run out: trying again at once would only spin.
  void accept_later(BeastListener& listener) {
    listener.retry.expires_after(std::chrono::milliseconds(100));
    listener.retry.async_wait([this, &listener](Code error) {
      if (!error) accept(listener);
    });
  }

  void begin(tcp::socket socket, const BeastListener& listener) {
    Code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const std::string path = listener.url.target == "/" ? "" : listener.url.target;
    const auto session = std::make_shared<Session>(std::move(socket), config_, path, [this](Session& gone) {
      sessions_.erase(&gone);
      finish_when_empty();
    });
    const bool is_full = sessions_.size() >= config_.max_connections;
    sessions_.emplace(session.get(), session);
    is_full ? session->refuse() : session->start();
  }

  std::vector<std::shared_ptr<Session>> sessions() const {
    std::vector<std::shared_ptr<Session>> all;
    for (const auto& entry : sessions_) {
      if (auto session = entry.second.lock()) all.push_back(std::move(session));
    }
    return all;
  }

  void finish_when_empty() {
    if (stopped_ && sessions_.empty()) loop_.post(std::exchange(stopped_, nullptr));
  }

  net::Loop& loop_;
  const Config& config_;
  std::list<BeastListener> listeners_;
  std::map<Session*, std::weak_ptr<Session>> sessions_;
  std::function<void()> stopped_;
};

}  // namespace

std::unique_ptr<Server> make_beast_server(net::Loop& loop, const Config& config) {
  return std::make_unique<BeastServer>(loop, config);
}

}  // namespace wsrig::echo
