#include "capture/pcapng_writer.hpp"

#include <limits>

#include "capture/pcapng_blocks.hpp"

namespace wsrig::capture {
namespace {

using namespace pcapng;

constexpr std::size_t longest_option = std::numeric_limits<std::uint16_t>::max();

void put16(ws::ByteBuffer& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value));
  out.push_back(static_cast<std::uint8_t>(value >> 8));
}

void put32(ws::ByteBuffer& out, std::size_t value) {
  put16(out, value);
  put16(out, value >> 16);
}

/// Octets with what brings them to a multiple of four.
void put_padded(ws::ByteBuffer& out, ws::Bytes octets) {
  ws::append(out, octets);
  out.resize(out.size() + (4 - octets.size() % 4) % 4);
}

void put_option(ws::ByteBuffer& out, std::uint16_t code, std::string_view value) {
  if (value.empty()) return;
  value = value.substr(0, longest_option);
  put16(out, code);
  put16(out, value.size());
  put_padded(out, ws::as_bytes(value));
}

void put_end_of_options(ws::ByteBuffer& out) { put32(out, 0); }

/// A block whose length, which stands at both of its ends, is filled in when it is complete.
class Block {
 public:
  Block(ws::ByteBuffer& out, std::uint32_t type) : out_(out), start_(out.size()) {
    put32(out, type);
    put32(out, 0);
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() {
    const std::size_t length = out_.size() - start_ + 4;
    for (std::size_t i = 0; i < 4; ++i) out_[start_ + 4 + i] = static_cast<std::uint8_t>(length >> (8 * i));
    put32(out_, length);
  }

 private:
  ws::ByteBuffer& out_;
  std::size_t start_;
};

}  // namespace

PcapngWriter::PcapngWriter(ws::ByteBuffer& out, std::string_view program) : out_(out) {
  const Block block(out_, section_header);
  put32(out_, byte_order_magic);
  put16(out_, 1);  // version 1.0
  put16(out_, 0);
  put32(out_, 0xffffffff);  // the length of the section is not given
  put32(out_, 0xffffffff);
  put_option(out_, shb_userappl, program);
  put_end_of_options(out_);
}

std::uint32_t PcapngWriter::add_interface(LinkType link, std::string_view name) {
  const Block block(out_, interface_description);
  put16(out_, static_cast<std::uint16_t>(link));
  put16(out_, 0);
  put32(out_, 0);  // no snap length
  put_option(out_, if_name, name);
  put_option(out_, if_tsresol, "\x09");  // 10^-9 s
  put_end_of_options(out_);
  return interfaces_++;
}

void PcapngWriter::write(std::uint32_t interface, Timestamp time, ws::Bytes octets,
                         std::uint32_t original_length, std::string_view comment) {
  const Block block(out_, enhanced_packet);
  const auto nanoseconds = static_cast<std::uint64_t>(time.count());
  put32(out_, interface);
  put32(out_, nanoseconds >> 32);
  put32(out_, nanoseconds & 0xffffffff);
  put32(out_, octets.size());
  put32(out_, original_length);
  put_padded(out_, octets);
  if (comment.empty()) return;
  put_option(out_, opt_comment, comment);
  put_end_of_options(out_);
}

void PcapngWriter::write_secrets(const Secrets& secrets) {
  const Block block(out_, decryption_secrets);
  put32(out_, secrets.type);
  put32(out_, secrets.data.size());
  put_padded(out_, secrets.data);
}

}  // namespace wsrig::capture
