#include "echo/handshake_connection.hpp"

#include <algorithm>
#include <array>

#include "echo/raw_connection.hpp"
#include "echo/test_page.hpp"
#include "echo/websocket_connection.hpp"

namespace wsrig::echo {

namespace {

/// The path of an origin-form or absolute-form target (RFC 9112 §3.2), without the query.
std::string_view path_of(std::string_view target) {
  if (const auto scheme = target.find("://"); !target.starts_with('/') && scheme != std::string_view::npos) {
    const auto slash = target.find('/', scheme + 3);
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  return target.substr(0, target.find('?'));
}

/// Is the absence of a WebSocket handshake all that is wrong? Then it is ordinary HTTP (RFC 9110 §7.8: an
/// Upgrade to something else may be ignored).
bool is_ordinary(const ws::RequestVerdict& verdict) {
  constexpr std::array<std::string_view, 6> absences{"method-not-get",   "upgrade-missing", "upgrade-wrong",
                                                     "connection-wrong", "version-missing", "key-missing"};
  return !verdict.is_upgrade &&
         std::ranges::all_of(verdict.findings, [&](const ws::HandshakeFinding& finding) {
           return std::ranges::find(absences, finding.id) != absences.end();
         });
}

bool wants_html(const ws::HttpHead& request) {
  return request.joined("Accept").find("text/html") != std::string::npos;
}

ws::ResponseHead refuse_method() {
  ws::ResponseHead response = ws::build_refusal(405, "only GET is served here\n");
  for (auto& [name, value] : response.fields) {
    if (name == "Allow") value = "GET, HEAD";
  }
  return response;
}

ws::ResponseHead answer_ordinary(const ws::HttpHead& request) {
  if (request.method() != "GET" && request.method() != "HEAD") return refuse_method();
  return wants_html(request) ? test_page() : ws::build_refusal(426, "this is a WebSocket endpoint\n");
}

}  // namespace

ws::ResponseHead answer_without_upgrade(const ws::HttpHead& request, const ws::RequestVerdict& verdict,
                                        std::string_view path) {
  const bool is_served = path.empty() || path_of(request.target()) == path;
  if (is_ordinary(verdict) || verdict.findings.empty()) {
    return is_served ? answer_ordinary(request) : ws::build_refusal(404, "no WebSocket endpoint here\n");
  }
  const ws::HandshakeFinding& finding = verdict.findings.front();
  if (finding.status == 405) return refuse_method();
  return ws::build_refusal(finding.status, finding.message + " (" + std::string(finding.section) + ")\n");
}

void HandshakeConnection::sweep(net::Clock::time_point now) {
  if (now - since_ < config_.timeouts.handshake) return;
  say_farewell(ws::build_refusal(408, "the request did not come in time\n").print());
}

void HandshakeConnection::on_data(ws::MutableBytes data) {
  std::size_t taken = 0;
  switch (reader_.feed(data, taken)) {
    case ws::HeadReader::Status::need_more: return;
    case ws::HeadReader::Status::complete: return answer(reader_.take(), data.subspan(taken));
    case ws::HeadReader::Status::too_long:
      return say_farewell(ws::build_refusal(431, "the request's head is too long\n").print());
    case ws::HeadReader::Status::too_many_fields:
      return say_farewell(ws::build_refusal(431, "the request has too many header fields\n").print());
  }
}

void HandshakeConnection::answer(const ws::HttpHead& request, ws::Bytes rest) {
  ws::RequestVerdict verdict = ws::verify_request(request, config_.policy);
  std::erase_if(verdict.findings, [&](const ws::HandshakeFinding& finding) {
    return behaviour_.tolerated_findings.contains(finding.id);
  });
  const bool is_served = path_.empty() || path_of(request.target()) == path_;
  if (verdict.findings.empty() && is_served) return accept(verdict, rest);
  say_farewell(refusal(request, verdict));
}

std::string HandshakeConnection::refusal(const ws::HttpHead& request,
                                         const ws::RequestVerdict& verdict) const {
  const ws::ResponseHead response = answer_without_upgrade(request, verdict, path_);
  std::string text = response.print();
  if (request.method() == "HEAD") text.resize(text.size() - response.body.size());  // RFC 9110 §9.3.2
  for (const RefusalEdit& edit : behaviour_.refusal_edits) edit(verdict, text);
  return text;
}

void HandshakeConnection::accept(const ws::RequestVerdict& verdict, ws::Bytes rest) {
  ws::ResponseHead response = ws::build_response(verdict);
  for (const ResponseEdit& edit : behaviour_.response_edits) edit(response);
  channel_->send(ws::as_bytes(response.print()));
  std::optional<ws::DeflateParams> deflate = verdict.agreement.deflate;
  for (const DeflateEdit& edit : behaviour_.deflate_edits) {
    if (deflate) edit(*deflate);
  }
  registry_.replace(*this, std::make_unique<WebSocketConnection>(registry_, std::move(channel_), config_,
                                                                 behaviour_, deflate, rest));
}

void HandshakeConnection::say_farewell(std::string response) {
  registry_.replace(*this, std::make_unique<FarewellConnection>(registry_, std::move(channel_),
                                                                std::move(response), config_.timeouts.close));
}

}  // namespace wsrig::echo
