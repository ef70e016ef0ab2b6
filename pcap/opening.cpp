#include "pcap/opening.hpp"

#include <algorithm>

#include "ws/handshake.hpp"

namespace wsrig::pcap {

namespace {

/// Takes whatever a client asks for.
ws::ServerPolicy any_policy() {
  ws::ServerPolicy policy;
  policy.deflate = ws::DeflatePolicy{};
  return policy;
}

/// What the client asked, as the judge of the response wants it.
ws::ClientRequest asked(const ws::HttpHead& request) {
  ws::ClientRequest out;
  out.key = std::string(request.find("Sec-WebSocket-Key").value_or(""));
  out.extensions = request.joined("Sec-WebSocket-Extensions");
  const std::string subprotocols = request.joined("Sec-WebSocket-Protocol");
  for (const auto name : ws::split_list(subprotocols)) out.subprotocols.emplace_back(name);
  return out;
}

/// What a server says it compresses with, whether or not it was asked to: its frames will tell.
std::optional<ws::DeflateParams> announced_deflate(const ws::HttpHead& response) {
  std::string error;
  const auto used = ws::parse_extensions(response.joined("Sec-WebSocket-Extensions"), error);
  if (!used) return {};
  ws::ExtensionOffer any{.name = std::string(ws::deflate_extension), .parameters = {}};
  for (const char* name :
       {"client_max_window_bits", "client_no_context_takeover", "server_no_context_takeover"}) {
    any.parameters.push_back({.name = name, .value = {}});
  }
  ws::DeflateMistake mistake;
  for (const ws::ExtensionOffer& extension : *used) {
    if (extension.name == ws::deflate_extension) return ws::accept_deflate(extension, any, mistake);
  }
  return {};
}

/// Where one head is missing, or cut off, what it could have agreed on is taken for agreed.
std::optional<ws::DeflateParams> likely_deflate(const Connection& connection) {
  const bool may_have_offered =
      !connection.request || connection.request_cut ||
      connection.request->joined("Sec-WebSocket-Extensions").find(ws::deflate_extension) != std::string::npos;
  const bool answer_known = connection.response && !connection.response_cut;
  if (answer_known) return announced_deflate(*connection.response);
  return may_have_offered ? std::optional(ws::DeflateParams{}) : std::nullopt;
}

void report(Connection& connection, Journal& journal, ws::Role sender, const Origin& origin,
            const std::vector<ws::HandshakeFinding>& findings) {
  for (const ws::HandshakeFinding& finding : findings) {
    const std::string id = "handshake:" + std::string(finding.id);
    journal.anomaly(connection, {id, finding.section, {}}, sender, origin, 0, finding.message);
  }
}

void judge_request(Connection& connection, Journal& journal) {
  if (!connection.request || connection.request_cut || connection.http2_stream != 0) return;
  const auto verdict = ws::verify_request(*connection.request, any_policy());
  report(connection, journal, ws::Role::client, connection.requested.value_or(Origin{}), verdict.findings);
}

/// RFC 8441 §5: HTTP/2 has neither Upgrade nor Connection, Key nor Accept.
bool applies(const ws::HandshakeFinding& finding, bool http2) {
  if (!http2) return true;
  return finding.id.starts_with("extension") || finding.id.starts_with("subprotocol") ||
         finding.id.starts_with("deflate");
}

}  // namespace

void open_connection(Connection& connection, Journal& journal) {
  ws::ResponseVerdict verdict;
  const bool whole =
      connection.request && connection.response && !connection.request_cut && !connection.response_cut;
  if (whole) verdict = ws::verify_response(*connection.response, asked(*connection.request));
  connection.deflate = verdict.agreement.deflate;
  connection.subprotocol = verdict.agreement.subprotocol;
  if (!connection.deflate) connection.deflate = likely_deflate(connection);
  if (connection.subprotocol.empty() && connection.response) {
    connection.subprotocol = connection.response->find("Sec-WebSocket-Protocol").value_or("");
  }
  journal.begin(connection);
  judge_request(connection, journal);
  std::erase_if(verdict.findings,
                [&](const auto& finding) { return !applies(finding, connection.http2_stream != 0); });
  report(connection, journal, ws::Role::server, connection.answered.value_or(Origin{}), verdict.findings);
}

void refuse_connection(Connection& connection, Journal& journal) {
  connection.kind = ConnectionKind::refused;
  journal.begin(connection);
  judge_request(connection, journal);
}

}  // namespace wsrig::pcap
