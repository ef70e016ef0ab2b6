#include "ws/frame.hpp"

#include <gmock/gmock.h>
#include <ostream>
#include <string>
#include <vector>

#include "tests/support/frames.hpp"
#include "tests/support/octets.hpp"
#include "tests/support/row_name.hpp"

namespace wsrig::ws {
namespace {

using test::bits;
using test::octets;
using test::operator+;

struct HeaderRow {
  const char* name;
  ByteBuffer wire;
  FrameHeader header;
  friend std::ostream& operator<<(std::ostream& out, const HeaderRow& row) { return out << row.name; }
};

class FrameHeaderTable : public testing::TestWithParam<HeaderRow> {};

TEST_P(FrameHeaderTable, encodes) {
  const EncodedHeader encoded = encode(GetParam().header);
  EXPECT_EQ(ByteBuffer(encoded.bytes().begin(), encoded.bytes().end()), GetParam().wire);
}

TEST_P(FrameHeaderTable, decodes) {
  const auto decoded = decode_header(GetParam().wire);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->header, GetParam().header);
  EXPECT_EQ(decoded->size, GetParam().wire.size());
}

TEST_P(FrameHeaderTable, needs_every_octet) {
  const Bytes wire = GetParam().wire;
  for (std::size_t size = 0; size < wire.size(); ++size)
    EXPECT_FALSE(decode_header(wire.first(size))) << size;
  EXPECT_EQ(header_size(wire[0], wire[1]), wire.size());
}

TEST_P(FrameHeaderTable, leaves_what_follows) {
  const auto decoded = decode_header(GetParam().wire + "payload");
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->size, GetParam().wire.size());
}

constexpr auto key = test::example_key;

INSTANTIATE_TEST_SUITE_P(
    Rfc6455, FrameHeaderTable,
    testing::Values(
        //                            fin rsv op   mask len
        HeaderRow{"s5_2_text", bits("1 000 0001 0 0000101"), {.payload_length = 5}},
        HeaderRow{"s5_2_not_final", bits("0 000 0010 0 0000000"), {.fin = false, .opcode = Opcode::binary}},
        HeaderRow{"s5_2_rsv1", bits("1 100 0001 0 0000101"), {.rsv = rsv1, .payload_length = 5}},
        HeaderRow{"s5_2_rsv2", bits("1 010 0001 0 0000101"), {.rsv = rsv2, .payload_length = 5}},
        HeaderRow{"s5_2_rsv3", bits("1 001 0001 0 0000101"), {.rsv = rsv3, .payload_length = 5}},
        HeaderRow{"s5_2_all_rsv", bits("1 111 0000 0 0000000"), {.rsv = 7, .opcode = Opcode::continuation}},
        HeaderRow{"s5_2_reserved_opcode", bits("1 000 1111 0 0000000"), {.opcode = Opcode{15}}},
        HeaderRow{"s5_2_masked",
                  bits("1 000 0001 1 0000101") + octets("37fa213d"),
                  {.mask = key, .payload_length = 5}},
        HeaderRow{"s5_2_zero_key", bits("1 000 0001 1 0000000") + octets("00000000"), {.mask = MaskKey{}}},
        HeaderRow{"s5_2_largest_7_bit_length",
                  bits("1 000 0010 0 1111101"),
                  {.opcode = Opcode::binary, .payload_length = 125}},
        HeaderRow{"s5_2_smallest_16_bit_length",
                  bits("1 000 0010 0 1111110") + octets("007e"),
                  {.opcode = Opcode::binary, .payload_length = 126}},
        HeaderRow{"s5_2_length_127",
                  bits("1 000 0010 0 1111110") + octets("007f"),
                  {.opcode = Opcode::binary, .payload_length = 127}},
        HeaderRow{"s5_2_largest_16_bit_length",
                  bits("1 000 0010 0 1111110") + octets("ffff"),
                  {.opcode = Opcode::binary, .payload_length = 65535}},
        HeaderRow{"s5_2_smallest_64_bit_length",
                  bits("1 000 0010 0 1111111") + octets("0000000000010000"),
                  {.opcode = Opcode::binary, .payload_length = 65536}},
        HeaderRow{"s5_2_largest_legal_length",
                  bits("1 000 0010 0 1111111") + octets("7fffffffffffffff"),
                  {.opcode = Opcode::binary, .payload_length = UINT64_MAX >> 1}},
        HeaderRow{"s5_2_top_bit",
                  bits("1 000 0010 0 1111111") + octets("8000000000000000"),
                  {.opcode = Opcode::binary, .payload_length = std::uint64_t{1} << 63}},
        HeaderRow{"s5_2_all_ones",
                  octets("ff ff ffffffffffffffff ffffffff"),
                  {.rsv = 7,
                   .opcode = Opcode{15},
                   .mask = MaskKey{255, 255, 255, 255},
                   .payload_length = UINT64_MAX}},
        HeaderRow{"s5_2_not_minimal_16",
                  bits("1 000 0001 0 1111110") + octets("007d"),
                  {.length_form = LengthForm::u16, .payload_length = 125}},
        HeaderRow{"s5_2_not_minimal_16_of_nothing",
                  bits("1 000 0001 0 1111110") + octets("0000"),
                  {.length_form = LengthForm::u16}},
        HeaderRow{"s5_2_not_minimal_64",
                  bits("1 000 0001 0 1111111") + octets("000000000000ffff"),
                  {.length_form = LengthForm::u64, .payload_length = 65535}},
        HeaderRow{"s5_2_not_minimal_64_of_few",
                  bits("1 000 0001 1 1111111") + octets("0000000000000001 37fa213d"),
                  {.mask = key, .length_form = LengthForm::u64, .payload_length = 1}}),
    test::row_name);

TEST(FrameHeaderTest, a_form_too_short_is_widened) {
  EXPECT_EQ(encode(FrameHeader{.length_form = LengthForm::u16, .payload_length = 65536}).size, 10u);
  EXPECT_EQ(encode(FrameHeader{.length_form = LengthForm::u16, .payload_length = 65535}).size, 4u);
}

struct FrameRow {
  const char* name;
  Frame frame;
  ByteBuffer wire;
};

Frame frame(FrameHeader header, std::string_view payload) {
  header.payload_length = payload.size();
  return {header, test::to_buffer(payload)};
}

TEST(FrameTest, s5_7_examples) {
  const std::string quarter(256, 'x');
  const std::string large(65536, 'x');
  const std::vector<FrameRow> rows{
      {"unmasked text", frame({}, "Hello"), octets("8105 48656c6c6f")},
      {"masked text", frame({.mask = key}, "Hello"), octets("8185 37fa213d 7f9f4d5158")},
      {"first fragment", frame({.fin = false}, "Hel"), octets("0103 48656c")},
      {"last fragment", frame({.opcode = Opcode::continuation}, "lo"), octets("8002 6c6f")},
      {"ping", frame({.opcode = Opcode::ping}, "Hello"), octets("8905 48656c6c6f")},
      {"masked pong", frame({.opcode = Opcode::pong, .mask = key}, "Hello"),
       octets("8a85 37fa213d 7f9f4d5158")},
      {"256 octets", frame({.opcode = Opcode::binary}, quarter), octets("827e 0100") + quarter},
      {"64 KiB", frame({.opcode = Opcode::binary}, large), octets("827f 0000000000010000") + large},
  };
  for (const FrameRow& row : rows) {
    ByteBuffer out = test::to_buffer("before");
    encode(row.frame, out);
    EXPECT_EQ(out, test::to_buffer("before") + row.wire) << row.name;
  }
}

TEST(FrameTest, a_length_may_lie) {
  ByteBuffer out;
  encode(Frame{{.payload_length = 300}, test::to_buffer("x")}, out);
  EXPECT_EQ(out, octets("817e 012c 78"));
}

TEST(OpcodeTest, s5_2_kinds_and_names) {
  for (unsigned value = 0; value < 16; ++value) {
    const auto opcode = static_cast<Opcode>(value);
    EXPECT_EQ(is_control(opcode), value >= 8) << value;
    EXPECT_EQ(is_reserved(opcode), (value > 2 && value < 8) || value > 10) << value;
    EXPECT_EQ(name(opcode).empty(), is_reserved(opcode)) << value;
  }
  EXPECT_EQ(name(Opcode::continuation), "cont");
  EXPECT_EQ(name(Opcode::text), "text");
  EXPECT_EQ(name(Opcode::binary), "binary");
  EXPECT_EQ(name(Opcode::close), "close");
  EXPECT_EQ(name(Opcode::ping), "ping");
  EXPECT_EQ(name(Opcode::pong), "pong");
}

}  // namespace
}  // namespace wsrig::ws
