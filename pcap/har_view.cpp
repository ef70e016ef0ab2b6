#include "pcap/har_view.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "cli/options.hpp"
#include "pcap/show.hpp"
#include "pcap/text_pieces.hpp"
#include "report/text.hpp"
#include "ws/base64.hpp"

namespace wsrig::pcap {

namespace {

using report::json_string;

/// Whole groups of three octets, so that the text of the pieces is that of the whole (RFC 4648 §4).
constexpr std::size_t base64_piece = std::size_t{48} * 1024;

double milliseconds(const std::optional<Origin>& from, const std::optional<Origin>& to) {
  return from && to ? std::chrono::duration<double, std::milli>(to->time - from->time).count() : -1;
}

std::string headers_of(const std::optional<ws::HttpHead>& head) {
  std::string out = "[";
  for (const ws::HttpField& field : head ? head->fields() : std::vector<ws::HttpField>{}) {
    if (out.size() > 1) out += ',';
    out += fmt::format(R"({{"name":{},"value":{}}})", json_string(field.name), json_string(field.value));
  }
  return out + "]";
}

/// What stands behind the question mark (HAR: name and value, as they are in the URL).
std::string query_of(std::string_view path) {
  std::string out = "[";
  const auto mark = path.find('?');
  std::string_view rest = mark == std::string_view::npos ? std::string_view() : path.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const auto equals = std::min(pair.find('='), pair.size());
    if (out.size() > 1) out += ',';
    out += fmt::format(R"({{"name":{},"value":{}}})", json_string(pair.substr(0, equals)),
                       json_string(pair.substr(std::min(equals + 1, pair.size()))));
  }
  return out + "]";
}

std::string request_of(const Connection& connection) {
  const std::string host = connection.host().empty() ? connection.transport_of(ws::Role::server).address
                                                     : std::string(connection.host());
  const std::string url = (connection.transport->tls.empty() ? "ws://" : "wss://") + host +
                          std::string(connection.path().empty() ? "/" : connection.path());
  const auto size = connection.request ? static_cast<std::int64_t>(connection.request->bytes().size()) : -1;
  return fmt::format(
      R"({{"method":"GET","url":{},"httpVersion":"{}","cookies":[],"headers":{},"queryString":{},"headersSize":{},"bodySize":0}})",
      json_string(url), connection.http2_stream != 0 ? "HTTP/2" : "HTTP/1.1", headers_of(connection.request),
      query_of(connection.path()), size);
}

std::string response_of(const Connection& connection) {
  const auto size = connection.response ? static_cast<std::int64_t>(connection.response->bytes().size()) : -1;
  return fmt::format(
      R"({{"status":{},"statusText":{},"httpVersion":"{}","cookies":[],"headers":{},"content":{{"size":0,"mimeType":"x-unknown"}},"redirectURL":"","headersSize":{},"bodySize":0}})",
      connection.status(),
      json_string(connection.response ? connection.response->reason() : std::string_view()),
      connection.http2_stream != 0 ? "HTTP/2" : "HTTP/1.1", headers_of(connection.response), size);
}

}  // namespace

HarView::HarView(Sink& sink, std::uint64_t payload) : sink_(sink), payload_(payload) {
  sink_.write(fmt::format(
      R"({{"log":{{"version":"1.2","creator":{{"name":"wsrig-pcap","version":"{}"}},"pages":[],"entries":[)",
      cli::version_number()));
}

void HarView::on_message(const MessageSeen& message) {
  const std::uint64_t id = message.connection->id;
  messages_.append(
      id, fmt::format(R"({}{{"type":"{}","time":{:.6f},"opcode":{},"data":")", messages_.has(id) ? "," : "",
                      message.sender == ws::Role::client ? "send" : "receive",
                      std::chrono::duration<double>(message.last.time).count(),
                      static_cast<int>(message.opcode)));
  const bool text = message.opcode == ws::Opcode::text && message.utf8 && message.inflated;
  text ? append_text(id, ws::as_text(message.payload)) : append_base64(id, message.payload);
  messages_.append(id, R"("})");
}

void HarView::append_text(std::uint64_t id, std::string_view text) {
  while (!text.empty()) {
    const std::string quoted = json_string(take_piece(text));
    messages_.append(id, std::string_view(quoted).substr(1, quoted.size() - 2));
  }
}

void HarView::append_base64(std::uint64_t id, ws::Bytes octets) {
  while (!octets.empty()) {
    const std::size_t size = std::min(octets.size(), base64_piece);
    messages_.append(id, ws::base64(octets.first(size)));
    octets = octets.subspan(size);
  }
}

void HarView::on_connection_end(const Connection& connection) {
  if (connection.kind == ConnectionKind::encrypted) return;
  const Origin begin = connection.begin();
  const double wait = milliseconds(connection.requested, connection.answered);
  const double time = std::chrono::duration<double, std::milli>(connection.last().time - begin.time).count();
  sink_.write(fmt::format(
      R"({}{{"startedDateTime":"{}","time":{:.3f},"request":{},"response":{},"cache":{{}},"timings":{{"connect":{:.3f},"ssl":{:.3f},"send":0,"wait":{:.3f},"receive":0}},"serverIPAddress":{},"connection":"{}","_resourceType":"websocket","_webSocketMessages":[)",
      first_ ? "" : ",", iso_time(begin.time), time, request_of(connection), response_of(connection),
      milliseconds(connection.transport->side(Side::first).syn, connection.transport->established),
      milliseconds(connection.transport->tls_start, connection.transport->tls_done), std::max(wait, 0.0),
      json_string(to_string(connection.transport->ends[index(connection.side_of(ws::Role::server))].address)),
      connection.id));
  messages_.take(connection.id, sink_);
  sink_.write("]}");
  first_ = false;
}

void HarView::finish() {
  sink_.write("]}}\n");
  sink_.flush();
}

}  // namespace wsrig::pcap
