#pragma once

#include <functional>
#include <string>
#include <vector>

#include "capture/packet_filter.hpp"
#include "capture/packet_source.hpp"
#include "pcap/observer.hpp"
#include "pcap/tcp/flow_table.hpp"
#include "pcap/tls_keys.hpp"

namespace wsrig::pcap {

/// What is read of a capture.
struct DissectionOptions {
  capture::PacketFilter* filter = nullptr;  ///< packets that it does not match are passed over; null: none
  bool search = true;                       ///< for frames without a handshake
  std::function<bool()> interrupted{};      ///< asked now and then: true ends the reading
};

/// Counted over a whole capture.
struct DissectionTotals {
  std::uint64_t packets = 0;
  std::uint64_t octets = 0;     ///< captured, of packets
  std::uint64_t filtered = 0;   ///< packets that the filter left out
  std::uint64_t tcp = 0;        ///< packets
  std::uint64_t truncated = 0;  ///< packets cut in a header
  std::uint64_t malformed = 0;
  std::uint64_t unknown_link = 0;
  std::uint64_t connections = 0;  ///< Connection records
  tcp::Counters flows{};
};

/// Reads the packets of `source` to its end, and tells the observers what is in them. `keys` grow by the
/// secrets that the capture carries.
DissectionTotals dissect(capture::PacketSource& source, const std::vector<Observer*>& observers,
                         TlsKeyLog& keys, const DissectionOptions& options);

}  // namespace wsrig::pcap
