#pragma once

#include <vector>

#include "pcap/observer.hpp"
#include "pcap/sink.hpp"

namespace wsrig::pcap {

/// One JSON object a line: `start`, then `connection`, `frame`, `message`, `anomaly` and `end` records, as
/// the README lists them.
class JsonlView final : public Observer {
 public:
  /// `payload`: octets of each payload that are written.
  JsonlView(Sink& sink, std::uint64_t payload, const std::vector<std::string>& argv);

  Wanted wanted() const override { return {.frame_payload = payload_, .message_payload = payload_}; }
  void on_connection(const Connection& connection) override;
  void on_frame(const FrameSeen& frame) override;
  void on_message(const MessageSeen& message) override;
  void on_anomaly(const Anomaly& anomaly) override;
  void on_connection_end(const Connection& connection) override;

 private:
  void put_doubt(double confidence);
  void put_payload(ws::Bytes payload, std::uint64_t size);
  std::string& out() { return sink_.buffer(); }

  Sink& sink_;
  std::uint64_t payload_;
};

}  // namespace wsrig::pcap
