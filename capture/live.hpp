#pragma once

#include <memory>
#include <string>

#include "capture/packet_source.hpp"
#include "diag/diagnostic.hpp"

namespace wsrig::capture {

/// What to capture from an interface.
struct LiveOptions {
  std::string interface = "any";
  std::string filter{};  ///< in the language of pcap-filter(7); empty: everything
  std::uint32_t snap_length = 262144;
};

/// Packets as they pass an interface (libpcap). next() waits for one, and returns null once stop() was
/// called.
class LiveSource : public PacketSource {
 public:
  /// Makes next() return null; from another thread or from a signal handler.
  virtual void stop() = 0;
  /// Packets that the kernel dropped because they were not read in time.
  virtual std::uint64_t dropped() const = 0;
};

/// Opens an interface, or says why not (no such interface, no permission, a mistake in the filter).
diag::Result<std::unique_ptr<LiveSource>> open_live(const LiveOptions& options);

}  // namespace wsrig::capture
