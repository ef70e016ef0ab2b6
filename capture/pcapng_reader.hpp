#pragma once

#include <memory>
#include <vector>

#include "capture/byte_order.hpp"
#include "capture/input.hpp"
#include "capture/packet_source.hpp"
#include "capture/time_resolution.hpp"

namespace wsrig::capture {

/// Reads the format of draft-ietf-opsawg-pcapng. Blocks of an unknown type are passed over.
class PcapngReader final : public PacketSource {
 public:
  /// True for what begins with a section header block.
  static bool recognizes(ws::Bytes beginning);

  explicit PcapngReader(std::unique_ptr<Input> input) : input_(std::move(input)) {}

  const Packet* next() override;
  bool octets_persist() const override { return input_->octets_persist(); }
  std::uint64_t position() const override { return input_->position(); }
  std::uint64_t size() const override { return input_->size(); }

 private:
  struct Interface {
    LinkType link{};
    std::uint32_t snap_length = 0;
    TimeResolution resolution{};
  };
  struct Block {
    std::uint32_t type = 0;
    std::uint32_t length = 0;
    ws::Bytes body{};  ///< between the two lengths
  };
  enum class Step : std::uint8_t { packet, go_on, stop };

  /// Looks at the first twelve octets of a block.
  bool read_block_head(Block& block);
  bool read_block_body(Block& block);
  bool is_passed_over(std::uint32_t type) const;
  bool pass_over(const Block& block);
  Step read_block(const Block& block);

  Step read_section_header(const Block& block);
  Step read_interface(const Block& block);
  bool read_interface_options(ws::Bytes options, Interface& interface);
  Step read_packet(const Block& block);
  Step read_simple_packet(const Block& block);
  Step read_secrets(const Block& block);
  /// Checks the packet's interface, and that its octets are inside of the block.
  Step packet_of(std::uint32_t interface, std::uint64_t stamp, std::uint32_t captured, ws::Bytes data);

  Step fail(Problem::Severity severity, std::string what);
  /// The input ended inside of a block, or between two.
  bool end_of_input(std::uint64_t available, const Block& block);

  std::unique_ptr<Input> input_;
  ByteOrder order_;
  std::vector<Interface> interfaces_;
  std::size_t section_ = 0;  ///< number of the section's first interface
  Packet packet_;
};

}  // namespace wsrig::capture
