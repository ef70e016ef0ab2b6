#pragma once

#include <cstdint>
#include <string_view>

#include "capture/packet.hpp"
#include "ws/bytes.hpp"

namespace wsrig::capture {

/// Writes a pcapng file (draft-ietf-opsawg-pcapng) with nanoseconds, in little-endian order, block by block
/// into a buffer that the caller empties whenever it likes.
class PcapngWriter {
 public:
  /// Appends the section header to `out`, which outlives the writer. `program` says who wrote it.
  PcapngWriter(ws::ByteBuffer& out, std::string_view program);

  /// Appends an interface description; returns its number for write().
  std::uint32_t add_interface(LinkType link, std::string_view name);
  /// Appends an enhanced packet block; `interface` came from add_interface(). `comment` may be empty.
  void write(std::uint32_t interface, Timestamp time, ws::Bytes octets, std::uint32_t original_length,
             std::string_view comment = {});
  /// Appends a decryption secrets block; Wireshark wants it before the packets it is for.
  void write_secrets(const Secrets& secrets);

 private:
  ws::ByteBuffer& out_;
  std::uint32_t interfaces_ = 0;
};

}  // namespace wsrig::capture
