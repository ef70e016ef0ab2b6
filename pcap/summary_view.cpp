#include "pcap/summary_view.hpp"

#include <fmt/format.h>
#include <iterator>

#include "pcap/show.hpp"
#include "report/text.hpp"

namespace wsrig::pcap {

namespace {

void add(std::string& line, std::string_view text) {
  if (!text.empty()) (line += "  ") += text;
}

std::string one_line(std::string_view text) { return report::visible(text, report::Controls::escape); }

/// What the client asked for, or what of it is known.
std::string subject(const Connection& connection) {
  if (connection.kind == ConnectionKind::encrypted) {
    std::string text =
        connection.transport->sni.empty() ? std::string("no SNI") : "sni " + connection.transport->sni;
    if (!connection.transport->alpn.empty()) text += " alpn " + connection.transport->alpn;
    return text;
  }
  return connection.request ? std::string(connection.path()) : "?";
}

std::string traffic(const Connection& connection, ws::Role role) {
  if (!connection.transport_of(role).captured) return fmt::format("{} not captured", arrow(role));
  const Sent& sent = connection.of(role);
  std::string text = fmt::format("{} {} frames, {} messages, {}", arrow(role), sent.frame_count(),
                                 sent.messages, show_size(sent.payload));
  if (sent.inflated > 0 && sent.compressed > 0) {
    text += fmt::format(" (deflate {:.0f}%)",
                        100.0 * static_cast<double>(sent.compressed) / static_cast<double>(sent.inflated));
  }
  if (sent.missing > 0) text += fmt::format(", {} missing", show_size(sent.missing));
  return text;
}

std::string times(const Connection& connection) {
  const Transport& transport = *connection.transport;
  std::string text;
  const auto part = [&](std::string_view name, const std::optional<Origin>& from,
                        const std::optional<Origin>& to) {
    if (from && to) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, show_span(from, to));
  };
  part("tcp", transport.side(Side::first).syn, transport.established);
  part("tls", transport.tls_start, transport.tls_done);
  part("upgrade", connection.requested, connection.answered);
  return text;
}

std::string pings(const Connection& connection) {
  std::string text;
  for (const ws::Role role : {ws::Role::client, ws::Role::server}) {
    const PingTimes& pings = connection.of(role).pings;
    if (pings.answered == 0) continue;
    const auto mean = pings.sum / static_cast<std::int64_t>(pings.answered);
    text += fmt::format("{}ping{} {}", text.empty() ? "" : ", ", arrow(role), show_span(mean));
  }
  return text;
}

std::string ending(const Connection& connection) {
  std::string text;
  for (const ws::Role role : {ws::Role::client, ws::Role::server}) {
    const auto& close = connection.of(role).close;
    if (close) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", arrow(role), show_close(*close));
  }
  if (!text.empty()) return text;
  const bool is_known =
      connection.is_end_known(ws::Role::client) && connection.is_end_known(ws::Role::server);
  return is_known ? "no close" : "no close captured";
}

std::string anomalies(const Connection& connection) {
  if (connection.anomalies.empty()) return "ok";
  std::string text = "ANOMALIES";
  for (const auto& [id, count] : connection.anomalies) {
    text += " " + id;
    if (count > 1) text += fmt::format("×{}", count);
  }
  return text;
}

}  // namespace

void SummaryView::on_connection_end(const Connection& connection) {
  std::string line = fmt::format("{}", connection.id);
  const auto address = [&](ws::Role role) { return connection.transport_of(role).address; };
  add(line, fmt::format("{} > {}", address(ws::Role::client), address(ws::Role::server)));
  for (const std::string& via : connection.transport->via) add(line, "via " + one_line(via));
  add(line, one_line(connection.transport->tls));
  if (connection.http2_stream != 0) add(line, fmt::format("h2 stream {}", connection.http2_stream));
  add(line, one_line(subject(connection)));
  add(line, show_status(connection));
  if (!connection.subprotocol.empty()) add(line, "subprotocol " + one_line(connection.subprotocol));
  add(line, show_deflate(connection));
  if (connection.kind == ConnectionKind::websocket) {
    add(line, traffic(connection, ws::Role::client));
    add(line, traffic(connection, ws::Role::server));
  }
  add(line, times(connection));
  add(line, pings(connection));
  if (connection.kind == ConnectionKind::websocket) add(line, ending(connection));
  if (connection.kind != ConnectionKind::encrypted) add(line, anomalies(connection));
  sink_.write(line + "\n");
}

}  // namespace wsrig::pcap
