#include <gmock/gmock.h>

#include "capture/reader.hpp"
#include "tests/support/capture_file.hpp"
#include "tests/support/row_name.hpp"

namespace wsrig::capture {
namespace {

using test::FileText;
using test::KeptCapture;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint32_t section_header = 0x0a0d0d0a;

FileText body(const FileText& like) { return FileText(like.order()); }

FileText& section(FileText& file, unsigned major = 1) {
  return file.block(section_header, body(file).u32(0x1a2b3c4d).u16(major).u16(0).u64(0xffffffffffffffff));
}

FileText& interface(FileText& file, std::uint16_t link = 1, std::uint32_t snap_length = 0,
                    const FileText& options = FileText()) {
  return file.block(1, body(file).u16(link).u16(0).u32(snap_length).octets(options.bytes()));
}

FileText& enhanced(FileText& file, std::uint32_t number, std::uint64_t stamp, std::string_view text,
                   std::uint32_t original_length) {
  return file.block(6, body(file)
                           .u32(number)
                           .u32(stamp >> 32)
                           .u32(stamp & 0xffffffff)
                           .u32(text.size())
                           .u32(original_length)
                           .padded(ws::as_bytes(text)));
}

std::string text_of(const test::KeptPacket& packet) { return {packet.octets.begin(), packet.octets.end()}; }

class PcapngReader : public testing::TestWithParam<std::endian> {};
INSTANTIATE_TEST_SUITE_P(Orders, PcapngReader, testing::Values(std::endian::little, std::endian::big),
                         [](const auto& order) {
                           return order.param == std::endian::little ? "little" : "big";
                         });

TEST_P(PcapngReader, reads_enhanced_packets_of_several_interfaces) {
  FileText file(GetParam());
  section(file);
  interface(file, 1);
  interface(file, 276, 0, body(file).option(9, test::octets("09")).u32(0));
  enhanced(file, 1, 1'700'000'000'000'000'001, "abcde", 5);
  const std::size_t second = file.bytes().size();
  enhanced(file, 0, 1'700'000'000'000'001, "f", 1500);
  const KeptCapture kept = KeptCapture::of(read_capture(file.bytes()));
  EXPECT_EQ(kept.what(), "");
  ASSERT_EQ(kept.packets.size(), 2u);
  EXPECT_EQ(text_of(kept.packets[0]), "abcde");
  EXPECT_EQ(kept.packets[0].link, LinkType::linux_sll2);
  EXPECT_EQ(kept.packets[0].interface, 1u);
  EXPECT_EQ(kept.packets[0].time, Timestamp(1'700'000'000'000'000'001));
  EXPECT_EQ(text_of(kept.packets[1]), "f");
  EXPECT_EQ(kept.packets[1].time, Timestamp(1'700'000'000'000'001'000));
  EXPECT_EQ(kept.packets[1].original_length, 1500u);
  EXPECT_EQ(kept.packets[1].file_offset, second);
}

TEST_P(PcapngReader, reads_simple_packets_cut_by_the_snap_length) {
  FileText file(GetParam());
  section(file);
  interface(file, 1, 4);
  file.block(3, body(file).u32(3).padded(ws::as_bytes("abc")));
  file.block(3, body(file).u32(900).padded(ws::as_bytes("wxyz")));
  const KeptCapture kept = KeptCapture::of(read_capture(file.bytes()));
  ASSERT_EQ(kept.packets.size(), 2u);
  EXPECT_EQ(text_of(kept.packets[0]), "abc");
  EXPECT_EQ(text_of(kept.packets[1]), "wxyz");
  EXPECT_EQ(kept.packets[1].original_length, 900u);
}

TEST_P(PcapngReader, gives_a_simple_packet_the_time_of_the_one_before) {
  FileText file(GetParam());
  interface(section(file));
  enhanced(file, 0, 77, "a", 1);
  file.block(3, body(file).u32(1).padded(ws::as_bytes("b")));
  EXPECT_EQ(KeptCapture::of(read_capture(file.bytes())).packets.at(1).time, std::chrono::microseconds(77));
}

TEST_P(PcapngReader, reads_obsolete_packets) {
  FileText file(GetParam());
  interface(interface(section(file)), 101);
  file.block(2, body(file).u16(1).u16(3).u32(0).u32(9).u32(2).u32(60).padded(ws::as_bytes("ab")));
  const KeptCapture kept = KeptCapture::of(read_capture(file.bytes()));
  ASSERT_EQ(kept.packets.size(), 1u);
  EXPECT_EQ(text_of(kept.packets[0]), "ab");
  EXPECT_EQ(kept.packets[0].link, LinkType::raw);
  EXPECT_EQ(kept.packets[0].time, std::chrono::microseconds(9));
  EXPECT_EQ(kept.packets[0].original_length, 60u);
}

TEST_P(PcapngReader, passes_over_blocks_that_it_does_not_know) {
  FileText file(GetParam());
  section(file);
  file.block(0x0bad0bad, body(file).octets(ws::ByteBuffer(20'000'000, 1)));
  interface(file);
  file.block(5, body(file).u64(0).u64(0));
  enhanced(file, 0, 0, "a", 1);
  file.block(4, body(file).u32(0));
  const KeptCapture kept = KeptCapture::of(read_capture(file.bytes()));
  EXPECT_EQ(kept.what(), "");
  EXPECT_EQ(kept.packets.size(), 1u);
}

TEST_P(PcapngReader, hands_secrets_over) {
  FileText file(GetParam());
  section(file);
  file.block(10, body(file).u32(Secrets::tls_key_log).u32(5).padded(ws::as_bytes("KEY 1")));
  EXPECT_THAT(KeptCapture::of(read_capture(file.bytes())).secrets, ElementsAre("KEY 1"));
}

TEST_P(PcapngReader, begins_anew_with_each_section_in_its_own_order) {
  FileText first(GetParam());
  interface(interface(section(first)), 0);
  enhanced(first, 1, 0, "a", 1);
  FileText second(GetParam() == std::endian::little ? std::endian::big : std::endian::little);
  interface(section(second), 113);
  enhanced(second, 0, 0, "b", 1);
  first.octets(second.bytes());
  const KeptCapture kept = KeptCapture::of(read_capture(first.bytes()));
  EXPECT_EQ(kept.what(), "");
  ASSERT_EQ(kept.packets.size(), 2u);
  EXPECT_EQ(kept.packets[0].link, LinkType::null);
  EXPECT_EQ(kept.packets[1].link, LinkType::linux_sll);
  EXPECT_EQ(kept.packets[1].interface, 2u);
}

TEST_P(PcapngReader, warns_of_a_tail_that_is_cut_at_any_octet) {
  FileText file(GetParam());
  interface(section(file));
  const std::size_t first = file.bytes().size();
  enhanced(file, 0, 1, "abc", 3);
  const std::size_t second = file.bytes().size();
  file.block(0x77, body(file).u32(0));
  for (std::size_t size = first; size < file.bytes().size(); ++size) {
    const KeptCapture kept = KeptCapture::of(read_capture(ws::Bytes(file.bytes()).first(size)));
    EXPECT_EQ(kept.packets.size(), size < second ? 0u : 1u) << size;
    const bool is_between = size == first || size == second;
    ASSERT_EQ(kept.problem.has_value(), !is_between) << size;
    if (is_between) continue;
    EXPECT_EQ(kept.problem->severity, Problem::Severity::cut_tail) << size;
    EXPECT_EQ(kept.problem->offset, size < second ? first : second) << size;
  }
}

struct Resolution {
  const char* name;
  std::uint8_t if_tsresol;
  std::uint64_t stamp;
  std::int64_t nanoseconds;
};
std::ostream& operator<<(std::ostream& out, const Resolution& row) { return out << row.name; }

class PcapngTime : public testing::TestWithParam<Resolution> {};

TEST_P(PcapngTime, is_read_by_if_tsresol_and_if_tsoffset) {
  FileText file;
  const ws::ByteBuffer resolution{GetParam().if_tsresol};
  interface(section(file), 1, 0,
            FileText()
                .option(2, ws::as_bytes("eth0"))
                .option(9, resolution)
                .option(14, FileText().u64(static_cast<std::uint64_t>(-10)).bytes())
                .u32(0));
  enhanced(file, 0, GetParam().stamp, "a", 1);
  EXPECT_EQ(KeptCapture::of(read_capture(file.bytes())).packets.at(0).time,
            Timestamp(GetParam().nanoseconds) - std::chrono::seconds(10));
}

INSTANTIATE_TEST_SUITE_P(
    Resolutions, PcapngTime,
    testing::Values(Resolution{"seconds", 0, 1'700'000'000, 1'700'000'000'000'000'000},
                    Resolution{"milliseconds", 3, 1'700'000'000'123, 1'700'000'000'123'000'000},
                    Resolution{"picoseconds", 12, 1'700'000'123'456'789'999, 1'700'000'123'456'789},
                    Resolution{"finest_decimal", 19, 15'000'000'000'000'000'000u, 1'500'000'000},
                    Resolution{"binary_20", 0x94, (5u << 20) + (1u << 19), 5'500'000'000},
                    Resolution{"binary_30", 0x9e, (std::uint64_t{7} << 30) + 1, 7'000'000'000},
                    Resolution{"finest_binary", 0xbf, std::uint64_t{3} << 62, 1'500'000'000}),
    test::row_name);

TEST(PcapngTimes, that_nanoseconds_cannot_say_are_the_last_they_can) {
  FileText file;
  interface(section(file), 1, 0, FileText().option(9, test::octets("00")).u32(0));
  enhanced(file, 0, 0xffffffffffffffff, "a", 1);
  EXPECT_GT(KeptCapture::of(read_capture(file.bytes())).packets.at(0).time,
            std::chrono::hours(24 * 365 * 200));
}

struct Damage {
  const char* name;
  FileText block;
  const char* what;
};
std::ostream& operator<<(std::ostream& out, const Damage& row) { return out << row.name; }

class PcapngDamage : public testing::TestWithParam<Damage> {};

TEST_P(PcapngDamage, is_told_with_its_offset_behind_what_could_be_read) {
  FileText file;
  interface(section(file));
  enhanced(file, 0, 0, "a", 1);
  const std::size_t offset = file.bytes().size();
  file.octets(GetParam().block.bytes());
  const KeptCapture kept = KeptCapture::of(read_capture(file.bytes()));
  EXPECT_EQ(kept.packets.size(), 1u);
  EXPECT_EQ(kept.what(), "at offset " + std::to_string(offset) + ": " + GetParam().what);
  EXPECT_EQ(kept.problem->severity, Problem::Severity::damage);
}

FileText block(std::uint32_t type, const FileText& of) { return FileText().block(type, of); }
FileText words(std::initializer_list<std::uint32_t> values) {
  FileText text;
  for (const std::uint32_t value : values) text.u32(value);
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Blocks, PcapngDamage,
    testing::Values(
        Damage{"too_short", words({6, 8, 8}), "a block of type 6 announces a length of 8"},
        Damage{"no_word", words({6, 33, 33}), "a block of type 6 announces a length of 33"},
        Damage{"too_long", words({6, 0x7ffffffc, 0}), "a block of type 6 announces a length of 2147483644"},
        Damage{"unknown_too_long", words({99, 0xfffffffc, 0}),
               "a block of type 99 announces a length of 4294967292"},
        Damage{"trailer", words({4, 12, 16}),
               "a block of type 4 has the length 12 at its beginning and 16 at its end"},
        Damage{"packet_trailer", words({6, 32, 0, 0, 0, 0, 0, 0}),
               "a block of type 6 has the length 32 at its beginning and 0 at its end"},
        Damage{"no_such_interface", block(6, words({1, 0, 0, 0, 0})),
               "a packet of interface 1, of which there are 1"},
        Damage{"packet_longer_than_block", block(6, words({0, 0, 0, 5, 5, 0})),
               "a packet of 5 octets in a block that has room for 4"},
        Damage{"short_packet", block(6, words({0, 0})), "a packet block that is too short"},
        Damage{"short_obsolete_packet", block(2, words({0, 0})), "a packet block that is too short"},
        Damage{"short_simple_packet", block(3, words({})), "a packet block that is too short"},
        Damage{"short_interface", block(1, words({1})), "an interface description that is too short"},
        Damage{"option", block(1, words({1, 0, 0xff0009})),
               "option 9 of an interface is longer than its block"},
        Damage{"resolution", block(1, words({1, 0, 0x10009, 20})), "a time resolution (if_tsresol) of 0x14"},
        Damage{"short_secrets", block(10, words({1})), "a secrets block that is too short"},
        Damage{"secrets", block(10, words({1, 9, 0})), "secrets of 9 octets in a block that has room for 4"},
        Damage{"short_section", block(section_header, words({0x1a2b3c4d})),
               "a section header that is too short"},
        Damage{"version", block(section_header, words({0x1a2b3c4d, 2, 0, 0})),
               "pcapng of version 2, where only 1 is known"},
        Damage{"order", block(section_header, words({0x01020304, 1, 0, 0})),
               "a section header without the byte-order magic"}),
    test::row_name);

TEST(PcapngDamages, a_packet_needs_an_interface) {
  FileText file;
  section(file).block(3, FileText().u32(0));
  EXPECT_THAT(KeptCapture::of(read_capture(file.bytes())).what(),
              HasSubstr("a packet before the description of its interface"));
}

}  // namespace
}  // namespace wsrig::capture
