#include <algorithm>
#include <array>

#include "echo/misbehaviour.hpp"
#include "ws/close_code.hpp"

namespace wsrig::echo {

namespace {

using ws::Frame;
using ws::Opcode;

// ---- small tools ----

void set_payload(Frame& frame, ws::ByteBuffer payload) {
  frame.payload = std::move(payload);
  frame.header.payload_length = frame.payload.size();
}

ws::ByteBuffer encoded(Opcode opcode, ws::Bytes payload) {
  ws::ByteBuffer out;
  ws::encode({{.opcode = opcode, .payload_length = payload.size()}, {payload.begin(), payload.end()}}, out);
  return out;
}

ws::ByteBuffer close_payload(std::uint16_t code, std::string_view reason = {}) {
  ws::ByteBuffer payload;
  ws::encode_close(code, reason, payload);
  return payload;
}

bool is_data(const Frame& frame) { return !ws::is_control(frame.header.opcode); }

/// An edit of every frame that `chosen` holds for.
FrameEdit edit_frames(bool (*chosen)(const Frame&), std::function<void(Frame&)> edit) {
  return [chosen, edit = std::move(edit)](std::vector<Frame>& frames) {
    for (Frame& frame : frames) {
      if (chosen(frame)) edit(frame);
    }
  };
}

template <Opcode opcode>
bool is(const Frame& frame) {
  return frame.header.opcode == opcode;
}

/// Cuts the frame into two, the second a continuation.
void fragment(std::vector<Frame>& frames, bool (*chosen)(const Frame&)) {
  std::vector<Frame> result;
  for (Frame& frame : frames) {
    if (!chosen(frame)) {
      result.push_back(std::move(frame));
      continue;
    }
    const auto half = frame.payload.begin() + static_cast<std::ptrdiff_t>(frame.payload.size() / 2);
    Frame rest{{.opcode = Opcode::continuation}, {}};
    set_payload(rest, {half, frame.payload.end()});
    frame.header.fin = false;
    set_payload(frame, {frame.payload.begin(), half});
    result.push_back(std::move(frame));
    result.push_back(std::move(rest));
  }
  frames = std::move(result);
}

void set_field(ws::ResponseHead& response, std::string_view name, std::string_view value) {
  for (auto& field : response.fields) {
    if (ws::equal_ignoring_case(field.first, name)) field.second = value;
  }
}

void remove_field(ws::ResponseHead& response, std::string_view name) {
  std::erase_if(response.fields,
                [&](const auto& field) { return ws::equal_ignoring_case(field.first, name); });
}

/// Adds the element to a list header, or the header.
void add_element(ws::ResponseHead& response, std::string_view name, std::string_view element) {
  for (auto& field : response.fields) {
    if (!ws::equal_ignoring_case(field.first, name)) continue;
    field.second += ", ";
    field.second += element;
    return;
  }
  response.fields.emplace_back(name, element);
}

// ---- one function for each way to misbehave: the argument says how exactly ----

using Apply = std::function<void(Faults&)>;

Apply respond(ResponseEdit edit) {
  return [edit = std::move(edit)](Faults& faults) { faults.response_edits.push_back(edit); };
}

Apply without_field(std::string_view name) {
  return respond([name](ws::ResponseHead& response) { remove_field(response, name); });
}

Apply with_field(std::string_view name, std::string_view value) {
  return respond([name, value](ws::ResponseHead& response) { set_field(response, name, value); });
}

Apply with_element(std::string_view name, std::string_view element) {
  return respond([name, element](ws::ResponseHead& response) { add_element(response, name, element); });
}

Apply with_status(int status) {
  return respond([status](ws::ResponseHead& response) {
    response.status = status;
    response.reason = ws::reason_phrase(status);
  });
}

Apply tolerate(std::vector<std::string_view> findings) {
  return [findings = std::move(findings)](Faults& faults) {
    faults.tolerated_findings.insert(findings.begin(), findings.end());
  };
}

Apply ignore(ws::Rule rule) {
  return [rule](Faults& faults) { faults.judge.ignore(rule); };
}

Apply shape(FrameEdit edit) {
  return [edit = std::move(edit)](Faults& faults) { faults.shaper.add(edit); };
}

Apply change_message(MessageEdit edit) {
  return [edit = std::move(edit)](Faults& faults) { faults.application.message_edits.push_back(edit); };
}

Apply send_at_open(ws::ByteBuffer octets) {
  return [octets = std::move(octets)](Faults& faults) {
    faults.application.at_open.push_back(
        [octets](Conversation& conversation) { conversation.send_raw(octets); });
  };
}

Apply send_before_reply(ws::ByteBuffer octets) {
  return [octets = std::move(octets)](Faults& faults) {
    faults.application.before_reply.push_back(
        [octets](Conversation& conversation) { conversation.send_raw(octets); });
  };
}

Apply send_after_close(ws::ByteBuffer octets) {
  return [octets = std::move(octets)](Faults& faults) {
    faults.application.at_close.push_back(
        [octets](Conversation& conversation) { conversation.send_raw(octets); });
  };
}

Apply answer_close_with(ws::ByteBuffer payload) {
  return shape(edit_frames(is<Opcode::close>,
                           [payload = std::move(payload)](Frame& frame) { set_payload(frame, payload); }));
}

/// Replaces one code in the Close frames that are sent.
Apply replace_close_code(std::uint16_t code, std::uint16_t by) {
  return shape(edit_frames(is<Opcode::close>, [code, by](Frame& frame) {
    if (ws::parse_close(frame.payload).code == code) set_payload(frame, close_payload(by));
  }));
}

// ---- the table ----

const ws::ByteBuffer hello{'h', 'e', 'l', 'l', 'o'};

std::vector<Misbehaviour> handshake_faults() {
  constexpr auto* server = "RFC 6455 §4.2.2";
  return {
      {"wrong-accept", server, "computes Sec-WebSocket-Accept from another key",
       respond([](ws::ResponseHead& response) {
         set_field(response, "Sec-WebSocket-Accept", ws::accept_for("YW5vdGhlciBjbGllbnQncw=="));
       })},
      {"missing-accept", server, "leaves Sec-WebSocket-Accept out", without_field("Sec-WebSocket-Accept")},
      {"missing-upgrade-header", server, "leaves Upgrade out of the response", without_field("Upgrade")},
      {"wrong-upgrade-header", server, "upgrades to h2c", with_field("Upgrade", "h2c")},
      {"missing-connection-header", server, "leaves Connection out of the response",
       without_field("Connection")},
      {"wrong-connection-header", server, "answers Connection: keep-alive",
       with_field("Connection", "keep-alive")},
      {"status-200", server, "accepts with 200 in place of 101", with_status(200)},
      {"unoffered-extension", "RFC 6455 §9.1", "accepts an extension that nobody offered",
       with_element("Sec-WebSocket-Extensions", "x-unoffered")},
      {"unoffered-subprotocol", server, "chooses a subprotocol that nobody offered",
       with_element("Sec-WebSocket-Protocol", "x-unoffered")},
      {"any-version", "RFC 6455 §4.4", "accepts any Sec-WebSocket-Version",
       tolerate({"version-unsupported", "version-missing"})},
      {"any-key", "RFC 6455 §4.2.1", "accepts a missing or malformed Sec-WebSocket-Key",
       tolerate({"key-missing", "key-invalid"})},
      {"any-method", "RFC 6455 §4.2.1", "accepts a handshake that is no GET", tolerate({"method-not-get"})},
      {"any-connection-header", "RFC 6455 §4.2.1", "accepts a request without Connection: Upgrade",
       tolerate({"connection-wrong"})},
      {"missing-host", "RFC 6455 §4.2.1", "accepts a request without Host", tolerate({"host-missing"})},
  };
}

std::vector<Misbehaviour> frame_faults() {
  const auto every = [](const Frame&) { return true; };
  return {
      {"masked-frames", "RFC 6455 §5.1", "masks what it sends, as only clients do",
       shape(edit_frames(every, [](Frame& frame) { frame.header.mask = ws::MaskKey{1, 2, 3, 4}; }))},
      {"rsv1-on-plain-data", "RFC 6455 §5.2", "sets RSV1 on data frames",
       shape(edit_frames(is_data, [](Frame& frame) { frame.header.rsv = ws::rsv1; }))},
      {"rsv3-on-pong", "RFC 6455 §5.2", "sets RSV3 on Pong frames",
       shape(edit_frames(is<Opcode::pong>, [](Frame& frame) { frame.header.rsv = ws::rsv3; }))},
      {"nonminimal-length", "RFC 6455 §5.2", "writes every payload length in 64 bits",
       shape(edit_frames(every, [](Frame& frame) { frame.header.length_form = ws::LengthForm::u64; }))},
      {"reserved-opcode", "RFC 6455 §5.2", "sends a frame with opcode 3 before each reply",
       send_before_reply(encoded(Opcode{3}, hello))},
      {"fragmented-pong", "RFC 6455 §5.5", "cuts Pong frames into two",
       shape([](std::vector<Frame>& frames) { fragment(frames, is<Opcode::pong>); })},
      {"long-ping", "RFC 6455 §5.5", "sends a Ping of 126 octets when a connection opens",
       send_at_open(encoded(Opcode::ping, ws::ByteBuffer(126, 'x')))},
      {"stray-continuation", "RFC 6455 §5.4", "sends a continuation of nothing before each reply",
       send_before_reply(encoded(Opcode::continuation, hello))},
      {"unfinished-message", "RFC 6455 §5.4", "never sets FIN on a data frame",
       shape(edit_frames(is_data, [](Frame& frame) { frame.header.fin = false; }))},
      {"continuation-as-text", "RFC 6455 §5.4", "cuts messages into frames that all say text",
       shape([](std::vector<Frame>& frames) {
         fragment(frames, is<Opcode::text>);
         for (Frame& frame : frames) {
           if (is<Opcode::continuation>(frame)) frame.header.opcode = Opcode::text;
         }
       })},
      {"length-too-short", "RFC 6455 §5.2", "claims one octet less than a text frame has",
       shape(edit_frames(is<Opcode::text>,
                         [](Frame& frame) {
                           if (!frame.payload.empty()) --frame.header.payload_length;
                         }))},
  };
}

std::vector<Misbehaviour> control_faults() {
  return {
      {"no-pong", "RFC 6455 §5.5.2", "never answers a Ping",
       [](Faults& faults) { faults.endpoint.answer_ping = false; }},
      {"pong-wrong-payload", "RFC 6455 §5.5.3", "answers a Ping with another payload",
       shape(edit_frames(is<Opcode::pong>, [](Frame& frame) { set_payload(frame, hello); }))},
      {"ping-for-pong", "RFC 6455 §5.5.2", "answers a Ping with a Ping",
       shape(edit_frames(is<Opcode::pong>, [](Frame& frame) { frame.header.opcode = Opcode::ping; }))},
  };
}

std::vector<Misbehaviour> message_faults() {
  const auto is_text = [](const ws::Message& message) { return message.opcode == Opcode::text; };
  return {
      {"corrupt-echo", "RFC 6455 §6.2", "changes the last octet of each message",
       change_message([](ws::Message& message) {
         if (!message.payload.empty()) message.payload.back() ^= 1;
       })},
      {"truncate-large", "RFC 6455 §6.2", "forgets what of a message lies behind 65535 octets",
       change_message([](ws::Message& message) {
         message.payload = message.payload.first(std::min<std::size_t>(message.payload.size(), 65535));
       })},
      {"binary-as-text", "RFC 6455 §5.6", "says text of a binary message",
       change_message([](ws::Message& message) { message.opcode = Opcode::text; })},
      {"text-as-binary", "RFC 6455 §5.6", "says binary of a text message",
       change_message([](ws::Message& message) { message.opcode = Opcode::binary; })},
      {"invalid-utf8-text", "RFC 6455 §8.1", "ends each text with the octet ff",
       change_message([is_text](ws::Message& message) {
         if (is_text(message) && !message.payload.empty()) message.payload.back() = 0xff;
       })},
  };
}

std::vector<Misbehaviour> close_faults() {
  const auto drop = [](Conversation& conversation) { conversation.drop(); };
  return {
      {"no-close-reply", "RFC 6455 §5.5.1", "does not answer a Close",
       [](Faults& faults) { faults.endpoint.answer_close = false; }},
      {"wrong-close-code", "RFC 6455 §7.4.1", "reports a violation with 1011 in place of 1002",
       replace_close_code(ws::close_code::protocol_error, ws::close_code::internal_error)},
      {"wrong-utf8-close-code", "RFC 6455 §7.4.1", "reports bad UTF-8 with 1002 in place of 1007",
       replace_close_code(ws::close_code::invalid_payload, ws::close_code::protocol_error)},
      {"close-1005", "RFC 6455 §7.4.1", "sends the status code 1005, which is never on the wire",
       answer_close_with(close_payload(ws::close_code::no_status))},
      {"close-1006", "RFC 6455 §7.4.1", "sends the status code 1006, which is never on the wire",
       answer_close_with(close_payload(ws::close_code::abnormal))},
      {"close-999", "RFC 6455 §7.4.2", "sends the status code 999, which is not used",
       answer_close_with(close_payload(999))},
      {"close-one-octet", "RFC 6455 §5.5.1", "sends a Close with one octet of payload",
       answer_close_with({0x03})},
      {"close-bad-reason", "RFC 6455 §5.5.1", "sends a Close reason that is not UTF-8",
       answer_close_with(close_payload(ws::close_code::normal, "\xff"))},
      {"data-after-close", "RFC 6455 §5.5.1", "sends a text message behind its Close",
       send_after_close(encoded(Opcode::text, hello))},
      {"second-close", "RFC 6455 §5.5.1", "sends another Close behind its Close",
       send_after_close(encoded(Opcode::close, close_payload(ws::close_code::normal)))},
      {"no-eof", "RFC 6455 §7.1.1", "leaves the TCP connection open behind the closing handshake",
       [](Faults& faults) { faults.application.at_end = [](Conversation&) {}; }},
      {"drop-without-close", "RFC 6455 §7.3", "closes the TCP connection in place of a reply",
       [drop](Faults& faults) { faults.application.before_reply.push_back(drop); }},
      {"drop-at-close", "RFC 6455 §5.5.1", "closes the TCP connection in place of a Close",
       [drop](Faults& faults) {
         faults.endpoint.answer_close = false;
         faults.application.at_close.push_back(drop);
       }},
  };
}

/// Deaf to one rule each: the message goes on as if nothing had been wrong.
std::vector<Misbehaviour> deaf_faults() {
  constexpr std::array rules{
      ws::Rule::reserved_bits,          ws::Rule::reserved_opcode,
      ws::Rule::length_not_minimal,     ws::Rule::length_top_bit,
      ws::Rule::unmasked_client_frame,  ws::Rule::fragmented_control,
      ws::Rule::control_too_long,       ws::Rule::continuation_without_start,
      ws::Rule::data_inside_message,    ws::Rule::close_payload_of_one,
      ws::Rule::close_code_not_allowed, ws::Rule::close_reason_not_utf8,
      ws::Rule::text_not_utf8,          ws::Rule::compressed_bit_misplaced,
      ws::Rule::deflate_data_corrupt,
  };
  std::vector<Misbehaviour> faults;
  for (const ws::Rule rule : rules) {
    const ws::RuleInfo& info = ws::info(rule);
    faults.push_back({"accept-" + std::string(info.id), std::string(info.section),
                      "lets it pass that a client " + std::string(info.text), ignore(rule)});
  }
  return faults;
}

std::vector<Misbehaviour> make_table() {
  std::vector<Misbehaviour> table;
  for (auto* part :
       {handshake_faults, frame_faults, control_faults, message_faults, close_faults, deaf_faults}) {
    std::ranges::move(part(), std::back_inserter(table));
  }
  return table;
}

}  // namespace

const std::vector<Misbehaviour>& misbehaviours() {
  static const std::vector<Misbehaviour> table = make_table();
  return table;
}

}  // namespace wsrig::echo
