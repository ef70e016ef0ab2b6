#include "pcap/why_view.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include "pcap/show.hpp"
#include "report/text.hpp"

namespace wsrig::pcap {

/// What comes with a Close, or behind it, broke no silence that led to it.
void WhyView::on_frame(const FrameSeen& frame) {
  const Connection& connection = *frame.connection;
  const bool is_closing = frame.header.opcode == ws::Opcode::close || connection.of(ws::Role::client).close ||
                          connection.of(ws::Role::server).close;
  if (is_closing) return;
  Before& before = before_[frame.connection->id];
  std::optional<Origin> last;
  for (const auto& one : before.last_frame) {
    if (one && (!last || one->time > last->time)) last = one;
  }
  if (last) before.silence_before_last = frame.last.time - last->time;
  before.last_frame[static_cast<std::size_t>(frame.sender)] = frame.last;
}

void WhyView::on_message(const MessageSeen& message) {
  auto& longest = before_[message.connection->id].longest_message[static_cast<std::size_t>(message.sender)];
  longest = std::max(longest, message.size);
}

/// What the capture lacks is nobody's fault, and that there was no Close is what is to be explained. No
/// receiver judges how its peer draws its masks, and a handshake that was accepted was none of its
/// complaints.
void WhyView::on_anomaly(const Anomaly& anomaly) {
  for (const Fault fault : {Fault::hole, Fault::not_inflatable, Fault::closed_without_close,
                            Fault::mask_key_repeated, Fault::mask_key_constant}) {
    if (anomaly.id == kind_of(fault).id) return;
  }
  if (matches("handshake", anomaly.id)) return;
  before_[anomaly.connection->id].violation[static_cast<std::size_t>(anomaly.sender)] = anomaly;
}

void WhyView::on_connection_end(const Connection& connection) {
  const Explanation explanation = explain(connection, before_[connection.id]);
  before_.erase(connection.id);
  auto out = std::back_inserter(sink_.buffer());
  fmt::format_to(
      out, "{}  {} > {}  {}: {} [{}]\n", connection.id, connection.transport_of(ws::Role::client).address,
      connection.transport_of(ws::Role::server).address,
      report::visible(connection.path().empty() ? "?" : connection.path(), report::Controls::escape),
      explanation.verdict, name(explanation.certainty));
  for (const Evidence& evidence : explanation.evidence) {
    fmt::format_to(out, "    packet {:>6} {:>12}  {}\n", evidence.origin.packet,
                   show_time(evidence.origin.time, begin_),
                   report::visible(evidence.text, report::Controls::escape));
  }
  sink_.written();
}

}  // namespace wsrig::pcap
