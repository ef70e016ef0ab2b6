#pragma once

#include <set>
#include <string>
#include <vector>

#include "capture/address.hpp"
#include "capture/packet_source.hpp"
#include "pcap/observer.hpp"
#include "pcap/tls_keys.hpp"

namespace wsrig::pcap {

/// Remembers which TCP connections are shown, and then copies their packets from the capture, which is read a
/// second time.
class PacketExport final : public Observer {
 public:
  /// `keys` must outlive it: what they have for the connections is written, too.
  explicit PacketExport(const TlsKeyLog& keys) : keys_(keys) {}

  Wanted wanted() const override { return {.frames = false}; }
  void on_connection_end(const Connection& connection) override;
  /// Writes the packets as pcapng; returns what went wrong, or nothing.
  std::string write(capture::PacketSource& source, const std::string& path);

 private:
  struct Shown {
    capture::IpEndpoint first{}, second{};
    std::uint64_t begin = 0, end = 0;  ///< packets
  };
  bool is_wanted(const capture::IpEndpoint& source, const capture::IpEndpoint& destination,
                 std::uint64_t packet) const;

  const TlsKeyLog& keys_;
  std::set<TlsKeyLog::Random> sessions_;
  std::vector<Shown> connections_;  ///< sorted by their ends when they are looked up
};

}  // namespace wsrig::pcap
