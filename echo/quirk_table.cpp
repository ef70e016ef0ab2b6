#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>

#include "echo/fault_parts.hpp"

/// Behaviours that are unusual, and that the RFCs allow: no test may fail a server for them.
namespace wsrig::echo {

using namespace faults;
using ws::Frame;
using ws::Message;
using ws::Opcode;

namespace {

Apply rename_fields(std::function<char(char)> letter) {
  return respond([letter = std::move(letter)](ws::ResponseHead& response) {
    for (auto& [name, value] : response.fields) std::ranges::transform(name, name.begin(), letter);
  });
}

char to_lower(char letter) { return static_cast<char>(std::tolower(static_cast<unsigned char>(letter))); }
char to_upper(char letter) { return static_cast<char>(std::toupper(static_cast<unsigned char>(letter))); }

Apply pad_values(std::string_view before, std::string_view behind) {
  return respond([before, behind](ws::ResponseHead& response) {
    for (auto& [name, value] : response.fields) value = fmt::format("{}{}{}", before, value, behind);
  });
}

Apply with_reason(std::string_view reason) {
  return respond([reason](ws::ResponseHead& response) { response.reason = reason; });
}

Apply edit_refusal(RefusalEdit edit) {
  return [edit = std::move(edit)](Faults& faults) { faults.refusal_edits.push_back(edit); };
}

/// As servers do whose framework catches what the library throws.
void say_500_for_400(const ws::RequestVerdict&, std::string& response) {
  constexpr std::string_view bad_request = "HTTP/1.1 400 Bad Request";
  if (response.starts_with(bad_request))
    response.replace(0, bad_request.size(), "HTTP/1.1 500 Internal Server Error");
}

/// As servers do that know HTTP/0.9, whose responses have no head.
void leave_head_out(const ws::RequestVerdict& verdict, std::string& response) {
  const bool is_odd = std::ranges::any_of(verdict.findings, [](const ws::HandshakeFinding& finding) {
    return finding.id == "start-line-malformed" || finding.id == "http-version-unsupported";
  });
  if (is_odd) response.erase(0, response.find("\r\n\r\n") + 4);
}

std::vector<Misbehaviour> handshake_quirks() {
  constexpr const char* names = "RFC 9110 §5.1";
  constexpr const char* values = "RFC 9110 §5.5";
  constexpr const char* client = "RFC 6455 §4.1";
  return {
      {"lower-case-fields", names, "writes the names of headers in lower case", rename_fields(to_lower)},
      {"upper-case-fields", names, "writes the names of headers in upper case", rename_fields(to_upper)},
      {"padded-values", values, "puts blanks and tabs around the values of headers",
       pad_values("  \t", " \t ")},
      {"tabbed-values", values, "puts a tab in front of the values of headers", pad_values("\t", "")},
      {"title-case-upgrade", client, "answers Upgrade: WebSocket", with_field("Upgrade", "WebSocket")},
      {"upper-case-upgrade", client, "answers Upgrade: WEBSOCKET", with_field("Upgrade", "WEBSOCKET")},
      {"lower-case-connection", client, "answers Connection: upgrade", with_field("Connection", "upgrade")},
      {"connection-list", client, "answers Connection: keep-alive, Upgrade",
       with_field("Connection", "keep-alive, Upgrade")},
      {"connection-in-two", "RFC 9110 §5.3", "answers a second Connection header",
       with_more("Connection", "keep-alive")},
      {"more-fields", client, "answers Server, Date and other headers",
       together({with_more("Server", "quirk/1.0 (odd; \"quoted\")"),
                 with_more("Date", "Thu, 01 Jan 1970 00:00:00 GMT"), with_more("X-Empty", "")})},
      {"cookies", client, "sets two cookies",
       together({with_more("Set-Cookie", "a=b; Path=/"), with_more("Set-Cookie", "c=d")})},
      {"many-fields", client, "answers two hundred headers", respond([](ws::ResponseHead& response) {
         for (int i = 0; i < 200; ++i) response.fields.emplace_back(fmt::format("X-Many-{}", i), "x");
       })},
      {"long-field", client, "answers a header of ten thousand octets",
       respond([](ws::ResponseHead& response) {
         response.fields.emplace_back("X-Long", std::string(10'000, 'x'));
       })},
      {"other-order", "RFC 9110 §5.3", "answers the headers in another order",
       respond([](ws::ResponseHead& response) { std::ranges::reverse(response.fields); })},
      {"other-reason", "RFC 9112 §4", "says Web Socket Protocol Handshake behind the 101",
       with_reason("Web Socket Protocol Handshake")},
      {"no-reason", "RFC 9112 §4", "says nothing behind the 101", with_reason("")},
      {"refuse-with-500", "RFC 6455 §4.2.1", "answers 500 where others answer 400",
       edit_refusal(say_500_for_400)},
      {"refuse-without-head", "RFC 9112 §3", "answers a first line that is not of HTTP/1.1 without a head",
       edit_refusal(leave_head_out)},
  };
}

std::vector<Misbehaviour> control_quirks() {
  constexpr const char* pong = "RFC 6455 §5.5.3";
  constexpr const char* ping = "RFC 6455 §5.5.2";
  return {
      {"pong-at-open", pong, "sends a Pong that nobody asked for behind the 101",
       send_at_open(encoded(Opcode::pong, {}))},
      {"pong-before-reply", pong, "sends a Pong before each reply",
       send_before_reply(encoded(Opcode::pong, hello()))},
      {"pong-behind-reply", pong, "sends a Pong behind each reply",
       send_behind_reply(encoded(Opcode::pong, hello()))},
      {"pong-twice", pong, "sends a Pong that nobody asked for behind each that somebody did",
       insert_behind(has_opcode(Opcode::pong), Frame{{.opcode = Opcode::pong}, {}})},
      {"ping-at-open", ping, "sends a Ping behind the 101", send_at_open(encoded(Opcode::ping, {}))},
      {"ping-before-reply", ping, "sends a Ping before each reply",
       send_before_reply(encoded(Opcode::ping, hello()))},
      {"long-ping-before-reply", ping, "sends a Ping of 125 octets before each reply",
       send_before_reply(encoded(Opcode::ping, ws::ByteBuffer(125, 0xff)))},
      {"ping-behind-reply", ping, "sends a Ping behind each reply",
       send_behind_reply(encoded(Opcode::ping, hello()))},
      {"ping-before-close", ping, "sends a Ping in front of its Close",
       insert_before(has_opcode(Opcode::close), Frame{{.opcode = Opcode::ping}, {}})},
  };
}

std::vector<Misbehaviour> fragment_quirks() {
  constexpr const char* fragments = "RFC 6455 §5.4";
  const Frame empty{{.fin = false, .opcode = Opcode::continuation}, {}};
  const auto unfinished = [](const Frame& frame) { return is_data(frame) && !frame.header.fin; };
  std::vector<Misbehaviour> table{
      {"pong-between-fragments", fragments, "sends messages in two frames with a Pong between them",
       together({fragment(is_data, 1000), insert_behind(unfinished, Frame{{.opcode = Opcode::pong}, {}})})},
      {"ping-between-fragments", fragments, "sends a Ping between the frames of a message",
       together({fragment(is_data, 1000), insert_behind(unfinished, Frame{{.opcode = Opcode::ping}, {}})})},
      {"empty-fragment-behind", fragments, "ends each message with an empty frame",
       shape([](std::vector<Frame>& frames) {
         if (frames.empty() || !is_data(frames.back()) || !frames.back().header.fin) return;
         frames.back().header.fin = false;
         frames.push_back({{.opcode = Opcode::continuation}, {}});
       })},
      {"empty-fragment-first", fragments, "begins each message with an empty frame",
       shape([](std::vector<Frame>& frames) {
         if (frames.empty() || !is_data(frames.front()) ||
             frames.front().header.opcode == Opcode::continuation)
           return;
         Frame first{{.fin = false, .rsv = frames.front().header.rsv, .opcode = frames.front().header.opcode},
                     {}};
         frames.front().header.opcode = Opcode::continuation;
         frames.front().header.rsv = 0;
         frames.insert(frames.begin(), std::move(first));
       })},
      {"empty-fragments-between", fragments, "puts an empty frame between the frames of a message",
       together({fragment(is_data, 1000), insert_behind(unfinished, empty)})},
  };
  for (const std::size_t piece : {1u, 2u, 3u, 125u, 126u, 4096u}) {
    table.push_back(
        {fmt::format("fragments-of-{}", piece), fragments,
         fmt::format("sends messages in frames of at most {} octets, amid characters too", piece),
         fragment(
             [piece](const Frame& frame) { return is_data(frame) && frame.payload.size() < 2000 * piece; },
             piece)});
  }
  return table;
}

/// Frames that never leave.
Apply withhold(Chosen chosen) {
  return shape([chosen = std::move(chosen)](std::vector<Frame>& frames) { std::erase_if(frames, chosen); });
}

/// Ends TCP in place of failing a connection with a Close.
void drop_on_violation(Faults& faults) {
  static constexpr std::uint16_t mark = 4242;  // nobody else closes with it
  faults.judge.fail_with(mark);
  withhold([](const Frame& frame) {
    return frame.header.opcode == Opcode::close && ws::parse_close(frame.payload).code == mark;
  })(faults);
}

/// Not a Close that says what was wrong.
bool is_plain_close(const Frame& frame) {
  if (frame.header.opcode != Opcode::close) return false;
  const auto code = ws::parse_close(frame.payload).code;
  return !code || *code <= ws::close_code::going_away || *code >= 3000;
}

Apply answer_plain_close_with(ws::ByteBuffer payload) {
  return edit_frames(is_plain_close,
                     [payload = std::move(payload)](Frame& frame) { set_payload(frame, payload); });
}

std::vector<Misbehaviour> close_quirks() {
  constexpr const char* closing = "RFC 6455 §5.5.1";
  const auto with_reason_behind = [](std::string reason) {
    return edit_frames(has_opcode(Opcode::close), [reason = std::move(reason)](Frame& frame) {
      if (const auto code = ws::parse_close(frame.payload).code)
        set_payload(frame, close_payload(*code, reason));
    });
  };
  return {
      {"close-without-code", closing, "answers each Close with an empty one", answer_plain_close_with({})},
      {"close-always-1000", closing, "answers each Close with 1000",
       answer_plain_close_with(close_payload(1000))},
      {"close-always-1001", closing, "answers each Close with 1001",
       answer_plain_close_with(close_payload(1001))},
      {"close-with-reason", closing, "gives a reason in each Close", with_reason_behind("tschüß")},
      {"close-with-long-reason", closing, "gives a reason of 123 octets in each Close",
       with_reason_behind(std::string(123, 'r'))},
      {"close-1002-as-1008", "RFC 6455 §7.4.1", "says 1008 in place of 1002", replace_close_code(1002, 1008)},
      {"drop-on-violation", "RFC 6455 §7.1.7", "ends TCP without a Close when a client breaks a rule",
       drop_on_violation},
      {"late-utf8", "RFC 6455 §8.1", "looks at UTF-8 when a message is whole",
       together({ignore(ws::Rule::text_not_utf8),
                 [](Faults& faults) {
                   faults.application.refusals.emplace_back(
                       [](const Message& message) -> std::optional<std::uint16_t> {
                         if (message.opcode != Opcode::text || ws::is_valid_utf8(message.payload)) return {};
                         return ws::close_code::invalid_payload;
                       });
                 }})},
  };
}

/// What readings differ about.
std::vector<Misbehaviour> lenient_quirks() {
  std::vector<Misbehaviour> table{
      {"any-length-form", "RFC 6455 §5.2", "takes lengths in any form", ignore(ws::Rule::length_not_minimal)},
      {"any-key-value", "RFC 6455 §4.2.2", "takes a key that is not 16 octets", tolerate({"key-invalid"})},
      {"bare-line-feeds", "RFC 9112 §2.2", "takes a bare LF for a line end", tolerate({"bare-lf"})},
      {"folded-lines", "RFC 9112 §5.2", "takes folded lines and control characters in values",
       tolerate({"obs-fold", "control-character", "bare-cr"})},
      {"any-subprotocols", "RFC 6455 §4.1", "takes names of subprotocols that are no tokens, or stand twice",
       tolerate({"subprotocol-invalid", "subprotocol-repeated", "subprotocol-empty"})},
  };
  for (const unsigned code : {1016u, 2999u, 5000u}) {
    table.push_back({fmt::format("take-close-{}", code), "RFC 6455 §7.4.2",
                     fmt::format("takes the close code {}, and does not repeat it", code),
                     together({ignore_close_code(static_cast<std::uint16_t>(code)),
                               replace_close_code(static_cast<std::uint16_t>(code), 1000)})});
  }
  return table;
}

std::vector<Misbehaviour> deflate_quirks() {
  const auto answer_with = [](std::string_view parameter) {
    return with_deflate_answer([parameter](std::string& value) {
      if (value.find(parameter.substr(0, parameter.find('='))) == std::string::npos)
        value += fmt::format("; {}", parameter);
    });
  };
  const auto set = [](auto edit) { return [edit](Faults& faults) { edit(faults.endpoint); }; };
  return {
      {"context-given-up-unasked", "RFC 7692 §7.1.1.1", "gives up its context, and says so, unasked",
       together({answer_with("server_no_context_takeover"),
                 [](Faults& faults) {
                   faults.deflate_edits.emplace_back(
                       [](ws::DeflateParams& params) { params.server_no_context_takeover = true; });
                 }})},
      {"context-given-up-silently", "RFC 7692 §7.1.1.1", "gives up its context and does not say so",
       [](Faults& faults) {
         faults.deflate_edits.emplace_back(
             [](ws::DeflateParams& params) { params.server_no_context_takeover = true; });
       }},
      {"window-smaller-silently", "RFC 7692 §7.1.2.1", "uses a smaller window than was agreed",
       [](Faults& faults) {
         faults.deflate_edits.emplace_back(
             [](ws::DeflateParams& params) { params.server_max_window_bits = 8; });
       }},
      {"compress-only-long", "RFC 7692 §6", "compresses messages from a thousand octets on",
       set([](ws::EndpointConfig& endpoint) { endpoint.compress_from = 1000; })},
      {"compress-never", "RFC 7692 §6", "agrees on compression and compresses nothing",
       set([](ws::EndpointConfig& endpoint) { endpoint.compress_from = SIZE_MAX; })},
      {"stored-blocks", "RFC 7692 §7.2.1", "stores in place of compressing",
       set([](ws::EndpointConfig& endpoint) { endpoint.deflate_level = 0; })},
      {"quoted-parameter", "RFC 6455 §9.1", "quotes the value of a parameter in its answer",
       with_deflate_answer([](std::string& value) {
         constexpr std::string_view name = "server_max_window_bits=";
         const auto at = value.find(name);
         if (at == std::string::npos) return;
         const auto end = std::min(value.find_first_of("; \t", at), value.size());
         value.insert(end, 1, '"');
         value.insert(at + name.size(), 1, '"');
       })},
  };
}

}  // namespace

const std::vector<Misbehaviour>& quirks() {
  static const std::vector<Misbehaviour> table = [] {
    std::vector<Misbehaviour> all;
    for (auto* part :
         {handshake_quirks, control_quirks, fragment_quirks, close_quirks, lenient_quirks, deflate_quirks})
      std::ranges::move(part(), std::back_inserter(all));
    return all;
  }();
  return table;
}

}  // namespace wsrig::echo
