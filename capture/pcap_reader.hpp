#pragma once

#include <memory>

#include "capture/byte_order.hpp"
#include "capture/input.hpp"
#include "capture/packet_source.hpp"

namespace wsrig::capture {

/// Octets of the largest packet that is believed in: a TSO packet has 64 KiB, libpcap takes 256 KiB, and some
/// capture what never was on a wire.
constexpr std::uint32_t largest_packet = 16 * 1024 * 1024;

/// Reads the classic format, draft-ietf-opsawg-pcap.
class PcapReader final : public PacketSource {
 public:
  /// True for what begins with one of its magic numbers.
  static bool recognizes(ws::Bytes beginning);

  explicit PcapReader(std::unique_ptr<Input> input);

  const Packet* next() override;
  bool octets_persist() const override { return input_->octets_persist(); }
  std::uint64_t position() const override { return input_->position(); }
  std::uint64_t size() const override { return input_->size(); }

 private:
  void read_header();
  const Packet* fail(Problem::Severity severity, std::string what);
  const Packet* end_of_input(std::size_t available, std::size_t needed);

  std::unique_ptr<Input> input_;
  ByteOrder order_;
  std::uint32_t nanoseconds_per_unit_ = 1000;
  std::uint32_t record_header_ = 16;
  std::uint32_t largest_ = 0;  ///< octets of a packet that are believed
  Packet packet_;
};

}  // namespace wsrig::capture
