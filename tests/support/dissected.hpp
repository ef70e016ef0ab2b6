#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "capture/reader.hpp"
#include "pcap/dissection.hpp"
#include "pcap/show.hpp"
#include "tests/support/conversation.hpp"

namespace wsrig::test {

/// What a dissection told, as lines that are easy to compare.
class Dissected final : public pcap::Observer {
 public:
  struct End {
    pcap::ConnectionKind kind{};
    std::string path{}, subprotocol{}, via{}, tls{}, sni{}, alpn{};
    int status = 0;
    bool mid_stream = false;
    double confidence = 0;
    std::uint32_t http2_stream = 0;
    std::array<pcap::Sent, 2> sent{};
    std::map<std::string, std::uint64_t, std::less<>> anomalies{};
  };

  std::vector<std::string> frames{};     ///< `> text "Hello"`
  std::vector<std::string> messages{};   ///< `> text Hello`; `(incomplete)`, `(not inflated)` where it is so
  std::vector<std::string> anomalies{};  ///< `> text-not-utf8`
  std::vector<End> connections{};        ///< in the order of their ends
  std::uint64_t begun = 0;
  pcap::DissectionTotals totals{};

  pcap::Wanted wanted() const override { return {.frame_payload = 1 << 20, .message_payload = 1 << 20}; }
  void on_connection(const pcap::Connection&) override { ++begun; }
  void on_frame(const pcap::FrameSeen& frame) override {
    frames.push_back(std::string(1, pcap::arrow(frame.sender)) + " " + pcap::show_frame(frame, 200, false));
  }
  void on_message(const pcap::MessageSeen& message) override {
    std::string line(1, pcap::arrow(message.sender));
    line += " " + pcap::show_opcode(message.opcode) + " ";
    line += ws::as_text(message.payload);
    if (!message.complete) line += "(incomplete)";
    if (!message.inflated) line += "(not inflated)";
    messages.push_back(std::move(line));
  }
  void on_anomaly(const pcap::Anomaly& anomaly) override {
    anomalies.push_back(std::string(1, pcap::arrow(anomaly.sender)) + " " + anomaly.id);
  }
  void on_connection_end(const pcap::Connection& connection) override {
    std::string via;
    for (const std::string& part : connection.transport->via) via += (via.empty() ? "" : ", ") + part;
    connections.push_back({connection.kind, std::string(connection.path()), connection.subprotocol, via,
                           connection.transport->tls, connection.transport->sni, connection.transport->alpn,
                           connection.status(), connection.mid_stream, connection.confidence,
                           connection.http2_stream, connection.sent, connection.anomalies});
  }
};

inline Dissected dissected(const MadeCapture& packets, pcap::TlsKeyLog keys = {}) {
  Dissected out;
  const ws::ByteBuffer file = as_pcapng(packets);
  const auto source = capture::read_capture(ws::Bytes(file));
  out.totals = pcap::dissect(*source, {&out}, keys, {});
  return out;
}

}  // namespace wsrig::test
