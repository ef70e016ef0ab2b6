#include "capture/pcap_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace wsrig::capture {
namespace {

constexpr std::size_t file_header = 24;
constexpr std::uint32_t usual_largest = 262144;  // MAXIMUM_SNAPLEN of libpcap

/// A kind of file, by how its first four octets read in the order that it was written in.
struct Kind {
  std::uint32_t magic;
  std::uint32_t nanoseconds_per_unit;
  std::uint32_t record_header;
};
constexpr Kind kinds[] = {
    {0xa1b2c3d4, 1000, 16},
    {0xa1b23c4d, 1, 16},
    {0xa1b2cd34, 1000, 24},  // Linux once added the interface and the packet's type to each record
};

struct Magic {
  const Kind* kind = nullptr;
  ByteOrder order;
};

Magic read_magic(ws::Bytes beginning) {
  if (beginning.size() < 4) return {};
  for (const std::endian endian : {std::endian::little, std::endian::big}) {
    const ByteOrder order(endian);
    const std::uint32_t value = order.u32(beginning.data());
    for (const Kind& kind : kinds)
      if (kind.magic == value) return {&kind, order};
  }
  return {};
}

}  // namespace

bool PcapReader::recognizes(ws::Bytes beginning) { return read_magic(beginning).kind != nullptr; }

PcapReader::PcapReader(std::unique_ptr<Input> input) : input_(std::move(input)) { read_header(); }

void PcapReader::read_header() {
  const ws::Bytes header = input_->peek(file_header);
  const Magic magic = read_magic(header);
  packet_.file_offset = input_->position();
  if (magic.kind == nullptr || header.size() < file_header) {
    fail(Problem::Severity::damage, "the file ends inside of the pcap header");
    return;
  }
  order_ = magic.order;
  nanoseconds_per_unit_ = magic.kind->nanoseconds_per_unit;
  record_header_ = magic.kind->record_header;
  if (const unsigned major = order_.u16(&header[4]); major != 2) {
    fail(Problem::Severity::damage, fmt::format("pcap of version {}, where only 2 is known", major));
    return;
  }
  largest_ = std::clamp(order_.u32(&header[16]), usual_largest, largest_packet);
  packet_.link = static_cast<LinkType>(order_.u32(&header[20]) & 0xffff);  // above: the length of an FCS
  input_->take(file_header);
}

const Packet* PcapReader::next() {
  if (problem_) return nullptr;
  packet_.file_offset = input_->position();
  const ws::Bytes header = input_->peek(record_header_);
  if (header.size() < record_header_) return end_of_input(header.size(), record_header_);
  const std::uint32_t captured = order_.u32(&header[8]);
  if (captured > largest_)
    return fail(Problem::Severity::damage, fmt::format("a packet of {} octets is announced", captured));
  packet_.time = std::chrono::seconds(order_.u32(header.data())) +
                 Timestamp(std::int64_t{order_.u32(&header[4])} * nanoseconds_per_unit_);
  packet_.original_length = order_.u32(&header[12]);
  const ws::Bytes record = input_->peek(record_header_ + captured);
  if (record.size() < record_header_ + captured)
    return end_of_input(record.size(), record_header_ + captured);
  packet_.octets = record.subspan(record_header_);
  ++packet_.number;
  input_->take(record.size());
  return &packet_;
}

const Packet* PcapReader::end_of_input(std::size_t available, std::size_t needed) {
  if (input_->problem()) {
    problem_ = input_->problem();
  } else if (available > 0) {
    fail(Problem::Severity::cut_tail,
         fmt::format("the file ends inside of a packet: {} of {} octets are there", available, needed));
  }
  return nullptr;
}

const Packet* PcapReader::fail(Problem::Severity severity, std::string what) {
  problem_ = input_->problem();
  if (!problem_) problem_ = Problem{severity, packet_.file_offset, std::move(what)};
  return nullptr;
}

}  // namespace wsrig::capture
