#pragma once

#include "pcap/observer.hpp"
#include "pcap/sink.hpp"

namespace wsrig::pcap {

/// One line a connection, when it has ended.
class SummaryView final : public Observer {
 public:
  explicit SummaryView(Sink& sink) : sink_(sink) {}
  Wanted wanted() const override { return {.frames = false}; }
  void on_connection_end(const Connection& connection) override;

 private:
  Sink& sink_;
};

}  // namespace wsrig::pcap
