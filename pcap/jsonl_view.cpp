#include "pcap/jsonl_view.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include "cli/options.hpp"
#include "pcap/plain_text.hpp"
#include "pcap/show.hpp"
#include "report/text.hpp"
#include "ws/base64.hpp"
#include "ws/utf8.hpp"

namespace wsrig::pcap {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view schema = "wsrig-pcap/1";

template <class... Values>
void put(std::string& out, fmt::format_string<Values...> format, Values&&... values) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Values>(values)...);
}

void put_origin(std::string& out, std::string_view name, const std::optional<Origin>& origin) {
  if (!origin) return;
  put(out, R"(,"{}":{{"packet":{},"time_ns":{}}})", name, origin->packet, origin->time.count());
}

void put_text(std::string& out, std::string_view name, std::string_view text) {
  if (!text.empty()) put(out, R"(,"{}":{})", name, report::json_string(text));
}

void put_number(std::string& out, std::string_view name, std::uint64_t value) {
  if (value != 0) put(out, R"(,"{}":{})", name, value);
}

void put_sent(std::string& out, const Connection& connection, ws::Role role) {
  const Sent& sent = connection.of(role);
  put(out, R"("frames":{},"messages":{},"octets":{},"payload":{})", sent.frame_count(), sent.messages,
      sent.wire, sent.payload);
  put_number(out, "compressed_messages", sent.compressed_messages);
  put_number(out, "compressed", sent.compressed);
  put_number(out, "inflated", sent.inflated);
  put_number(out, "not_inflated", sent.not_inflated);
  put_number(out, "missing", sent.missing);
  put_number(out, "unread", sent.unread);
  if (!connection.transport_of(role).captured) out += R"(,"captured":false)";
  if (sent.end_lost) out += R"(,"end_lost":true)";
  put_number(out, "pings", sent.pings.sent);
  put_number(out, "pongs_to_them", sent.pings.answered);
  if (sent.pings.answered > 0) {
    put(out, R"(,"ping_rtt_ns":{{"min":{},"mean":{},"max":{}}})", sent.pings.least.count(),
        sent.pings.sum.count() / static_cast<std::int64_t>(sent.pings.answered), sent.pings.greatest.count());
  }
  if (!sent.close) return;
  out += R"(,"close":{"code":)";
  out += sent.close->code ? std::to_string(*sent.close->code) : "null";
  put(out, R"(,"reason":{},"packet":{}}})", report::json_string(sent.close->reason),
      sent.close->origin.packet);
}

void put_fields(std::string& out, std::string_view name, const std::optional<ws::HttpHead>& head) {
  if (!head) return;
  put(out, R"(,"{}":{{"start_line":{},"headers":[)", name, report::json_string(head->start_line()));
  bool first = true;
  for (const ws::HttpField& field : head->fields()) {
    put(out, "{}[{},{}]", first ? "" : ",", report::json_string(field.name),
        report::json_string(field.value));
    first = false;
  }
  out += "]}";
}

std::string_view kind_name(const Connection& connection) {
  switch (connection.kind) {
    case ConnectionKind::websocket: return "websocket";
    case ConnectionKind::refused: return "refused";
    case ConnectionKind::encrypted: return "encrypted";
  }
  return "";
}

/// What is known from the beginning.
void put_identity(std::string& out, const Connection& connection) {
  put(out, R"("stream":{},"kind":"{}","flow":{},"client":{},"server":{})", connection.id,
      kind_name(connection), connection.transport->flow,
      report::json_string(connection.transport_of(ws::Role::client).address),
      report::json_string(connection.transport_of(ws::Role::server).address));
  put(out, R"(,"mid_stream":{},"confidence":{:.6g})", connection.mid_stream, connection.confidence);
  put_number(out, "http2_stream", connection.http2_stream);
  put_text(out, "tls", connection.transport->tls);
  put_text(out, "sni", connection.transport->sni);
  put_text(out, "alpn", connection.transport->alpn);
  put_text(out, "path", connection.path());
  put_text(out, "host", connection.host());
  put_number(out, "status", static_cast<std::uint64_t>(connection.status()));
  put_text(out, "subprotocol", connection.subprotocol);
  put_text(out, "extensions", show_deflate(connection));
  if (connection.transport->via.empty()) return;
  out += R"(,"via":[)";
  for (const std::string& via : connection.transport->via) {
    put(out, "{}{}", &via == &connection.transport->via.front() ? "" : ",", report::json_string(via));
  }
  out += ']';
}

void put_opcode(JsonLine& line, ws::Opcode opcode) {
  if (const std::string_view name = ws::name(opcode); !name.empty()) {
    line.put(name);
  } else {
    line.put("op", static_cast<std::uint64_t>(opcode));
  }
}

void put_mask(JsonLine& line, const ws::MaskKey& key) {
  constexpr std::string_view digits = "0123456789abcdef";
  line.put(R"(,"mask":")");
  for (const std::uint8_t octet : key) {
    line.put(digits.substr(octet >> 4, 1));
    line.put(digits.substr(octet & 15, 1));
  }
  line.put("\"");
}

/// UTF-8 that ends inside of a character, up to there.
ws::Bytes without_last_character(ws::Bytes text) {
  while ((text.back() & 0xc0) == 0x80) text = text.first(text.size() - 1);
  return text.first(text.size() - 1);
}

}  // namespace

JsonlView::JsonlView(Sink& sink, std::uint64_t payload, const std::vector<std::string>& argv)
    : sink_(sink), payload_(payload) {
  put(out(), R"({{"type":"start","schema":"{}","program":"wsrig-pcap","version":"{}","seed":0,"argv":[)",
      schema, cli::version_number());
  for (std::size_t i = 0; i < argv.size(); ++i)
    put(out(), "{}{}", i == 0 ? "" : ",", report::json_string(argv[i]));
  out() += "]}\n";
}

void JsonlView::on_connection(const Connection& connection) {
  out() += R"({"type":"connection",)";
  put_identity(out(), connection);
  put_origin(out(), "tcp_syn", connection.transport->side(Side::first).syn);
  put_origin(out(), "tcp_established", connection.transport->established);
  put_origin(out(), "tls_start", connection.transport->tls_start);
  put_origin(out(), "tls_done", connection.transport->tls_done);
  put_origin(out(), "requested", connection.requested);
  put_origin(out(), "answered", connection.answered);
  put_fields(out(), "request", connection.request);
  put_fields(out(), "response", connection.response);
  out() += "}\n";
  sink_.written();
}

/// Most records begin as the one before of the same kind and sender did.
std::string_view JsonlView::Beginning::of(std::uint64_t stream, ws::Role sender, ws::Opcode opcode) {
  if (stream_ == stream && opcode_ == opcode) return line_.text();
  stream_ = stream;
  opcode_ = opcode;
  line_ = {};
  line_.put(R"({"type":")");
  line_.put(type_);
  line_.put(R"(","stream":)", stream);
  line_.put(sender == ws::Role::client ? R"(,"from":"client","opcode":")" : R"(,"from":"server","opcode":")");
  put_opcode(line_, opcode);
  line_.put("\"");
  return line_.text();
}

/// Small, because most captures have many: what has its usual value is left out.
void JsonlView::on_frame(const FrameSeen& frame) {
  const ws::Opcode opcode = frame.header.opcode;
  JsonLine line;
  line.put(frames_[index(frame.sender)].of(frame.connection->id, frame.sender, opcode));
  line.put(R"(,"length":)", frame.header.payload_length);
  if (!frame.header.fin) line.put(R"(,"fin":false)");
  if (frame.header.rsv != 0) line.put(R"(,"rsv":)", frame.header.rsv);
  if (frame.header.mask) put_mask(line, *frame.header.mask);
  line.put(R"(,"offset":)", frame.offset);
  line.put(R"(,"packet":)", frame.first.packet);
  if (frame.last.packet != frame.first.packet) line.put(R"(,"last_packet":)", frame.last.packet);
  put_time(line, frame.first.time);
  if (!frame.complete) line.put(R"(,"captured":)", frame.captured);
  // The payload of a data frame stands in its message.
  end_record(line, frame.confidence, ws::is_control(opcode) ? frame.payload : ws::Bytes(),
             frame.header.payload_length);
}

void JsonlView::on_message(const MessageSeen& message) {
  JsonLine line;
  line.put(messages_[index(message.sender)].of(message.connection->id, message.sender, message.opcode));
  line.put(R"(,"number":)", message.number);
  line.put(R"(,"length":)", message.size);
  if (message.frames != 1) line.put(R"(,"frames":)", message.frames);
  if (message.compressed) line.put(R"(,"compressed":)", message.wire);
  if (!message.inflated) line.put(R"(,"inflated":false)");
  if (!message.complete) line.put(R"(,"complete":false)");
  if (!message.utf8) line.put(R"(,"utf8":false)");
  line.put(R"(,"offset":)", message.offset);
  line.put(R"(,"packet":)", message.last.packet);
  end_record(line, message.confidence, message.payload, message.size);
}

/// No capture is older than 1970; one that claims to be has a time of 0. What changes ten times a second only
/// is kept.
void JsonlView::put_time(JsonLine& line, Time time) {
  constexpr std::uint64_t tenth = 100'000'000;
  const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
  if (ns < tenth) return line.put(R"(,"time_ns":)", ns);
  if (ns / tenth != tenths_) {
    tenths_ = ns / tenth;
    tenths_text_ = {};
    tenths_text_.put(R"(,"time_ns":)", tenths_);
  }
  line.put(tenths_text_.text());
  line.put_eight_digits(static_cast<std::uint32_t>(ns % tenth));
}

/// A record ends with what there is of a payload of `size` octets.
void JsonlView::end_record(JsonLine& line, double confidence, ws::Bytes payload, std::uint64_t size) {
  if (confidence >= 1 && payload.empty()) {
    line.put("}\n");
    out() += line.text();
  } else {
    out() += line.text();
    put_doubt(confidence);
    put_payload(payload, size);
    out() += "}\n";
  }
  sink_.written();
}

void JsonlView::put_doubt(double confidence) {
  if (confidence < 1) put(out(), R"(,"confidence":{:.6g})", confidence);
}

/// As text where it is UTF-8, else in base64; with a mark where it was cut.
void JsonlView::put_payload(ws::Bytes payload, std::uint64_t size) {
  if (payload.empty()) return;
  const bool cut = payload.size() < size;
  std::string& to = out();
  if (is_plain_text(payload)) {
    to.append(R"(,"text":")"sv).append(ws::as_text(payload)).push_back('"');
  } else if (ws::Utf8Validator utf8; utf8.feed(payload) && (cut || utf8.complete())) {
    const ws::Bytes text = utf8.complete() ? payload : without_last_character(payload);
    report::append_json_string(to.append(R"(,"text":)"sv), ws::as_text(text));
  } else {
    to.append(R"(,"base64":")"sv).append(ws::base64(payload)).push_back('"');
  }
  if (cut) to.append(R"(,"cut":true)"sv);
}

void JsonlView::on_anomaly(const Anomaly& anomaly) {
  put(out(),
      R"({{"type":"anomaly","stream":{},"id":{},"section":{},"from":"{}","packet":{},"time_ns":{},"offset":{},"text":{}}})",
      anomaly.connection->id, report::json_string(anomaly.id), report::json_string(anomaly.section),
      role_name(anomaly.sender), anomaly.origin.packet, anomaly.origin.time.count(), anomaly.offset,
      report::json_string(anomaly.text));
  out() += '\n';
  sink_.written();
}

void JsonlView::on_connection_end(const Connection& connection) {
  out() += R"({"type":"end",)";
  put_identity(out(), connection);
  out() += R"(,"sent":{"client":{)";
  put_sent(out(), connection, ws::Role::client);
  out() += R"(},"server":{)";
  put_sent(out(), connection, ws::Role::server);
  out() += "}}";
  for (const ws::Role role : {ws::Role::client, ws::Role::server}) {
    const TransportSide& side = connection.transport_of(role);
    put_origin(out(), fmt::format("{}_fin", role_name(role)), side.fin);
    put_origin(out(), fmt::format("{}_rst", role_name(role)), side.reset);
  }
  out() += R"(,"anomalies":{)";
  bool first = true;
  for (const auto& [id, count] : connection.anomalies) {
    put(out(), "{}{}:{}", first ? "" : ",", report::json_string(id), count);
    first = false;
  }
  out() += "}}\n";
  sink_.written();
}

}  // namespace wsrig::pcap
