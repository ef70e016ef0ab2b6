#pragma once

#include "pcap/observer.hpp"
#include "pcap/sink.hpp"

namespace wsrig::pcap {

/// One line of comma-separated values (RFC 4180) a frame, behind a line of names.
class CsvView final : public Observer {
 public:
  /// `payload`: octets of each frame's payload that are written.
  CsvView(Sink& sink, std::uint64_t payload);

  Wanted wanted() const override { return {.frame_payload = payload_}; }
  void on_frame(const FrameSeen& frame) override;

 private:
  Sink& sink_;
  std::uint64_t payload_;
};

}  // namespace wsrig::pcap
