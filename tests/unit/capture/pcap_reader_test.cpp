#include <gtest/gtest.h>

#include "capture/reader.hpp"
#include "tests/support/capture_file.hpp"
#include "tests/support/row_name.hpp"

namespace wsrig::capture {
namespace {

using test::FileText;
using test::KeptCapture;

struct Row {
  const char* name;
  std::endian order;
  std::uint32_t magic;
  std::uint32_t fraction;
  std::int64_t nanoseconds;
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

/// Two packets, of which the second was cut by a snap length.
FileText two_packets(const Row& row) {
  FileText file(row.order);
  file.u32(row.magic).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(113);
  const bool has_more = row.magic == 0xa1b2cd34;
  file.u32(1'700'000'000).u32(row.fraction).u32(3).u32(3);
  if (has_more) file.u64(0);
  file.octets(test::octets("01 02 03")).u32(4'000'000'000).u32(0).u32(2).u32(1500);
  if (has_more) file.u64(0);
  return file.octets(test::octets("04 05"));
}

class PcapReader : public testing::TestWithParam<Row> {};

TEST_P(PcapReader, reads_each_kind_in_each_order) {
  const KeptCapture kept = KeptCapture::of(read_capture(two_packets(GetParam()).bytes()));
  EXPECT_EQ(kept.what(), "");
  ASSERT_EQ(kept.packets.size(), 2u);
  EXPECT_EQ(kept.packets[0].time, Timestamp(1'700'000'000'000'000'000 + GetParam().nanoseconds));
  EXPECT_EQ(kept.packets[0].link, LinkType::linux_sll);
  EXPECT_EQ(kept.packets[0].octets, test::octets("01 02 03"));
  EXPECT_EQ(kept.packets[0].original_length, 3u);
  EXPECT_EQ(kept.packets[0].file_offset, 24u);
  EXPECT_EQ(kept.packets[1].time, std::chrono::seconds(4'000'000'000));
  EXPECT_EQ(kept.packets[1].octets, test::octets("04 05"));
  EXPECT_EQ(kept.packets[1].original_length, 1500u);
}

TEST_P(PcapReader, warns_of_a_tail_that_is_cut_at_any_octet) {
  const ws::ByteBuffer file = two_packets(GetParam()).bytes();
  const std::size_t record = GetParam().magic == 0xa1b2cd34 ? 24 : 16;
  const std::size_t second = 24 + record + 3;
  for (std::size_t size = 24; size < file.size(); ++size) {
    const KeptCapture kept = KeptCapture::of(read_capture(ws::Bytes(file).first(size)));
    EXPECT_EQ(kept.packets.size(), size < second ? 0u : 1u) << size;
    const bool is_between = size == 24 || size == second;
    ASSERT_EQ(kept.problem.has_value(), !is_between) << size;
    if (is_between) continue;
    EXPECT_EQ(kept.problem->severity, Problem::Severity::cut_tail) << size;
    EXPECT_EQ(kept.problem->offset, size < second ? 24u : second) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, PcapReader,
    testing::Values(Row{"us_little", std::endian::little, 0xa1b2c3d4, 999'999, 999'999'000},
                    Row{"us_big", std::endian::big, 0xa1b2c3d4, 5, 5'000},
                    Row{"ns_little", std::endian::little, 0xa1b23c4d, 999'999'999, 999'999'999},
                    Row{"ns_big", std::endian::big, 0xa1b23c4d, 1, 1},
                    Row{"linux_little", std::endian::little, 0xa1b2cd34, 7, 7'000},
                    Row{"linux_big", std::endian::big, 0xa1b2cd34, 7, 7'000}),
    test::row_name);

FileText header(std::uint32_t snap_length = 65535) {
  return FileText().u32(0xa1b2c3d4).u16(2).u16(4).u32(0).u32(0).u32(snap_length).u32(1);
}

TEST(PcapReaderDamage, names_the_record_of_an_impossible_length) {
  FileText file = header();
  file.u32(1).u32(0).u32(1).u32(1).octets(test::octets("aa")).u32(1).u32(0).u32(0xffffffff).u32(60);
  const KeptCapture kept = KeptCapture::of(read_capture(file.bytes()));
  EXPECT_EQ(kept.packets.size(), 1u);
  EXPECT_EQ(kept.what(), "at offset 41: a packet of 4294967295 octets is announced");
  EXPECT_EQ(kept.problem->severity, Problem::Severity::damage);
}

TEST(PcapReaderDamage, believes_a_packet_larger_than_the_snap_length_but_not_than_all_sense) {
  FileText file = header(96);
  file.u32(1).u32(0).u32(200).u32(200).octets(ws::ByteBuffer(200, 7));
  EXPECT_EQ(KeptCapture::of(read_capture(file.bytes())).packets.size(), 1u);
  file = header(0xffffffff);
  file.u32(1).u32(0).u32(16 * 1024 * 1024 + 1).u32(60);
  EXPECT_EQ(KeptCapture::of(read_capture(file.bytes())).what(),
            "at offset 24: a packet of 16777217 octets is announced");
}

TEST(PcapReaderDamage, refuses_another_version_and_half_a_header) {
  FileText file;
  file.u32(0xa1b2c3d4).u16(3).u16(0).u32(0).u32(0).u32(65535).u32(1);
  EXPECT_EQ(KeptCapture::of(read_capture(file.bytes())).what(),
            "at offset 0: pcap of version 3, where only 2 is known");
  EXPECT_EQ(KeptCapture::of(read_capture(ws::Bytes(file.bytes()).first(23))).what(),
            "at offset 0: the file ends inside of the pcap header");
}

TEST(PcapReaderLink, ignores_what_stands_above_the_link_type) {
  FileText file;
  file.u32(0xa1b2c3d4).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(0x24000001);
  file.u32(1).u32(0).u32(0).u32(0);
  EXPECT_EQ(KeptCapture::of(read_capture(file.bytes())).packets.at(0).link, LinkType::ethernet);
}

}  // namespace
}  // namespace wsrig::capture
