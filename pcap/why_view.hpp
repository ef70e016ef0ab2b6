#pragma once

#include <map>

#include "pcap/observer.hpp"
#include "pcap/sink.hpp"
#include "pcap/why.hpp"

namespace wsrig::pcap {

/// Who ended each connection, and how it came to that, with the packets that show it.
class WhyView final : public Observer {
 public:
  explicit WhyView(Sink& sink) : sink_(sink) {}

  Wanted wanted() const override { return {.whole_connections = true}; }
  void on_begin(Time first_packet) override { begin_ = first_packet; }
  void on_frame(const FrameSeen& frame) override;
  void on_message(const MessageSeen& message) override;
  void on_anomaly(const Anomaly& anomaly) override;
  void on_connection_end(const Connection& connection) override;

 private:
  Sink& sink_;
  Time begin_{};
  std::map<std::uint64_t, Before> before_;  ///< of connections that are open
};

}  // namespace wsrig::pcap
