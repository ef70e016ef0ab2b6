#include "pcap/follow_view.hpp"

#include <fmt/format.h>
#include <iterator>

#include "pcap/show.hpp"
#include "pcap/text_pieces.hpp"
#include "report/text.hpp"

namespace wsrig::pcap {

namespace {

constexpr std::size_t octets_a_line = 16;

/// `00000010  68 65 6c 6c 6f                                    hello`
std::string hex_line(std::size_t offset, ws::Bytes octets) {
  std::string digits, text;
  for (const std::uint8_t octet : octets) {
    digits += fmt::format(" {:02x}", octet);
    text += octet >= 0x20 && octet < 0x7f ? static_cast<char>(octet) : '.';
  }
  return fmt::format("{:08x} {:<48}  {}\n", offset, digits, text);
}

}  // namespace

void FollowView::write_title(ws::Role sender, const Origin& origin, std::string_view title) {
  fmt::format_to(std::back_inserter(sink_.buffer()), "{} {} {} packet {}: {}\n", arrow(sender),
                 show_time(origin.time, begin_), role_name(sender), origin.packet, title);
}

void FollowView::on_connection(const Connection& connection) {
  if (!options_.handshakes) return;
  for (const auto* head : {&connection.request, &connection.response}) {
    if (*head) write_head(**head);
  }
}

void FollowView::on_frame(const FrameSeen& frame) {
  if (!ws::is_control(frame.header.opcode)) return;
  constexpr std::size_t all_of_it = 125;
  write_title(frame.sender, frame.first, show_frame(frame, all_of_it, false));
  sink_.written();
}

void FollowView::on_message(const MessageSeen& message) {
  std::string title = fmt::format("{}, {} octets", show_opcode(message.opcode), message.size);
  if (message.compressed) title += fmt::format(", compressed to {}", message.wire);
  if (message.frames > 1) title += fmt::format(", {} frames", message.frames);
  if (!message.complete) title += ", incomplete in the capture";
  if (!message.inflated) title += ", cannot be inflated";
  write_title(message.sender, message.last, title);
  const bool text = message.opcode == ws::Opcode::text && message.utf8 && !options_.hex;
  if (text) {
    write_text(ws::as_text(message.payload));
  } else {
    write_hex(message.payload);
  }
  sink_.written();
}

void FollowView::write_head(const ws::HttpHead& head) {
  write_text(head.start_line());
  for (const ws::HttpField& field : head.fields()) write_text(fmt::format("{}: {}", field.name, field.value));
  sink_.buffer() += '\n';
}

/// Control characters could do anything to a terminal.
void FollowView::write_text(std::string_view text) {
  const bool has_end = text.ends_with('\n');
  while (!text.empty()) sink_.write(report::visible(take_piece(text)));
  if (!has_end) sink_.write("\n");
}

void FollowView::write_hex(ws::Bytes octets) {
  for (std::size_t at = 0; at < octets.size(); at += octets_a_line) {
    sink_.write(hex_line(at, octets.subspan(at, std::min(octets_a_line, octets.size() - at))));
  }
}

}  // namespace wsrig::pcap
