#include "pcap/csv_view.hpp"

#include <fmt/format.h>
#include <iterator>

#include "pcap/show.hpp"
#include "ws/notation.hpp"

namespace wsrig::pcap {

namespace {

/// RFC 4180 §2.5: a quote inside of quotes is doubled.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace

CsvView::CsvView(Sink& sink, std::uint64_t payload) : sink_(sink), payload_(payload) {
  sink_.write("stream,packet,time,from,opcode,fin,rsv,mask,length,captured,offset,confidence,payload\r\n");
}

void CsvView::on_frame(const FrameSeen& frame) {
  std::string mask;
  if (frame.header.mask) {
    for (const std::uint8_t octet : *frame.header.mask) mask += fmt::format("{:02x}", octet);
  }
  fmt::format_to(std::back_inserter(sink_.buffer()), "{},{},{}.{:09},{},{},{},{},{},{},{},{},{:.6g},{}\r\n",
                 frame.connection->id, frame.first.packet, frame.first.time.count() / 1'000'000'000,
                 frame.first.time.count() % 1'000'000'000, role_name(frame.sender),
                 show_opcode(frame.header.opcode), frame.header.fin ? 1 : 0, frame.header.rsv, mask,
                 frame.header.payload_length, frame.captured, frame.offset, frame.confidence,
                 quoted(ws::print_payload(frame.payload)));
  sink_.written();
}

}  // namespace wsrig::pcap
