#include <array>
#include <fmt/format.h>

#include "echo/fault_parts.hpp"
#include "echo/misbehaviour_parts.hpp"

namespace wsrig::echo {

using namespace faults;
using ws::Opcode;

namespace {

constexpr const char* closing = "RFC 6455 §5.5.1";

/// What may never stand in a Close of a server.
void add_codes(std::vector<Misbehaviour>& table) {
  for (const unsigned code : {1004u, 1005u, 1006u, 1010u, 1015u}) {
    table.push_back({fmt::format("close-{}", code), "RFC 6455 §7.4.1",
                     fmt::format("answers each Close with the status code {}", code),
                     answer_close_with(close_payload(static_cast<std::uint16_t>(code)))});
  }
  for (const unsigned code : {0u, 999u, 1016u, 2999u, 5000u, 65535u}) {
    table.push_back({fmt::format("close-{}", code), "RFC 6455 §7.4.2",
                     fmt::format("answers each Close with the status code {}", code),
                     answer_close_with(close_payload(static_cast<std::uint16_t>(code)))});
  }
}

void add_payloads(std::vector<Misbehaviour>& table) {
  struct Reason {
    const char* name;
    std::string_view octets;
  };
  constexpr std::array reasons{Reason{"close-bad-reason", "\xff"},
                               Reason{"close-half-character", "bye\xe2\x82"},
                               Reason{"close-surrogate", "\xed\xa0\x80"}};
  for (const Reason& reason : reasons) {
    table.push_back({reason.name, closing, "sends a Close reason that is not UTF-8",
                     answer_close_with(close_payload(ws::close_code::normal, reason.octets))});
  }
  table.push_back(
      {"close-one-octet", closing, "sends a Close with one octet of payload", answer_close_with({0x03})});
}

/// Codes that say another cause than the true one.
void add_causes(std::vector<Misbehaviour>& table) {
  struct Cause {
    const char* name;
    std::uint16_t code, by;
  };
  using namespace ws::close_code;
  constexpr std::array causes{Cause{"wrong-close-code", protocol_error, internal_error},
                              Cause{"normal-for-protocol-error", protocol_error, normal},
                              Cause{"away-for-protocol-error", protocol_error, going_away}};
  for (const Cause& cause : causes) {
    table.push_back({cause.name, "RFC 6455 §5.2",
                     fmt::format("fails a connection with {} in place of {}", cause.by, cause.code),
                     replace_close_code(cause.code, cause.by)});
  }
  table.push_back({"wrong-utf8-close-code", "RFC 6455 §8.1", "reports bad UTF-8 with 1002 in place of 1007",
                   replace_close_code(invalid_payload, protocol_error)});
  table.push_back({"normal-for-bad-utf8", "RFC 6455 §8.1", "reports bad UTF-8 with 1000 in place of 1007",
                   replace_close_code(invalid_payload, normal)});
}

void add_behind_the_close(std::vector<Misbehaviour>& table) {
  for (const Opcode opcode : {Opcode::text, Opcode::binary, Opcode::continuation}) {
    const bool is_text = opcode == Opcode::text;
    table.push_back({is_text ? "data-after-close" : fmt::format("{}-after-close", ws::name(opcode)), closing,
                     fmt::format("sends a {} frame behind its Close", ws::name(opcode)),
                     send_after_close(encoded(opcode, hello()))});
  }
  table.push_back({"second-close", closing, "sends another Close behind its Close",
                   send_after_close(encoded(Opcode::close, close_payload(ws::close_code::normal)))});
}

}  // namespace

std::vector<Misbehaviour> close_misbehaviours() {
  const auto drop = [](Conversation& conversation) { conversation.drop(); };
  std::vector<Misbehaviour> table{
      {"no-close-reply", closing, "does not answer a Close",
       [](Faults& faults) { faults.endpoint.answer_close = false; }},
      {"close-as-ping", closing, "answers a Close with a Ping",
       edit_frames(has_opcode(Opcode::close), [](ws::Frame& frame) { frame.header.opcode = Opcode::ping; })},
      {"no-eof", "RFC 6455 §7.1.1", "leaves the TCP connection open behind the closing handshake",
       [](Faults& faults) { faults.application.at_end = [](Conversation&) {}; }},
      {"drop-at-close", closing, "closes the TCP connection in place of a Close",
       [drop](Faults& faults) {
         faults.endpoint.answer_close = false;
         faults.application.at_close.emplace_back(drop);
       }},
      {"refuse-close", closing, "answers each Close as if it had been a violation",
       answer_close_with(close_payload(ws::close_code::protocol_error))},
  };
  add_codes(table);
  add_payloads(table);
  add_causes(table);
  add_behind_the_close(table);
  return table;
}

}  // namespace wsrig::echo
