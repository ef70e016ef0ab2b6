#include "proxy/request.hpp"

#include <span>

#include "proxy/refusal.hpp"
#include "proxy/router.hpp"
#include "proxy/web_answer.hpp"
#include "ws/body_reader.hpp"

namespace wsrig::proxy {

namespace {

ws::ServerPolicy policy_of(const Route& route) {
  ws::ServerPolicy policy;
  // What a bridge speaks itself; a WebSocket upstream decides for itself.
  if (route.is_bridge()) policy.subprotocols = {"binary", "base64"};
  return policy;
}

/// A request that means the same to everybody, whatever it asks for.
std::optional<ws::ResponseHead> refuse_ambiguous(const ws::HttpHead& request) {
  if (request.method().empty()) return ws::build_refusal(400, "not an HTTP request\n");
  if (!request.anomalies().empty()) {
    const ws::HeadAnomaly anomaly = request.anomalies().front();
    return ws::build_refusal(400,
                             std::string(describe(anomaly)) + " (" + std::string(section(anomaly)) + ")\n");
  }
  if (request.version_number() != 11 && request.version_number() != 10) {
    return ws::build_refusal(505, "HTTP/1.1 is spoken here\n");
  }
  // RFC 9112 §3.2
  const bool needs_host = request.version_number() == 11;
  if (request.count("Host") > 1 || (needs_host && request.count("Host") == 0)) {
    return ws::build_refusal(400, "there must be one Host field (RFC 9112 §3.2)\n");
  }
  const auto body = ws::BodyReader::of_request(request);
  if (!body) return ws::build_refusal(400, "the length of the body is not certain (RFC 9112 §6.3)\n");
  return {};
}

std::optional<ws::ResponseHead> refuse_handshake(const ws::HttpHead& request,
                                                 const ws::RequestVerdict& verdict) {
  if (!verdict.findings.empty()) {
    const ws::HandshakeFinding& finding = verdict.findings.front();
    return ws::build_refusal(finding.status, finding.message + " (" + std::string(finding.section) + ")\n");
  }
  // What is body to one reader is frames to another.
  if (ws::BodyReader::of_request(request)->is_complete()) return {};
  return ws::build_refusal(400, "an upgrade cannot have a body\n");
}

/// A request for something that the route does not serve.
std::optional<ws::ResponseHead> refuse_purpose(const ws::HttpHead& request, const ws::RequestVerdict& verdict,
                                               const Route& route) {
  if (!route.has_upstream()) return ws::build_refusal(404, "there is no WebSocket here\n");
  if (verdict.is_upgrade) return refuse_handshake(request, verdict);
  if (route.http == HttpPolicy::forward && !route.is_bridge()) return {};
  return ws::build_refusal(426, "this is a WebSocket endpoint\n");
}

}  // namespace

Request::Request(Services& services, std::shared_ptr<const Setup> setup,
                 std::unique_ptr<net::Channel> channel)
    : Connection(services, std::move(setup)),
      channel_(std::move(channel)),
      reader_(config().limits.head, config().limits.header_fields),
      client_{channel_->peer_address(), {}, channel_->is_tls(), services.loop.now()} {
  channel_->limit_reads(octets_at_once);
}

void Request::sweep(net::Clock::time_point now) {
  if (now - client_.since < config().timeouts.request) return;
  refuse(ws::build_refusal(408, "the request did not come in time\n"));
}

void Request::on_data(ws::MutableBytes data) {
  std::size_t taken = 0;
  switch (reader_.feed(data, taken)) {
    case ws::HeadReader::Status::need_more: return;
    case ws::HeadReader::Status::complete: return answer(reader_.take(), data.subspan(taken));
    case ws::HeadReader::Status::too_long:
      return refuse(ws::build_refusal(431, "the request's head is too long\n"));
    case ws::HeadReader::Status::too_many_fields:
      return refuse(ws::build_refusal(431, "the request has too many header fields\n"));
  }
}

void Request::answer(const ws::HttpHead& request, ws::Bytes rest) {
  client_.target = request.target();
  if (const auto refusal = refuse_ambiguous(request)) return refuse(*refusal, request.method());
  const RequestTarget target = split_target(request.target(), request.find("Host").value_or(""));
  const Route* const route = find_route(config().routes, target);
  if (route == nullptr) return refuse(ws::build_refusal(404, "no such route\n"), request.method());
  if (route->gate) {
    if (const auto refusal = route->gate->refuse(client_.host(), request))
      return refuse(*refusal, request.method());
  }
  ws::RequestVerdict verdict = ws::verify_request(request, policy_of(*route));
  if (!verdict.is_upgrade && route->http == HttpPolicy::web) return serve_file(request, *route, target.path);
  if (const auto refusal = refuse_purpose(request, verdict, *route))
    return refuse(*refusal, request.method());
  std::optional<net::Url> upstream = route->upstream.url;
  if (route->upstream.tokens) upstream = route->upstream.tokens->find(target.query);
  if (!upstream) return refuse(ws::build_refusal(404, "no such token\n"), request.method());
  ExchangeStart start{setup_,
                      route,
                      std::move(*upstream),
                      std::move(client_),
                      std::move(channel_),
                      request,
                      upstream_target(*route, target),
                      std::move(verdict),
                      {rest.begin(), rest.end()}};
  services_.registry.replace(*this, std::make_unique<Exchange>(services_, std::move(start)));
}

void Request::serve_file(const ws::HttpHead& request, const Route& route, std::string_view path) {
  const std::size_t prefix = route.web_from_root ? 1 : route.path.size();
  WebReply reply = route.web->answer(request, path.substr(prefix));
  if (reply.head.status >= 400) return refuse(reply.head, request.method());
  services_.registry.replace(
      *this, std::make_unique<WebAnswer>(services_, setup_, std::move(channel_), std::move(reply)));
}

void Request::refuse(const ws::ResponseHead& response, std::string_view method) {
  services_.registry.replace(
      *this, refuse_client(services_, setup_, std::move(channel_), client_, response, method));
}

}  // namespace wsrig::proxy
