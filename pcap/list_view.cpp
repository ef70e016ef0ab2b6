#include "pcap/list_view.hpp"

#include <array>
#include <fmt/format.h>
#include <iterator>

#include "pcap/show.hpp"
#include "report/text.hpp"

namespace wsrig::pcap {

namespace {

std::string one_line(std::string_view text) { return report::visible(text, report::Controls::escape); }

/// In the order of TcpEventKind.
constexpr std::array<std::string_view, 10> tcp_names{
    "SYN",         "SYN, ACK",      "established", "FIN",    "RST", "retransmission",
    "zero window", "window update", "keep-alive",  "missing"};

}  // namespace

void ListView::start_line(const Origin& origin, std::uint64_t connection, char direction) {
  fmt::format_to(std::back_inserter(sink_.buffer()), "{:>7} {:>11} {:>4} {} ", origin.packet,
                 show_time(origin.time, begin_), connection, direction);
}

void ListView::write_head(const Connection& connection, ws::Role sender, const Origin& origin,
                          const ws::HttpHead& head, bool cut) {
  start_line(origin, connection.id, arrow(sender));
  fmt::format_to(std::back_inserter(sink_.buffer()), "http {}{}\n", one_line(head.start_line()),
                 cut ? " [head cut off]" : "");
}

void ListView::on_connection(const Connection& connection) {
  if (!options_.handshakes) return;
  if (connection.request && connection.requested) {
    write_head(connection, ws::Role::client, *connection.requested, *connection.request,
               connection.request_cut);
  }
  if (connection.response && connection.answered) {
    write_head(connection, ws::Role::server, *connection.answered, *connection.response,
               connection.response_cut);
  }
  if (connection.mid_stream) {
    start_line(connection.transport->first, connection.id, '-');
    fmt::format_to(std::back_inserter(sink_.buffer()), "found without {}, confidence {:.4f}\n",
                   connection.request ? "the answer to its request" : "its handshake", connection.confidence);
  }
  sink_.written();
}

void ListView::on_frame(const FrameSeen& frame) {
  start_line(frame.first, frame.connection->id, arrow(frame.sender));
  fmt::format_to(std::back_inserter(sink_.buffer()), "{}  [{}+{}]{}\n",
                 show_frame(frame, options_.payload, options_.mask), frame.header_size,
                 frame.header.payload_length,
                 frame.confidence < 1 ? fmt::format(" confidence {:.4f}", frame.confidence) : std::string());
  sink_.written();
}

void ListView::on_anomaly(const Anomaly& anomaly) {
  start_line(anomaly.origin, anomaly.connection->id, arrow(anomaly.sender));
  fmt::format_to(std::back_inserter(sink_.buffer()), "! {} ({}): {}\n", anomaly.id, anomaly.section,
                 one_line(anomaly.text));
  sink_.written();
}

void ListView::on_tcp(const TcpEvent& event) {
  const bool from_first = event.from == Side::first;
  fmt::format_to(
      std::back_inserter(sink_.buffer()), "{:>7} {:>11}    - - tcp {} > {} {}", event.origin.packet,
      show_time(event.origin.time, begin_), event.transport->sides[from_first ? 0 : 1].address,
      event.transport->sides[from_first ? 1 : 0].address, tcp_names[static_cast<std::size_t>(event.kind)]);
  if (event.size > 0) fmt::format_to(std::back_inserter(sink_.buffer()), " {}", event.size);
  sink_.buffer() += '\n';
  sink_.written();
}

}  // namespace wsrig::pcap
