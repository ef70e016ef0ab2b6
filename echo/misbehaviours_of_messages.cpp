#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <memory>

#include "echo/fault_parts.hpp"
#include "echo/misbehaviour_parts.hpp"

namespace wsrig::echo {

using namespace faults;
using ws::Frame;
using ws::Message;
using ws::Opcode;

namespace {

constexpr const char* pongs = "RFC 6455 §5.5.2";
constexpr const char* receiving = "RFC 6455 §6.2";
constexpr const char* data = "RFC 6455 §5.6";

Apply change_pongs(std::function<void(Frame&)> edit) {
  return edit_frames(has_opcode(Opcode::pong), std::move(edit));
}

void add_pongs(std::vector<Misbehaviour>& table) {
  const auto longer_than = [](std::size_t size) {
    return [size](std::vector<Frame>& frames) {
      std::erase_if(frames, [size](const Frame& frame) {
        return frame.header.opcode == Opcode::pong && frame.payload.size() > size;
      });
    };
  };
  table.insert(
      table.end(),
      {{"no-pong", pongs, "never answers a Ping",
        [](Faults& faults) { faults.endpoint.answer_ping = false; }},
       {"no-long-pong", pongs, "does not answer a Ping of more than 124 octets", shape(longer_than(124))},
       {"only-empty-pongs", pongs, "answers empty Pings only", shape(longer_than(0))},
       {"no-empty-pong", pongs, "does not answer an empty Ping", shape([](std::vector<Frame>& frames) {
          std::erase_if(frames, [](const Frame& frame) {
            return frame.header.opcode == Opcode::pong && frame.payload.empty();
          });
        })},
       {"pong-wrong-payload", pongs, "answers a Ping with another payload",
        change_pongs([](Frame& frame) { set_payload(frame, {hello().begin(), hello().end()}); })},
       {"pong-without-payload", pongs, "answers a Ping with an empty Pong",
        change_pongs([](Frame& frame) { set_payload(frame, {}); })},
       {"pong-cut", pongs, "leaves the last octet of a Ping out of the Pong", change_pongs([](Frame& frame) {
          if (frame.payload.empty()) return;
          frame.payload.pop_back();
          --frame.header.payload_length;
        })},
       {"pong-as-text-only", pongs, "makes octets above 7f in a Pong to question marks",
        change_pongs([](Frame& frame) {
          std::ranges::replace_if(frame.payload, [](std::uint8_t octet) { return octet > 0x7f; }, '?');
        })},
       {"ping-for-pong", pongs, "answers a Ping with a Ping",
        change_pongs([](Frame& frame) { frame.header.opcode = Opcode::ping; })},
       {"text-for-pong", pongs, "answers a Ping with a text message",
        change_pongs([](Frame& frame) { frame.header.opcode = Opcode::text; })}});
}

bool is_text(const Message& message) { return message.opcode == Opcode::text; }
bool is_binary(const Message& message) { return message.opcode == Opcode::binary; }
bool has_octets(const Message& message) { return !message.payload.empty(); }

void flip(std::uint8_t& octet) { octet ^= 1; }
void flip_last(Message& message) { flip(message.payload.back()); }
void drop_last(Message& message) { message.payload = message.payload.first(message.payload.size() - 1); }

/// The octets before the first that this holds for.
Apply cut_text_at(std::uint8_t octet) {
  return change_where(is_text, [octet](Message& message) {
    const auto end = std::ranges::find(message.payload, octet);
    message.payload = message.payload.first(static_cast<std::size_t>(end - message.payload.begin()));
  });
}

Apply replace_in_text(std::uint8_t octet, std::uint8_t by) {
  return change_where(is_text,
                      [octet, by](Message& message) { std::ranges::replace(message.payload, octet, by); });
}

void add_corruption(std::vector<Misbehaviour>& table) {
  table.insert(
      table.end(),
      {{"corrupt-echo", receiving, "changes the last octet of each message",
        change_where(has_octets, flip_last)},
       {"corrupt-first-octet", receiving, "changes the first octet of each binary message",
        change_where([](const Message& message) { return is_binary(message) && has_octets(message); },
                     [](Message& message) { flip(message.payload.front()); })},
       {"corrupt-fragmented", "RFC 6455 §5.4", "changes an octet of messages that came in fragments",
        change_where([](const Message& message) { return message.frames > 1 && has_octets(message); },
                     flip_last)},
       {"corrupt-compressed", "RFC 7692 §7.2.2", "changes an octet of messages that came compressed",
        change_where([](const Message& message) { return message.compressed && has_octets(message); },
                     flip_last)},
       {"corrupt-large", receiving, "changes an octet of messages beyond 65536 octets",
        change_where([](const Message& message) { return message.payload.size() > 65536; },
                     [](Message& message) { flip(message.payload[message.payload.size() / 2]); })},
       {"truncate-large", "RFC 6455 §5.2", "forgets what of a message lies behind 65535 octets",
        change_message([](Message& message) {
          message.payload = message.payload.first(std::min<std::size_t>(message.payload.size(), 65535));
        })},
       {"truncate-huge", receiving, "forgets what of a message lies behind a mebibyte",
        change_message([](Message& message) {
          message.payload = message.payload.first(std::min<std::size_t>(message.payload.size(), 1 << 20));
        })}});
}

/// Takes text and binary for one another, or converts the octets of a text.
void add_conversions(std::vector<Misbehaviour>& table) {
  table.insert(table.end(),
               {{"binary-as-text", data, "says text of a binary message",
                 change_where(is_binary, [](Message& message) { message.opcode = Opcode::text; })},
                {"text-as-binary", data, "says binary of a text message",
                 change_where(is_text, [](Message& message) { message.opcode = Opcode::binary; })},
                {"text-cut-at-zero", data, "ends a text at the first zero octet", cut_text_at(0)},
                {"text-cut-at-line-end", data, "ends a text at the first line feed", cut_text_at('\n')},
                {"text-without-returns", data, "makes carriage returns in a text to line feeds",
                 replace_in_text('\r', '\n')},
                {"text-without-tabs", data, "makes tabs in a text to blanks", replace_in_text('\t', ' ')},
                {"text-without-mark", data, "takes the byte order mark off a text",
                 change_where(
                     [](const Message& message) {
                       return is_text(message) && ws::as_text(message.payload).starts_with("\xef\xbb\xbf");
                     },
                     [](Message& message) { message.payload = message.payload.subspan(3); })},
                {"text-trimmed", data, "takes a blank off the end of a text",
                 change_where(
                     [](const Message& message) {
                       return is_text(message) && has_octets(message) && message.payload.back() == ' ';
                     },
                     drop_last)},
                {"binary-in-seven-bits", data, "clears the top bit of each octet in binary messages",
                 change_where(is_binary,
                              [](Message& message) {
                                for (std::uint8_t& octet : message.payload) octet &= 0x7f;
                              })},
                {"invalid-utf8-text", "RFC 6455 §8.1", "ends each text with the octet ff",
                 change_where([](const Message& message) { return is_text(message) && has_octets(message); },
                              [](Message& message) { message.payload.back() = 0xff; })},
                {"half-character-text", "RFC 6455 §8.1",
                 "leaves the last octet of each text that does not end in ASCII out",
                 change_where(
                     [](const Message& message) {
                       return is_text(message) && has_octets(message) && message.payload.back() > 0x7f;
                     },
                     drop_last)}});
}

/// Off by one where a length changes its form, as a wrong comparison would have it.
void add_edges(std::vector<Misbehaviour>& table) {
  for (const std::size_t size : {125u, 126u, 127u, 128u, 65535u, 65536u}) {
    table.push_back(
        {fmt::format("short-at-{}", size), "RFC 6455 §5.2",
         fmt::format("forgets the last octet of messages of {} octets", size),
         change_where([size](const Message& message) { return message.payload.size() == size; }, drop_last)});
  }
}

/// Replies to one in `every` messages with so many copies.
Apply with_copies(std::size_t every, unsigned copies) {
  return [every, copies](Faults& faults) {
    faults.application.copies.emplace_back(
        [every, copies, count = std::make_shared<std::size_t>(0)](const Message&) {
          return ++*count % every == 0 ? copies : 1u;
        });
  };
}

void add_losses(std::vector<Misbehaviour>& table) {
  table.insert(table.end(),
               {{"lose-some", receiving, "loses one message in fifty", with_copies(50, 0)},
                {"double-some", receiving, "answers one message in fifty twice", with_copies(50, 2)},
                {"double-all", receiving, "answers each message twice", with_copies(1, 2)},
                {"lose-empty", receiving, "does not answer empty messages",
                 [](Faults& faults) {
                   faults.application.copies.emplace_back(
                       [](const Message& message) { return has_octets(message) ? 1u : 0u; });
                 }},
                {"drop-without-close", "RFC 6455 §7.3", "closes the TCP connection in place of a reply",
                 [](Faults& faults) {
                   faults.application.before_reply.emplace_back(
                       [](Conversation& conversation) { conversation.drop(); });
                 }}});
}

}  // namespace

std::vector<Misbehaviour> message_misbehaviours() {
  std::vector<Misbehaviour> table;
  add_pongs(table);
  add_corruption(table);
  add_conversions(table);
  add_edges(table);
  add_losses(table);
  return table;
}

namespace {

/// What a lenient decoder of UTF-8 lets pass.
struct Leniency {
  const char* name;
  const char* about;
  bool surrogates = false;  ///< as in CESU-8
  bool overlong = false;
  bool beyond = false;      ///< four octets above U+10FFFF
  bool long_forms = false;  ///< five and six octets, as before RFC 3629
  bool cut_short = false;   ///< the last character of a message may lack octets
};

struct Sequence {
  std::size_t length = 0;  ///< 0: no octet that can begin one
  std::uint32_t bits = 0;  ///< of the first octet
};

Sequence begin_sequence(std::uint8_t first) {
  if (first < 0x80) return {1, first};
  if (first >= 0xc0 && first < 0xe0) return {2, first & 0x1fu};
  if (first >= 0xe0 && first < 0xf0) return {3, first & 0x0fu};
  if (first >= 0xf0 && first < 0xf8) return {4, first & 0x07u};
  if (first >= 0xf8 && first < 0xfc) return {5, first & 0x03u};
  if (first >= 0xfc && first < 0xfe) return {6, first & 0x01u};
  return {};
}

bool takes_code(const Leniency& leniency, std::uint32_t code, std::size_t length) {
  constexpr std::array<std::uint32_t, 7> least{0, 0, 0x80, 0x800, 0x10000, 0x200000, 0x4000000};
  if (length > 4) return leniency.long_forms;
  if (code < least[length] && !leniency.overlong) return false;
  if (code >= 0xd800 && code <= 0xdfff && !leniency.surrogates) return false;
  return code <= 0x10ffff || leniency.beyond;
}

bool takes_text(const Leniency& leniency, ws::Bytes text) {
  while (!text.empty()) {
    auto [length, code] = begin_sequence(text[0]);
    if (length == 0) return false;
    const std::size_t there = std::min(length, text.size());
    for (const std::uint8_t octet : text.subspan(1, there - 1)) {
      if ((octet & 0xc0) != 0x80) return false;
      code = code << 6 | (octet & 0x3fu);
    }
    if (there < length) return leniency.cut_short && length <= 4;
    if (!takes_code(leniency, code, length)) return false;
    text = text.subspan(length);
  }
  return true;
}

constexpr std::array leniencies{
    Leniency{.name = "accept-surrogates", .about = "takes surrogates in a text", .surrogates = true},
    Leniency{.name = "accept-overlong",
             .about = "takes characters in more octets than they need",
             .overlong = true},
    Leniency{.name = "accept-beyond-unicode", .about = "takes characters above U+10FFFF", .beyond = true},
    Leniency{
        .name = "accept-six-octets", .about = "takes characters of five and six octets", .long_forms = true},
    Leniency{.name = "accept-half-characters",
             .about = "takes a text that ends amid a character",
             .cut_short = true},
};

}  // namespace

std::vector<Misbehaviour> text_misbehaviours() {
  std::vector<Misbehaviour> table;
  for (const Leniency& leniency : leniencies) {
    const auto takes_not = [leniency](const Message& message) {
      return is_text(message) && !takes_text(leniency, message.payload);
    };
    table.push_back(
        {leniency.name, "RFC 6455 §8.1", leniency.about,
         together({ignore(ws::Rule::text_not_utf8), refuse(takes_not, ws::close_code::invalid_payload)})});
  }
  table.push_back({"replace-invalid-utf8", "RFC 6455 §8.1",
                   "makes octets that are not ASCII in a wrong text to question marks",
                   together({ignore(ws::Rule::text_not_utf8),
                             change_where(
                                 [](const Message& message) {
                                   return is_text(message) && !ws::is_valid_utf8(message.payload);
                                 },
                                 [](Message& message) {
                                   std::ranges::replace_if(
                                       message.payload, [](std::uint8_t octet) { return octet > 0x7f; }, '?');
                                 })})});
  return table;
}

std::vector<Misbehaviour> refusing_misbehaviours() {
  const auto text_with = [](std::string_view octets) {
    return [octets](const Message& message) {
      return is_text(message) && ws::as_text(message.payload).find(octets) != std::string_view::npos;
    };
  };
  using namespace std::string_view_literals;
  return {
      {"refuse-fragments", "RFC 6455 §5.4", "fails on a message in fragments",
       refuse([](const Message& message) { return message.frames > 1; }, ws::close_code::unsupported_data)},
      {"refuse-empty", "RFC 6455 §5.2", "fails on an empty message",
       refuse([](const Message& message) { return message.payload.empty(); },
              ws::close_code::protocol_error)},
      {"refuse-long-form", "RFC 6455 §5.2", "fails on messages whose length takes 64 bits",
       refuse([](const Message& message) { return message.payload.size() > 65535; },
              ws::close_code::protocol_error)},
      {"refuse-zero", data, "fails on U+0000 in a text",
       refuse(text_with("\0"sv), ws::close_code::invalid_payload)},
      {"refuse-noncharacters", data, "fails on U+FFFF in a text",
       refuse(text_with("\xef\xbf\xbf"sv), ws::close_code::invalid_payload)},
      {"refuse-four-octets", data, "fails on characters of four octets in a text",
       refuse(text_with("\xf0\x9f"sv), ws::close_code::invalid_payload)},
      {"refuse-compressed", "RFC 7692 §7.2.2", "fails on compressed messages, which it has agreed on",
       refuse([](const Message& message) { return message.compressed; }, ws::close_code::protocol_error)},
  };
}

}  // namespace wsrig::echo
