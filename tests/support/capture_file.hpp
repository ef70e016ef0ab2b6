#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capture/packet_source.hpp"
#include "tests/support/octets.hpp"

namespace wsrig::test {

/// Numbers in the byte order of a capture file, octet by octet.
class FileText {
 public:
  explicit FileText(std::endian order = std::endian::little) : order_(order) {}

  FileText& u16(std::uint64_t value) { return number(value, 2); }
  FileText& u32(std::uint64_t value) { return number(value, 4); }
  FileText& u64(std::uint64_t value) { return number(value, 8); }
  FileText& octets(ws::Bytes octets) { return ws::append(bytes_, octets), *this; }
  FileText& padded(ws::Bytes text) {
    octets(text);
    while (bytes_.size() % 4 != 0) bytes_.push_back(0);
    return *this;
  }
  /// A pcapng block around a body of whole words.
  FileText& block(std::uint32_t type, const FileText& body) {
    const std::size_t length = body.bytes_.size() + 12;
    return u32(type).u32(length).octets(body.bytes_).u32(length);
  }
  FileText& option(std::uint16_t code, ws::Bytes value) { return u16(code).u16(value.size()).padded(value); }

  const ws::ByteBuffer& bytes() const { return bytes_; }
  std::endian order() const { return order_; }

 private:
  FileText& number(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) {
      const int shift = 8 * (order_ == std::endian::little ? i : size - 1 - i);
      bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
    }
    return *this;
  }

  ws::ByteBuffer bytes_;
  std::endian order_;
};

/// A packet that outlives its source.
struct KeptPacket {
  capture::Timestamp time{};
  std::uint32_t interface = 0;
  capture::LinkType link{};
  ws::ByteBuffer octets{};
  std::uint32_t original_length = 0;
  std::uint64_t file_offset = 0;

  friend bool operator==(const KeptPacket&, const KeptPacket&) = default;
};

/// Everything that a source gives.
struct KeptCapture {
  std::vector<KeptPacket> packets;
  std::vector<std::string> secrets;
  std::optional<capture::Problem> problem;

  static KeptCapture of(std::unique_ptr<capture::PacketSource> source) {
    KeptCapture kept;
    source->on_secrets(
        [&](const capture::Secrets& secrets) { kept.secrets.emplace_back(ws::as_text(secrets.data)); });
    while (const capture::Packet* packet = source->next()) {
      kept.packets.push_back({packet->time,
                              packet->interface,
                              packet->link,
                              {packet->octets.begin(), packet->octets.end()},
                              packet->original_length,
                              packet->file_offset});
    }
    kept.problem = source->problem();
    return kept;
  }
  std::string what() const { return problem ? capture::describe(*problem) : std::string(); }
};

}  // namespace wsrig::test
