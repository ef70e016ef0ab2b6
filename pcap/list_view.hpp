#pragma once

#include "pcap/observer.hpp"
#include "pcap/sink.hpp"

namespace wsrig::pcap {

/// One line a frame, in the notation; handshakes, anomalies and, if asked for, what TCP does are lines too.
class ListView final : public Observer {
 public:
  struct Options {
    std::size_t payload = 64;  ///< octets shown of each frame
    bool handshakes = true;
    bool tcp = false;
    bool mask = false;  ///< show a client's masking keys
  };
  ListView(Sink& sink, const Options& options) : sink_(sink), options_(options) {}

  Wanted wanted() const override {
    return {.frame_payload = options_.payload + 1, .tcp_events = options_.tcp};
  }
  void on_begin(Time first_packet) override { begin_ = first_packet; }
  void on_connection(const Connection& connection) override;
  void on_frame(const FrameSeen& frame) override;
  void on_anomaly(const Anomaly& anomaly) override;
  void on_tcp(const TcpEvent& event) override;

 private:
  /// `packet time connection direction `
  void start_line(const Origin& origin, std::uint64_t connection, char direction);
  void write_head(const Connection& connection, ws::Role sender, const Origin& origin,
                  const ws::HttpHead& head, bool cut);

  Sink& sink_;
  Options options_;
  Time begin_{};
};

}  // namespace wsrig::pcap
