#include "echo/fault_parts.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wsrig::echo::faults {

using ws::Frame;
using ws::Opcode;

namespace {

constexpr std::string_view extensions_field = "Sec-WebSocket-Extensions";

std::vector<Frame> cut(Frame frame, std::size_t piece) {
  const ws::ByteBuffer payload = std::exchange(frame.payload, {});
  const bool fin = frame.header.fin;
  std::vector<Frame> pieces;
  std::size_t at = 0;
  do {
    const auto begin = payload.begin() + static_cast<std::ptrdiff_t>(at);
    at = std::min(at + piece, payload.size());
    frame.header.fin = fin && at == payload.size();
    set_payload(frame, {begin, payload.begin() + static_cast<std::ptrdiff_t>(at)});
    pieces.push_back(frame);
    frame.header.opcode = Opcode::continuation;
    frame.header.rsv = 0;
  } while (at < payload.size());
  return pieces;
}

/// Replaces each chosen frame by what `make` gives for it.
Apply replace(Chosen chosen, std::function<std::vector<Frame>(Frame)> make) {
  return shape([chosen = std::move(chosen), make = std::move(make)](std::vector<Frame>& frames) {
    std::vector<Frame> result;
    for (Frame& frame : frames) {
      std::vector<Frame> made = chosen(frame) ? make(frame) : std::vector<Frame>{frame};
      std::ranges::move(made, std::back_inserter(result));
    }
    frames = std::move(result);
  });
}

}  // namespace

Apply together(std::initializer_list<Apply> parts) {
  return [parts = std::vector<Apply>(parts)](Faults& faults) {
    for (const Apply& part : parts) part(faults);
  };
}

// ---- frames as values ----

ws::ByteBuffer encoded(const ws::FrameHeader& header, ws::Bytes payload) {
  ws::Frame frame{header, {payload.begin(), payload.end()}};
  if (frame.header.payload_length == 0) frame.header.payload_length = payload.size();
  ws::ByteBuffer out;
  ws::encode(frame, out);
  return out;
}

ws::ByteBuffer encoded(Opcode opcode, ws::Bytes payload) {
  return encoded(ws::FrameHeader{.opcode = opcode}, payload);
}

ws::ByteBuffer close_payload(std::uint16_t code, std::string_view reason) {
  ws::ByteBuffer payload;
  ws::encode_close(code, reason, payload);
  return payload;
}

void set_payload(Frame& frame, ws::ByteBuffer payload) {
  frame.payload = std::move(payload);
  frame.header.payload_length = frame.payload.size();
}

Chosen has_opcode(Opcode opcode) {
  return [opcode](const Frame& frame) { return frame.header.opcode == opcode; };
}

bool is_data(const Frame& frame) { return !ws::is_control(frame.header.opcode); }

ws::Bytes hello() {
  static constexpr std::array<std::uint8_t, 5> octets{'h', 'e', 'l', 'l', 'o'};
  return octets;
}

// ---- the response to the handshake ----

Apply respond(ResponseEdit edit) {
  return [edit = std::move(edit)](Faults& faults) { faults.response_edits.push_back(edit); };
}

Apply without_field(std::string_view name) {
  return respond([name](ws::ResponseHead& response) {
    std::erase_if(response.fields,
                  [&](const auto& field) { return ws::equal_ignoring_case(field.first, name); });
  });
}

Apply with_field(std::string_view name, std::string_view value) {
  return respond([name, value](ws::ResponseHead& response) {
    for (auto& field : response.fields) {
      if (ws::equal_ignoring_case(field.first, name)) field.second = value;
    }
  });
}

Apply with_more(std::string_view name, std::string_view value) {
  return respond([name, value](ws::ResponseHead& response) { response.fields.emplace_back(name, value); });
}

Apply with_element(std::string_view name, std::string_view element) {
  return respond([name, element](ws::ResponseHead& response) {
    for (auto& field : response.fields) {
      if (!ws::equal_ignoring_case(field.first, name)) continue;
      field.second += ", ";
      field.second += element;
      return;
    }
    response.fields.emplace_back(name, element);
  });
}

Apply with_deflate_answer(std::function<void(std::string&)> edit) {
  return respond([edit = std::move(edit)](ws::ResponseHead& response) {
    for (auto& field : response.fields) {
      if (ws::equal_ignoring_case(field.first, extensions_field)) edit(field.second);
    }
  });
}

void remove_parameter(std::string& value, std::string_view name) {
  const std::string start = "; " + std::string(name);
  const auto at = value.find(start);
  if (at == std::string::npos) return;
  value.erase(at, std::min(value.find(';', at + start.size()), value.size()) - at);
}

// ---- what is let pass ----

Apply tolerate(std::initializer_list<std::string_view> findings) {
  return [findings = std::vector<std::string_view>(findings)](Faults& faults) {
    faults.tolerated_findings.insert(findings.begin(), findings.end());
  };
}

Apply ignore(ws::Rule rule) {
  return ignore_where(rule, [](const ws::FrameHeader&) { return true; });
}

Apply ignore_where(ws::Rule rule, std::function<bool(const ws::FrameHeader&)> where) {
  return [rule, where = std::move(where)](Faults& faults) { faults.judge.ignore(rule, where); };
}

Apply ignore_close_code(std::uint16_t code) {
  return [code](Faults& faults) { faults.judge.ignore_close_code(code); };
}

// ---- frames that leave ----

Apply shape(FrameEdit edit) {
  return [edit = std::move(edit)](Faults& faults) { faults.shaper.add(edit); };
}

Apply edit_frames(Chosen chosen, std::function<void(Frame&)> edit) {
  return shape([chosen = std::move(chosen), edit = std::move(edit)](std::vector<Frame>& frames) {
    for (Frame& frame : frames) {
      if (chosen(frame)) edit(frame);
    }
  });
}

Apply fragment(Chosen chosen, std::size_t piece) {
  return replace(std::move(chosen), [piece](Frame frame) { return cut(std::move(frame), piece); });
}

Apply insert_before(Chosen chosen, Frame frame) {
  return replace(std::move(chosen),
                 [more = std::move(frame)](Frame one) { return std::vector{more, std::move(one)}; });
}

Apply insert_behind(Chosen chosen, Frame frame) {
  return replace(std::move(chosen),
                 [more = std::move(frame)](Frame one) { return std::vector{std::move(one), more}; });
}

Apply replace_close_code(std::uint16_t code, std::uint16_t by) {
  return edit_frames(has_opcode(Opcode::close), [code, by](Frame& frame) {
    if (ws::parse_close(frame.payload).code == code) set_payload(frame, close_payload(by));
  });
}

Apply answer_close_with(ws::ByteBuffer payload) {
  return edit_frames(has_opcode(Opcode::close),
                     [payload = std::move(payload)](Frame& frame) { set_payload(frame, payload); });
}

// ---- messages and the course of a conversation ----

Apply change_message(MessageEdit edit) {
  return [edit = std::move(edit)](Faults& faults) { faults.application.message_edits.push_back(edit); };
}

Apply refuse(std::function<bool(const ws::Message&)> chosen, std::uint16_t code) {
  return [chosen = std::move(chosen), code](Faults& faults) {
    faults.application.refusals.emplace_back([chosen, code](const ws::Message& message) {
      return chosen(message) ? std::optional(code) : std::nullopt;
    });
  };
}

Apply change_where(std::function<bool(const ws::Message&)> chosen, MessageEdit edit) {
  return change_message([chosen = std::move(chosen), edit = std::move(edit)](ws::Message& message) {
    if (chosen(message)) edit(message);
  });
}

namespace {

Act send(ws::ByteBuffer octets) {
  return [octets = std::move(octets)](Conversation& conversation) { conversation.send_raw(octets); };
}

}  // namespace

Apply send_at_open(ws::ByteBuffer octets) {
  return [act = send(std::move(octets))](Faults& faults) { faults.application.at_open.push_back(act); };
}

Apply send_before_reply(ws::ByteBuffer octets) {
  return [act = send(std::move(octets))](Faults& faults) { faults.application.before_reply.push_back(act); };
}

Apply send_behind_reply(ws::ByteBuffer octets) {
  return [act = send(std::move(octets))](Faults& faults) { faults.application.behind_reply.push_back(act); };
}

Apply send_after_close(ws::ByteBuffer octets) {
  return [act = send(std::move(octets))](Faults& faults) { faults.application.at_close.push_back(act); };
}

}  // namespace wsrig::echo::faults
