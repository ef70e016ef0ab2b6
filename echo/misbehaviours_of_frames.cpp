#include <array>
#include <fmt/format.h>

#include "echo/fault_parts.hpp"
#include "echo/misbehaviour_parts.hpp"

namespace wsrig::echo {

using namespace faults;
using ws::Frame;
using ws::FrameHeader;
using ws::Opcode;
using ws::Rule;

namespace {

constexpr const char* framing = "RFC 6455 §5.2";
constexpr const char* masking = "RFC 6455 §5.1";
constexpr const char* fragmentation = "RFC 6455 §5.4";
constexpr const char* control = "RFC 6455 §5.5";

/// The kinds that a server sends in answer to something.
constexpr std::array answers{Opcode::text, Opcode::binary, Opcode::pong, Opcode::close};
constexpr std::array controls{Opcode::close, Opcode::ping, Opcode::pong};
constexpr std::array every_known{Opcode::continuation, Opcode::text, Opcode::binary,
                                 Opcode::close,        Opcode::ping, Opcode::pong};
constexpr std::array<unsigned, 10> reserved{3, 4, 5, 6, 7, 11, 12, 13, 14, 15};
struct Bit {
  const char* name;
  std::uint8_t value;
};
constexpr std::array bits{Bit{"rsv1", ws::rsv1}, Bit{"rsv2", ws::rsv2}, Bit{"rsv3", ws::rsv3}};

void add_masks(std::vector<Misbehaviour>& table) {
  table.push_back({"masked-frames", masking, "masks what it sends, as only clients do",
                   edit_frames([](const Frame&) { return true; },
                               [](Frame& frame) { frame.header.mask = ws::MaskKey{1, 2, 3, 4}; })});
  for (const Opcode opcode : answers) {
    table.push_back(
        {fmt::format("masked-{}", ws::name(opcode)), masking,
         fmt::format("masks its {} frames", ws::name(opcode)),
         edit_frames(has_opcode(opcode), [](Frame& frame) { frame.header.mask = ws::MaskKey{}; })});
  }
}

void add_bits(std::vector<Misbehaviour>& table) {
  for (const Opcode opcode : answers) {
    for (const Bit bit : bits) {
      table.push_back(
          {fmt::format("{}-on-{}", bit.name, ws::name(opcode)), framing,
           fmt::format("sets {} on its {} frames", bit.name, ws::name(opcode)),
           edit_frames(has_opcode(opcode), [bit](Frame& frame) { frame.header.rsv |= bit.value; })});
    }
  }
}

void add_reserved_opcodes(std::vector<Misbehaviour>& table) {
  for (const unsigned opcode : reserved) {
    table.push_back({fmt::format("reserved-opcode-{}", opcode), framing,
                     fmt::format("sends a frame with opcode {} before each reply", opcode),
                     send_before_reply(encoded(Opcode{static_cast<std::uint8_t>(opcode)}, hello()))});
  }
}

void add_lengths(std::vector<Misbehaviour>& table) {
  const auto in_form = [](ws::LengthForm form) {
    return [form](Frame& frame) { frame.header.length_form = form; };
  };
  const auto every = [](const Frame&) { return true; };
  const auto with_size = [](std::size_t least, std::size_t most) {
    return [least, most](const Frame& frame) {
      return frame.payload.size() >= least && frame.payload.size() <= most;
    };
  };
  table.insert(
      table.end(),
      {{"nonminimal-length", framing, "writes every payload length in 64 bits",
        edit_frames(every, in_form(ws::LengthForm::u64))},
       {"nonminimal-small-length", framing, "writes lengths below 126 in 16 bits",
        edit_frames(with_size(0, 125), in_form(ws::LengthForm::u16))},
       {"nonminimal-middle-length", framing, "writes lengths below 65536 in 64 bits",
        edit_frames(with_size(126, 65535), in_form(ws::LengthForm::u64))},
       {"nonminimal-125", framing, "writes the length 125 in 16 bits",
        edit_frames(with_size(125, 125), in_form(ws::LengthForm::u16))},
       {"nonminimal-65535", framing, "writes the length 65535 in 64 bits",
        edit_frames(with_size(65535, 65535), in_form(ws::LengthForm::u64))},
       {"length-too-short", framing, "claims one octet less than a text frame has",
        edit_frames(has_opcode(Opcode::text),
                    [](Frame& frame) {
                      if (!frame.payload.empty()) --frame.header.payload_length;
                    })},
       {"length-too-long", framing, "claims one octet more than a binary frame has",
        edit_frames(has_opcode(Opcode::binary), [](Frame& frame) { ++frame.header.payload_length; })},
       {"length-top-bit", framing, "sends a frame whose length has the top bit set before each reply",
        send_before_reply(
            encoded({.opcode = Opcode::binary, .payload_length = std::uint64_t{1} << 63}, hello()))}});
}

void add_fragments(std::vector<Misbehaviour>& table) {
  table.insert(
      table.end(),
      {{"stray-continuation", fragmentation, "sends a continuation of nothing before each reply",
        send_before_reply(encoded(Opcode::continuation, hello()))},
       {"stray-open-continuation", fragmentation, "sends a continuation without FIN before each reply",
        send_before_reply(encoded(FrameHeader{.fin = false, .opcode = Opcode::continuation}, hello()))},
       {"late-continuation", fragmentation, "sends a continuation of nothing behind each reply",
        send_behind_reply(encoded(Opcode::continuation, hello()))},
       {"unfinished-message", fragmentation, "never sets FIN on a data frame",
        edit_frames(is_data, [](Frame& frame) { frame.header.fin = false; })},
       {"continuation-as-text", fragmentation, "cuts messages into frames that all say text",
        together({fragment(has_opcode(Opcode::text), 2),
                  edit_frames(has_opcode(Opcode::continuation),
                              [](Frame& frame) { frame.header.opcode = Opcode::text; })})},
       {"reply-inside-message", fragmentation,
        "begins a message of its own before each reply, and never ends it",
        send_before_reply(encoded(FrameHeader{.fin = false, .opcode = Opcode::text}, hello()))}});
}

void add_controls(std::vector<Misbehaviour>& table) {
  for (const Opcode opcode : controls) {
    const std::string_view name = ws::name(opcode);
    table.push_back(
        {fmt::format("fragmented-{}", name), control, fmt::format("cuts {} frames into two", name),
         opcode == Opcode::ping
             ? send_before_reply(encoded(FrameHeader{.fin = false, .opcode = Opcode::ping}, hello()))
             : fragment(has_opcode(opcode), 1)});
    table.push_back(
        {fmt::format("long-{}", name), control, fmt::format("sends {} frames of 126 octets", name),
         opcode == Opcode::ping ? send_at_open(encoded(Opcode::ping, ws::ByteBuffer(126, 'x')))
                                : edit_frames(has_opcode(opcode), [](Frame& frame) {
                                    frame.payload.resize(126, 'x'), frame.header.payload_length = 126;
                                  })});
  }
}

}  // namespace

std::vector<Misbehaviour> frame_misbehaviours() {
  std::vector<Misbehaviour> table;
  add_masks(table);
  add_bits(table);
  add_reserved_opcodes(table);
  add_lengths(table);
  add_fragments(table);
  add_controls(table);
  return table;
}

namespace {

/// Deaf to a whole rule: the message goes on as if nothing had been wrong.
void add_deaf_to_rules(std::vector<Misbehaviour>& table) {
  constexpr std::array rules{
      Rule::reserved_bits,
      Rule::reserved_opcode,
      Rule::length_not_minimal,
      Rule::length_top_bit,
      Rule::unmasked_client_frame,
      Rule::fragmented_control,
      Rule::control_too_long,
      Rule::continuation_without_start,
      Rule::data_inside_message,
      Rule::close_payload_of_one,
      Rule::close_code_reserved,
      Rule::close_code_unassigned,
      Rule::close_reason_not_utf8,
      Rule::text_not_utf8,
      Rule::compressed_bit_misplaced,
      Rule::deflate_data_corrupt,
  };
  for (const Rule rule : rules) {
    const ws::RuleInfo& info = ws::info(rule);
    table.push_back({fmt::format("accept-{}", info.id), std::string(info.section),
                     fmt::format("lets it pass that a client {}", info.text), ignore(rule)});
  }
}

/// Deaf to a rule in some frames only.
void add_deaf_to(std::vector<Misbehaviour>& table, Rule rule, Opcode opcode, std::string_view what) {
  table.push_back(
      {fmt::format("accept-{}-{}", what, ws::name(opcode)), std::string(ws::info(rule).section),
       fmt::format("lets it pass that a client {}, if it is {}", ws::info(rule).text, ws::name(opcode)),
       ignore_where(rule, [opcode](const FrameHeader& header) { return header.opcode == opcode; })});
}

void add_deaf_to_bits(std::vector<Misbehaviour>& table) {
  for (const Bit bit : bits) {
    for (const bool of_control : {false, true}) {
      table.push_back(
          {fmt::format("accept-{}-{}", bit.name, of_control ? "control" : "data"), framing,
           fmt::format("does not mind {} on {} frames", bit.name, of_control ? "control" : "data"),
           ignore_where(Rule::reserved_bits, [bit, of_control](const FrameHeader& header) {
             return header.rsv == bit.value && ws::is_control(header.opcode) == of_control;
           })});
    }
  }
  table.push_back({"accept-bits-on-continuation", framing, "does not mind reserved bits on continuations",
                   ignore_where(Rule::reserved_bits, [](const FrameHeader& header) {
                     return header.opcode == Opcode::continuation;
                   })});
}

void add_deaf_to_opcodes(std::vector<Misbehaviour>& table) {
  for (const unsigned number : reserved) {
    const auto opcode = Opcode{static_cast<std::uint8_t>(number)};
    table.push_back({fmt::format("accept-opcode-{}", number), framing,
                     fmt::format("does not mind the reserved opcode {}", number),
                     ignore_where(Rule::reserved_opcode,
                                  [opcode](const FrameHeader& header) { return header.opcode == opcode; })});
  }
}

}  // namespace

std::vector<Misbehaviour> deaf_misbehaviours() {
  std::vector<Misbehaviour> table;
  add_deaf_to_rules(table);
  add_deaf_to_bits(table);
  add_deaf_to_opcodes(table);
  for (const Opcode opcode : every_known) add_deaf_to(table, Rule::unmasked_client_frame, opcode, "unmasked");
  for (const Opcode opcode : controls) add_deaf_to(table, Rule::fragmented_control, opcode, "fragmented");
  for (const Opcode opcode : controls) add_deaf_to(table, Rule::control_too_long, opcode, "long");
  for (const Opcode opcode : {Opcode::text, Opcode::binary})
    add_deaf_to(table, Rule::data_inside_message, opcode, "interleaved");
  for (const Opcode opcode : {Opcode::continuation, Opcode::close, Opcode::ping, Opcode::pong})
    add_deaf_to(table, Rule::compressed_bit_misplaced, opcode, "compressed");
  for (const bool fin : {false, true}) {
    table.push_back({fin ? "accept-last-continuation" : "accept-more-continuation", fragmentation,
                     fmt::format("does not mind a continuation of nothing {} FIN", fin ? "with" : "without"),
                     ignore_where(Rule::continuation_without_start,
                                  [fin](const FrameHeader& header) { return header.fin == fin; })});
  }
  for (const unsigned code : {0u, 999u}) {
    table.push_back({fmt::format("accept-close-{}", code), "RFC 6455 §7.4.2",
                     fmt::format("does not mind the close code {}", code),
                     ignore_close_code(static_cast<std::uint16_t>(code))});
  }
  for (const unsigned code : {1004u, 1005u, 1006u, 1015u}) {
    table.push_back({fmt::format("accept-close-{}", code), "RFC 6455 §7.4.1",
                     fmt::format("does not mind the close code {}", code),
                     ignore_close_code(static_cast<std::uint16_t>(code))});
  }
  return table;
}

}  // namespace wsrig::echo
