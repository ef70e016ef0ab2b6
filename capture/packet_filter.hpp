#pragma once

#include <memory>
#include <string>

#include "capture/packet.hpp"
#include "diag/diagnostic.hpp"

namespace wsrig::capture {

/// A BPF filter in the language of pcap-filter(7), for packets of any link type.
class PacketFilter {
 public:
  /// The diagnostic tells what libpcap does not understand.
  static diag::Result<PacketFilter> compile(const std::string& expression);

  PacketFilter(PacketFilter&&) noexcept;
  PacketFilter& operator=(PacketFilter&&) noexcept;
  ~PacketFilter();

  /// True where the packet passes; false for link types for which the expression has no meaning.
  bool matches(const Packet& packet);

 private:
  struct Programs;
  explicit PacketFilter(std::unique_ptr<Programs> programs);
  std::unique_ptr<Programs> programs_;  ///< one for each link type that was met
};

}  // namespace wsrig::capture
