#include "proxy/exchange.hpp"

#include <algorithm>

#include "net/socket.hpp"
#include "proxy/bridge.hpp"
#include "proxy/channel_recorder.hpp"
#include "proxy/farewell.hpp"
#include "proxy/inspector.hpp"
#include "proxy/refusal.hpp"
#include "proxy/tunnel.hpp"

namespace wsrig::proxy {

Exchange::Exchange(Services& services, ExchangeStart start)
    : Connection(services, std::move(start.setup)),
      route_(start.route),
      url_(std::move(start.upstream)),
      client_(std::move(start.client)),
      request_(std::move(start.request)),
      target_(std::move(start.target)),
      verdict_(std::move(start.verdict)),
      rest_(std::move(start.rest)),
      downstream_(std::move(start.channel), Direction::to_upstream, *this),
      reader_(config().limits.head, config().limits.header_fields),
      since_(services.loop.now()) {
  if (!is_upgrade())
    request_body_ = *ws::BodyReader::of_request(request_);  // Request has seen that there is one
}

void Exchange::begin() {
  downstream_.start();
  downstream_.hold(true);
  dial();
}

// ---- to the upstream ----

void Exchange::dial() {
  net::DialOptions options;
  options.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(config().timeouts.connect);
  options.tls = setup_->tls_for(route());
  if (route().upstream.via) options.via = *route().upstream.via;
  dial_ = std::make_unique<net::Dial>(services_.loop, url_, options, [this](auto result) {
    if (!result) return dial_failed(result.error());
    dialled(std::move(*result));
  });
}

void Exchange::dial_failed(const net::DialError& error) {
  ++services_.counters.dial_failures;
  refuse(error.step == net::DialError::Step::timeout ? 504 : 502, error.message);
}

void Exchange::dialled(std::unique_ptr<net::Channel> channel) {
  net::keep_alive(channel->stream().descriptor(), config().timeouts.keepalive);
  if (services_.recording) record(*channel, OwnEnd::client, *services_.recording);
  since_ = services_.loop.now();
  SideEvents& events = *this;
  upstream_.emplace(std::move(channel), Direction::to_downstream, events);
  if (route().is_bridge()) return open_bridge();
  upstream_->start();
  send_request();
}

void Exchange::open_bridge() {
  const ws::ResponseHead response = ws::build_response(verdict_);
  downstream_.outlet().write(ws::as_bytes(response.print()));
  auto bridge = std::make_unique<Bridge>(services_, tunnel_start({}));
  if (verdict_.agreement.subprotocol == "base64") bridge->use_base64();
  services_.registry.replace(*this, std::move(bridge));
}

void Exchange::send_request() {
  const Purpose purpose = is_upgrade() ? Purpose::websocket : Purpose::http;
  const ClientFacts facts{client_.host(), client_.is_tls};
  const ws::HttpHead head(forward_request(request_, target_, purpose, route(), facts));
  upstream_->outlet().write(ws::as_bytes(head.bytes()));
  if (is_upgrade()) return note_asked(head);  // what comes behind an upgrade waits for the 101
  pass_request_body(rest_);
  rest_.clear();
  balance();
}

// An answer is judged by what the upstream was asked, which rewriting may have changed.
void Exchange::note_asked(const ws::HttpHead& sent) {
  asked_.key = sent.find("Sec-WebSocket-Key").value_or("");
  const std::string subprotocols = sent.joined("Sec-WebSocket-Protocol");
  for (const std::string_view name : ws::split_list(subprotocols)) asked_.subprotocols.emplace_back(name);
  asked_.extensions = sent.joined("Sec-WebSocket-Extensions");
}

// What comes behind the body is another request; this connection has had its one.
void Exchange::pass_request_body(ws::Bytes data) {
  const std::size_t size = request_body_.feed(data);
  upstream_->outlet().write(data.first(size));
}

// ---- what the sides tell ----

void Exchange::on_data(Side& side, ws::MutableBytes data) {
  if (side.reads() == Direction::to_upstream) {
    pass_request_body(data);
    if (request_body_.is_broken()) return remove();
    return balance();
  }
  if (!has_answer()) return read_answer(data);
  pass_answer_body(data);
}

void Exchange::on_eof(Side& side) {
  if (side.reads() == Direction::to_upstream) {
    if (!request_body_.is_complete()) remove();
    return;  // a client may end its half and wait for the answer
  }
  if (!has_answer()) return refuse(502, "the upstream closed the connection without an answer");
  finish_answer();  // the end of a body that ends so; another one is cut short, as the client can see
}

void Exchange::on_error(Side& side, net::error_code error) {
  if (side.reads() == Direction::to_downstream && !has_answer()) {
    return refuse(502, "the upstream closed the connection without an answer: " + error.message());
  }
  remove();
}

// ---- the upstream's answer ----

void Exchange::read_answer(ws::Bytes data) {
  while (!data.empty()) {
    std::size_t taken = 0;
    const auto status = reader_.feed(data, taken);
    data = data.subspan(taken);
    if (status == ws::HeadReader::Status::need_more) return;
    if (status != ws::HeadReader::Status::complete) return refuse(502, "the upstream's head is too long");
    if (!take_answer(reader_.take(), data)) return;
  }
}

bool Exchange::take_answer(const ws::HttpHead& answer, ws::Bytes rest) {
  if (answer.status() == 0 || !answer.anomalies().empty()) {
    refuse(502, "the upstream's answer is not HTTP");
    return false;
  }
  if (answer.is_interim()) {
    pass_interim(answer);
    return true;
  }
  if (answer.status() == 101) {
    open_tunnel(answer, rest);
  } else {
    begin_answer(answer, rest);
  }
  return false;
}

// RFC 9110 §15.2: it goes on, but not to HTTP/1.0, nor in front of a 101: many a WebSocket client takes the
// first head for the last.
void Exchange::pass_interim(const ws::HttpHead& answer) {
  if (is_upgrade() || request_.version_number() == 10) return;
  downstream_.outlet().write(ws::as_bytes(forward_response(answer, route())));
}

void Exchange::open_tunnel(const ws::HttpHead& answer, ws::Bytes rest) {
  if (!is_upgrade()) return refuse(502, "the upstream switched protocols without being asked");
  const ws::ResponseVerdict verdict = ws::verify_response(answer, asked_);
  if (!verdict.findings.empty()) {
    ++services_.counters.handshake_failures;
    const ws::HandshakeFinding& finding = verdict.findings.front();
    return refuse(502, finding.message + " (" + std::string(finding.section) + ")");
  }
  downstream_.outlet().write(ws::as_bytes(forward_response(answer, route())));
  std::unique_ptr<Connection> tunnel;
  if (route().mode == Mode::inspect) {
    tunnel = std::make_unique<Inspector>(services_, tunnel_start(rest), verdict.agreement.deflate);
  } else {
    tunnel = std::make_unique<Tunnel>(services_, tunnel_start(rest));
  }
  services_.registry.replace(*this, std::move(tunnel));
}

TunnelStart Exchange::tunnel_start(ws::Bytes from_upstream) {
  return {.setup = setup_,
          .route = route_,
          .upstream_url = url_.print(),
          .client = std::move(client_),
          .downstream = downstream_.take_channel(),
          .upstream = upstream_->take_channel(),
          .from_client = std::move(rest_),
          .from_upstream = {from_upstream.begin(), from_upstream.end()}};
}

void Exchange::begin_answer(const ws::HttpHead& answer, ws::Bytes rest) {
  answer_body_ = ws::BodyReader::of_response(answer, request_.method());
  if (!answer_body_) return refuse(502, "the length of the upstream's answer is not certain");
  downstream_.outlet().write(ws::as_bytes(forward_response(answer, route())));
  pass_answer_body(rest);
}

void Exchange::pass_answer_body(ws::Bytes data) {
  const std::size_t size = answer_body_->feed(data);
  downstream_.outlet().write(data.first(size));
  if (answer_body_->is_complete() || answer_body_->is_broken()) return finish_answer();
  balance();
}

void Exchange::finish_answer() {
  services_.registry.replace(
      *this, std::make_unique<Farewell>(services_, setup_, downstream_.take_channel(), std::string()));
}

void Exchange::refuse(int status, const std::string& why) {
  services_.registry.replace(*this, refuse_client(services_, setup_, downstream_.take_channel(), client_,
                                                  ws::build_refusal(status, why + "\n"), request_.method()));
}

// ---- time and room ----

// The client is read for the body of its request, and only as fast as the upstream takes it.
void Exchange::balance() {
  downstream_.hold(is_upgrade() || !upstream_ || upstream_->held() > 0);
  if (upstream_) upstream_->hold(downstream_.held() > 0);
}

void Exchange::sweep(net::Clock::time_point now) {
  if (!upstream_) return;  // the dial has its own deadline
  const Timeouts& timeouts = config().timeouts;
  const auto moved = std::max({since_, downstream_.channel().last_read(), downstream_.channel().last_write(),
                               upstream_->channel().last_read(), upstream_->channel().last_write()});
  if (!has_answer()) {
    if (now - (is_upgrade() ? since_ : moved) >= timeouts.answer)
      refuse(504, "the upstream gave no answer in time");
  } else if (timeouts.idle.count() > 0 && now - moved >= timeouts.idle) {
    remove();
  }
}

// An answer that is on its way may end in its own time.
void Exchange::drain() {
  if (!has_answer()) refuse(503, "the proxy stops");
}

std::size_t Exchange::buffered() const {
  return downstream_.held() + (upstream_ ? upstream_->held() : 0) + rest_.size();
}

}  // namespace wsrig::proxy
