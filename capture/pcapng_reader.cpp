#include "capture/pcapng_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "capture/pcap_reader.hpp"
#include "capture/pcapng_blocks.hpp"

namespace wsrig::capture {
namespace {

using namespace pcapng;

constexpr std::size_t block_head = 12;  // enough for the byte-order magic of a section header
constexpr std::uint32_t smallest_block = 12;
constexpr std::uint32_t largest_block = largest_packet + 64 * 1024;
constexpr std::size_t most_interfaces = 65536;

/// The byte order of a section by its magic, which is at `at`; both are tried.
bool read_byte_order(const std::uint8_t* at, ByteOrder& order) {
  for (const std::endian endian : {std::endian::little, std::endian::big}) {
    order = ByteOrder(endian);
    if (order.u32(at) == byte_order_magic) return true;
  }
  return false;
}

std::uint32_t padded(std::uint32_t size) { return (size + 3) & ~std::uint32_t{3}; }

}  // namespace

bool PcapngReader::recognizes(ws::Bytes beginning) {
  return beginning.size() >= 4 && ByteOrder().u32(beginning.data()) == section_header;
}

const Packet* PcapngReader::next() {
  Step step = Step::go_on;
  while (step == Step::go_on) {
    Block block;
    packet_.file_offset = input_->position();
    if (problem_ || !read_block_head(block)) return nullptr;
    if (is_passed_over(block.type)) {
      if (!pass_over(block)) return nullptr;
    } else {
      if (!read_block_body(block)) return nullptr;
      step = read_block(block);
    }
  }
  return step == Step::packet ? &packet_ : nullptr;
}

bool PcapngReader::read_block_head(Block& block) {
  const ws::Bytes head = input_->peek(block_head);
  if (head.size() < block_head) return end_of_input(head.size(), block);
  block.type = order_.u32(head.data());  // a section header's type reads the same in both orders
  if (block.type == section_header && !read_byte_order(&head[8], order_)) {
    fail(Problem::Severity::damage, "a section header without the byte-order magic");
    return false;
  }
  block.length = order_.u32(&head[4]);
  const bool is_sane = block.length >= smallest_block && block.length % 4 == 0 &&
                       (block.length <= largest_block || is_passed_over(block.type));
  if (!is_sane) {
    fail(Problem::Severity::damage,
         fmt::format("a block of type {} announces a length of {}", block.type, block.length));
  }
  return is_sane;
}

bool PcapngReader::read_block_body(Block& block) {
  const ws::Bytes whole = input_->peek(block.length);
  if (whole.size() < block.length) return end_of_input(whole.size(), block);
  if (const std::uint32_t again = order_.u32(&whole[block.length - 4]); again != block.length) {
    fail(Problem::Severity::damage,
         fmt::format("a block of type {} has the length {} at its beginning and {} at its end", block.type,
                     block.length, again));
    return false;
  }
  block.body = whole.subspan(8, block.length - smallest_block);
  input_->take(block.length);
  return true;
}

bool PcapngReader::is_passed_over(std::uint32_t type) const {
  return type != enhanced_packet && type != simple_packet && type != obsolete_packet &&
         type != interface_description && type != decryption_secrets && type != section_header;
}

bool PcapngReader::pass_over(const Block& block) {
  const std::uint64_t start = input_->position();
  if (!input_->skip(block.length - 4)) return end_of_input(input_->position() - start, block);
  const ws::Bytes trailer = input_->peek(4);
  if (trailer.size() < 4) return end_of_input(block.length - 4 + trailer.size(), block);
  const std::uint32_t again = order_.u32(trailer.data());
  input_->take(4);
  if (again != block.length) {
    fail(Problem::Severity::damage,
         fmt::format("a block of type {} has the length {} at its beginning and {} at its end", block.type,
                     block.length, again));
  }
  return again == block.length;
}

PcapngReader::Step PcapngReader::read_block(const Block& block) {
  switch (block.type) {
    case section_header: return read_section_header(block);
    case interface_description: return read_interface(block);
    case enhanced_packet:
    case obsolete_packet: return read_packet(block);
    case simple_packet: return read_simple_packet(block);
    default: return read_secrets(block);
  }
}

PcapngReader::Step PcapngReader::read_section_header(const Block& block) {
  if (block.body.size() < 16) return fail(Problem::Severity::damage, "a section header that is too short");
  if (const unsigned major = order_.u16(&block.body[4]); major != 1)
    return fail(Problem::Severity::damage, fmt::format("pcapng of version {}, where only 1 is known", major));
  section_ = interfaces_.size();
  return Step::go_on;
}

PcapngReader::Step PcapngReader::read_interface(const Block& block) {
  if (block.body.size() < 8)
    return fail(Problem::Severity::damage, "an interface description that is too short");
  if (interfaces_.size() == most_interfaces)
    return fail(Problem::Severity::damage, fmt::format("more than {} interfaces", most_interfaces));
  Interface interface;
  interface.link = static_cast<LinkType>(order_.u16(block.body.data()));
  interface.snap_length = order_.u32(&block.body[4]);
  if (!read_interface_options(block.body.subspan(8), interface)) return Step::stop;
  interfaces_.push_back(interface);
  return Step::go_on;
}

bool PcapngReader::read_interface_options(ws::Bytes options, Interface& interface) {
  while (options.size() >= 4) {
    const std::uint16_t code = order_.u16(options.data());
    const std::uint16_t length = order_.u16(&options[2]);
    if (code == opt_endofopt) return true;
    if (padded(length) > options.size() - 4) {
      fail(Problem::Severity::damage,
           fmt::format("option {} of an interface is longer than its block", code));
      return false;
    }
    if (code == if_tsresol && length == 1 && !interface.resolution.set(options[4])) {
      fail(Problem::Severity::damage, fmt::format("a time resolution (if_tsresol) of {:#x}", options[4]));
      return false;
    }
    if (code == if_tsoffset && length == 8)
      interface.resolution.set_offset(static_cast<std::int64_t>(order_.u64(&options[4])));
    options = options.subspan(4 + padded(length));
  }
  return true;
}

/// The obsolete kind has 16 bits for the interface, and a count of drops behind them.
PcapngReader::Step PcapngReader::read_packet(const Block& block) {
  constexpr std::size_t fixed = 20;
  if (block.body.size() < fixed) return fail(Problem::Severity::damage, "a packet block that is too short");
  const std::uint8_t* const body = block.body.data();
  packet_.original_length = order_.u32(body + 16);
  const std::uint32_t interface = block.type == obsolete_packet ? order_.u16(body) : order_.u32(body);
  return packet_of(interface, std::uint64_t{order_.u32(body + 4)} << 32 | order_.u32(body + 8),
                   order_.u32(body + 12), block.body.subspan(fixed));
}

PcapngReader::Step PcapngReader::read_simple_packet(const Block& block) {
  constexpr std::size_t fixed = 4;
  if (block.body.size() < fixed) return fail(Problem::Severity::damage, "a packet block that is too short");
  if (interfaces_.size() == section_)
    return fail(Problem::Severity::damage, "a packet before the description of its interface");
  packet_.original_length = order_.u32(block.body.data());
  const std::uint32_t snap_length = interfaces_[section_].snap_length;
  std::uint32_t captured = packet_.original_length;
  if (snap_length != 0) captured = std::min(captured, snap_length);
  const Timestamp before = packet_.time;
  const Step step = packet_of(0, 0, captured, block.body.subspan(fixed));
  packet_.time = before;  // it has no time of its own (§4.4)
  return step;
}

PcapngReader::Step PcapngReader::packet_of(std::uint32_t interface, std::uint64_t stamp,
                                           std::uint32_t captured, ws::Bytes data) {
  if (interface >= interfaces_.size() - section_) {
    return fail(Problem::Severity::damage, fmt::format("a packet of interface {}, of which there are {}",
                                                       interface, interfaces_.size() - section_));
  }
  if (captured > data.size()) {
    return fail(Problem::Severity::damage,
                fmt::format("a packet of {} octets in a block that has room for {}", captured, data.size()));
  }
  const Interface& described = interfaces_[section_ + interface];
  packet_.interface = static_cast<std::uint32_t>(section_ + interface);
  packet_.link = described.link;
  packet_.time = described.resolution.time(stamp);
  packet_.octets = data.first(captured);
  ++packet_.number;
  return Step::packet;
}

PcapngReader::Step PcapngReader::read_secrets(const Block& block) {
  constexpr std::size_t fixed = 8;
  if (block.body.size() < fixed) return fail(Problem::Severity::damage, "a secrets block that is too short");
  const std::uint32_t length = order_.u32(&block.body[4]);
  if (length > block.body.size() - fixed) {
    return fail(Problem::Severity::damage, fmt::format("secrets of {} octets in a block that has room for {}",
                                                       length, block.body.size() - fixed));
  }
  hand_over({order_.u32(block.body.data()), block.body.subspan(fixed, length)});
  return Step::go_on;
}

PcapngReader::Step PcapngReader::fail(Problem::Severity severity, std::string what) {
  problem_ = input_->problem();
  if (!problem_) problem_ = Problem{severity, packet_.file_offset, std::move(what)};
  return Step::stop;
}

bool PcapngReader::end_of_input(std::uint64_t available, const Block& block) {
  if (input_->problem()) {
    problem_ = input_->problem();
  } else if (available > 0 && block.length > largest_block) {
    fail(Problem::Severity::damage,
         fmt::format("a block of type {} announces a length of {}", block.type, block.length));
  } else if (available > 0) {
    fail(Problem::Severity::cut_tail, "the file ends inside of a block");
  }
  return false;
}

}  // namespace wsrig::capture
