#include "pcap/scenario_view.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "pcap/show.hpp"
#include "report/text.hpp"
#include "ws/notation.hpp"

namespace wsrig::pcap {

namespace {

constexpr std::size_t most_pings = 32;
constexpr std::string_view indent = "      ";

/// A YAML scalar in which nothing is a variable.
std::string scalar(std::string_view text) {
  std::string literal;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "${") literal += '\\';
    literal += text[i];
  }
  return report::json_string(literal);
}

/// What the runner writes itself, by what the case offers.
bool is_of_the_runner(std::string_view name) {
  constexpr std::array names{"Host",
                             "Upgrade",
                             "Connection",
                             "Sec-WebSocket-Key",
                             "Sec-WebSocket-Version",
                             "Sec-WebSocket-Protocol",
                             "Sec-WebSocket-Extensions"};
  return std::ranges::any_of(names, [&](const char* known) { return ws::equal_ignoring_case(known, name); });
}

std::string offer_of(const ws::HttpHead& request) {
  std::string out;
  const std::string subprotocols = request.joined("Sec-WebSocket-Protocol");
  const std::string extensions = request.joined("Sec-WebSocket-Extensions");
  if (!subprotocols.empty()) {
    std::string names;
    for (const auto name : ws::split_list(subprotocols)) names += (names.empty() ? "" : ", ") + scalar(name);
    out += fmt::format("      subprotocols: [{}]\n", names);
  }
  if (!extensions.empty()) out += fmt::format("      extensions: {}\n", scalar(extensions));
  return out.empty() ? out : "    offer:\n" + out;
}

std::string headers_of(const ws::HttpHead& request) {
  std::string out;
  std::vector<std::string> written;
  for (const ws::HttpField& field : request.fields()) {
    const auto same = [&](const std::string& name) { return ws::equal_ignoring_case(name, field.name); };
    if (is_of_the_runner(field.name) || std::ranges::any_of(written, same)) continue;
    written.emplace_back(field.name);
    std::string values;
    for (const auto value : request.all(field.name)) values += (values.empty() ? "" : ", ") + scalar(value);
    out += fmt::format("      {}: {}\n", scalar(field.name),
                       request.count(field.name) > 1 ? "[" + values + "]" : values);
  }
  return out.empty() ? out : "    headers:\n" + out;
}

std::string close_pattern(ws::Bytes payload) {
  const ws::CloseReason close = ws::parse_close(payload);
  if (!close.code) return "close \"\"";
  if (close.reason.empty()) return fmt::format("close {}", *close.code);
  return fmt::format("close {} {}", *close.code, ws::quote(close.reason));
}

}  // namespace

ScenarioView::ScenarioView(Sink& sink, const std::string& origin) : sink_(sink) {
  const std::string head = fmt::format("wsrig: 1\nsuite: capture/replay\nabout: {}\ncases:\n",
                                       scalar(fmt::format("Recorded in {}.", origin)));
  written_ = head.size();
  sink_.write(head);
}

void ScenarioView::add(Draft& draft, const std::string& step) {
  draft.too_long = draft.too_long || draft.steps.size() + step.size() > longest_case;
  if (!draft.too_long) draft.steps += fmt::format("{}{}\n", indent, step);
}

void ScenarioView::on_frame(const FrameSeen& frame) {
  Draft& draft = drafts_[frame.connection->id];
  if (!frame.complete || frame.payload.size() < frame.header.payload_length) draft.incomplete = true;
  if (frame.sender == ws::Role::client) {
    const bool compressed = frame.connection->deflate && (frame.header.rsv & ws::rsv1) != 0;
    if (ws::is_control(frame.header.opcode)) return add_client_control(draft, frame);
    // A compressed message is compressed anew; see on_message.
    if (compressed) draft.raw_message_at = frame.offset;
    if (compressed || (frame.header.opcode == ws::Opcode::continuation && draft.raw_message_at != UINT64_MAX))
      return;
    return add(draft, "> " + show_frame(frame, SIZE_MAX, false));
  }
  const std::string payload(ws::as_text(frame.payload));
  if (frame.header.opcode == ws::Opcode::ping) {
    if (draft.server_pings.size() == most_pings) draft.server_pings.pop_front();
    draft.server_pings.push_back(payload);
  }
  if (frame.header.opcode == ws::Opcode::pong) add(draft, "< pong " + ws::print_payload(frame.payload));
  if (frame.header.opcode == ws::Opcode::close) add(draft, "< " + close_pattern(frame.payload));
}

/// The runner answers Pings itself.
void ScenarioView::add_client_control(Draft& draft, const FrameSeen& frame) {
  if (frame.header.opcode == ws::Opcode::pong) {
    const auto ping = std::ranges::find(draft.server_pings, ws::as_text(frame.payload));
    if (ping != draft.server_pings.end()) {
      draft.server_pings.erase(draft.server_pings.begin(), ping + 1);
      return;
    }
  }
  add(draft, "> " + show_frame(frame, SIZE_MAX, false));
}

void ScenarioView::on_message(const MessageSeen& message) {
  Draft& draft = drafts_[message.connection->id];
  if (message.payload.size() < message.size || !message.inflated || !message.complete)
    draft.incomplete = true;
  const std::string payload = ws::print_payload(message.payload);
  const std::string kind = show_opcode(message.opcode);
  if (message.sender == ws::Role::server) return add(draft, fmt::format("< {} {}", kind, payload));
  if (!message.compressed) return;
  add(draft, fmt::format("> {} deflate {}", kind, payload));
  draft.raw_message_at = UINT64_MAX;
}

/// How it ended, as far as the ends did it themselves.
void ScenarioView::add_end(Draft& draft, const Connection& connection) {
  const TransportSide& client = connection.transport_of(ws::Role::client);
  const TransportSide& server = connection.transport_of(ws::Role::server);
  const bool closed = connection.of(ws::Role::client).close && connection.of(ws::Role::server).close;
  const auto client_end = client.reset ? client.reset : client.fin;
  const auto server_end = server.reset ? server.reset : server.fin;
  const bool server_first = server_end && (!client_end || server_end->packet < client_end->packet);
  if (closed || server_first) {
    add(draft, "< eof");
    add(draft, "| reset");
  } else if (client_end) {
    add(draft, client.reset ? "> reset" : "> shutdown");
  }
}

std::string ScenarioView::header_of(const Connection& connection) {
  std::string out = fmt::format("  - id: connection-{}\n    must: RFC 6455 §6\n", connection.id);
  const std::string about = fmt::format(
      "The server says what it said to {}.",
      connection.request ? report::visible(connection.request->start_line(), report::Controls::escape)
                         : "connection " + std::to_string(connection.id));
  out += fmt::format("    about: {}\n    alive: false\n", scalar(about));
  if (connection.kind == ConnectionKind::refused) return out + "    handshake: manual\n    closing: false\n";
  if (connection.request && !connection.request_cut) {
    out += fmt::format("    target: {}\n", scalar(connection.path()));
    out += offer_of(*connection.request) + headers_of(*connection.request);
  }
  const TransportSide& client = connection.transport_of(ws::Role::client);
  const bool ended = client.fin || client.reset || connection.transport_of(ws::Role::server).fin ||
                     connection.transport_of(ws::Role::server).reset;
  return ended ? out + "    closing: false\n" : out;
}

void ScenarioView::on_connection_end(const Connection& connection) {
  Draft draft = std::move(drafts_[connection.id]);
  drafts_.erase(connection.id);
  if (connection.kind == ConnectionKind::encrypted) return;
  for (const ws::Role role : {ws::Role::client, ws::Role::server}) {
    if (!connection.is_end_known(role)) draft.incomplete = true;
  }
  if (connection.kind == ConnectionKind::refused) {
    if (!connection.request || !connection.response) return;
    add(draft, "> http " + ws::quote(connection.request->bytes()));
    add(draft, fmt::format("< http {}", connection.status()));
  } else {
    add_end(draft, connection);
  }
  if (draft.steps.empty()) add(draft, "pause 1ms");
  std::string text = header_of(connection) + "    steps: |\n" + draft.steps;
  const bool fits = !draft.too_long && !draft.incomplete && written_ + text.size() <= longest_file;
  if (!fits) {
    text = fmt::format("  # connection {} is left out: {}\n", connection.id,
                       draft.incomplete ? "the capture lacks some of it, or a payload is too long"
                                        : "it is too long for a scenario file");
  }
  any_case_ = any_case_ || fits;
  written_ += text.size();
  sink_.write(text);
}

void ScenarioView::finish() {
  if (!any_case_) sink_.write("  []\n");
  sink_.flush();
}

}  // namespace wsrig::pcap
