#include "capture/decoder.hpp"

#include <gtest/gtest.h>

#include "capture/big_endian.hpp"
#include "tests/support/conversation.hpp"
#include "tests/support/row_name.hpp"

namespace wsrig::capture {
namespace {

using test::octets;
using test::operator+;

const ws::ByteBuffer payload = test::to_buffer("hello");

/// Port 50000 to 80, sequence 0x01020304, acknowledgment 0x05060708, PSH and ACK, window 0x1234; one option.
ws::ByteBuffer tcp(const ws::ByteBuffer& with = payload) {
  return octets("c350 0050 01020304 05060708 6018 1234 0000 0000 01030307") + with;
}
ws::ByteBuffer be16s(std::size_t value) {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}
/// From 192.0.2.1 to 192.0.2.2.
ws::ByteBuffer ipv4(const ws::ByteBuffer& in, std::string_view protocol = "06",
                    std::string_view fragment = "0000", std::string_view options = "") {
  const ws::ByteBuffer extra = octets(options);
  return ws::ByteBuffer{static_cast<std::uint8_t>(0x45 + extra.size() / 4), 0} +
         be16s(20 + extra.size() + in.size()) + octets("abcd") + octets(fragment) + octets("40") +
         octets(protocol) + octets("0000 c0000201 c0000202") + extra + in;
}
/// From 2001:db8::1 to 2001:db8::2.
ws::ByteBuffer ipv6(const ws::ByteBuffer& in, std::string_view next = "06") {
  return octets("60000000") + be16s(in.size()) + octets(next) + octets("40") +
         octets("20010db8000000000000000000000001 20010db8000000000000000000000002") + in;
}
ws::ByteBuffer ethernet(std::string_view type, const ws::ByteBuffer& in) {
  return octets("020000000002 020000000001") + octets(type) + in;
}
ws::ByteBuffer udp(std::string_view port, const ws::ByteBuffer& in) {
  return octets("3039") + octets(port) + be16s(8 + in.size()) + octets("0000") + in;
}

struct Decoded {
  Layer layer{};
  TcpSegment segment;
};

Decoded decode(LinkType link, ws::Bytes packet, std::size_t original = 0) {
  Packet given;
  given.link = link;
  given.octets = packet;
  given.original_length = static_cast<std::uint32_t>(original != 0 ? original : packet.size());
  Decoded decoded;
  Decoder decoder;
  decoded.layer = decoder.decode(given, decoded.segment);
  return decoded;
}

struct Row {
  const char* name;
  LinkType link;
  ws::ByteBuffer packet;
  std::uint32_t network = 0;
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

const ws::ByteBuffer four = ipv4(tcp());
const ws::ByteBuffer six = ipv6(tcp());
const ws::ByteBuffer frame = ethernet("0800", four);

class Decoding : public testing::TestWithParam<Row> {};

TEST_P(Decoding, finds_the_segment) {
  const auto [layer, segment] = decode(GetParam().link, GetParam().packet);
  ASSERT_EQ(layer, Layer::tcp);
  const bool v4 = segment.source.address.is_v4();
  EXPECT_EQ(to_string(segment.source), v4 ? "192.0.2.1:50000" : "[2001:db8::1]:50000");
  EXPECT_EQ(to_string(segment.destination), v4 ? "192.0.2.2:80" : "[2001:db8::2]:80");
  EXPECT_EQ(segment.network, GetParam().network);
  EXPECT_EQ(segment.sequence, 0x01020304u);
  EXPECT_EQ(segment.acknowledgment, 0x05060708u);
  EXPECT_EQ(segment.flags.bits, TcpFlags::psh | TcpFlags::ack);
  EXPECT_EQ(segment.window, 0x1234);
  EXPECT_EQ(ws::ByteBuffer(segment.options.begin(), segment.options.end()), octets("01030307"));
  EXPECT_EQ(segment.payload_length, 5u);
  EXPECT_EQ(ws::as_text(segment.payload), "hello");
}

/// However much was captured: either a segment of which the payload is short, or an honest "truncated".
TEST_P(Decoding, knows_what_the_snap_length_cut) {
  const ws::ByteBuffer& packet = GetParam().packet;
  std::size_t segments = 0;
  for (std::size_t size = 0; size < packet.size(); ++size) {
    const auto [layer, segment] = decode(GetParam().link, ws::Bytes(packet).first(size), packet.size());
    if (layer != Layer::tcp) {
      EXPECT_EQ(layer, Layer::truncated) << size;
      EXPECT_EQ(segments, 0u) << size;
      continue;
    }
    ++segments;
    EXPECT_EQ(segment.payload_length, 5u) << size;
    EXPECT_LE(segment.payload.size(), 5u) << size;
  }
  EXPECT_GE(segments, payload.size() + 4) << "payload and options may be missing";
}

INSTANTIATE_TEST_SUITE_P(
    Links, Decoding,
    testing::Values(Row{"ethernet_ipv4", LinkType::ethernet, frame},
                    Row{"ethernet_ipv6", LinkType::ethernet, ethernet("86dd", six)},
                    Row{"raw_ipv4", LinkType::raw, four}, Row{"raw_ipv6", LinkType::raw, six},
                    Row{"raw_bsd", LinkType::raw_bsd, four}, Row{"raw_openbsd", LinkType::raw_openbsd, six},
                    Row{"ipv4", LinkType::ipv4, four}, Row{"ipv6", LinkType::ipv6, six},
                    Row{"sll", LinkType::linux_sll, octets("0000 0304 0006 000000000000 0000 0800") + four},
                    Row{"sll2", LinkType::linux_sll2,
                        octets("86dd 0000 00000001 0304 00 06 0000000000000000") + six},
                    Row{"null_little", LinkType::null, octets("02000000") + four},
                    Row{"null_big", LinkType::null, octets("00000002") + four},
                    Row{"null_linux_ipv6", LinkType::null, octets("0a000000") + six},
                    Row{"null_netbsd_ipv6", LinkType::null, octets("18000000") + six},
                    Row{"null_freebsd_ipv6", LinkType::null, octets("1c000000") + six},
                    Row{"null_macos_ipv6", LinkType::null, octets("0000001e") + six},
                    Row{"loop", LinkType::loop, octets("00000002") + four}),
    test::row_name);

INSTANTIATE_TEST_SUITE_P(
    Wrappings, Decoding,
    testing::Values(
        Row{"vlan", LinkType::ethernet, ethernet("8100", octets("0007 0800") + four)},
        Row{"qinq", LinkType::ethernet, ethernet("88a8", octets("0001 8100 0002 86dd") + six)},
        Row{"qinq_old", LinkType::ethernet, ethernet("9100", octets("0001 0800") + four)},
        Row{"snap", LinkType::ethernet, ethernet("0051", octets("aaaa03 000000 0800") + four)},
        Row{"mpls", LinkType::ethernet, ethernet("8847", octets("00010040 00011140") + four)},
        Row{"mpls_pseudowire", LinkType::ethernet, ethernet("8847", octets("00011140 00000000") + frame)},
        Row{"pppoe_ipv4", LinkType::ethernet, ethernet("8864", octets("1100 0001 0031 0021") + four)},
        Row{"pppoe_ipv6", LinkType::ethernet, ethernet("8864", octets("1100 0001 0045 0057") + six)},
        Row{"ip_in_ip", LinkType::raw, ipv4(four, "04")}, Row{"six_in_four", LinkType::raw, ipv4(six, "29")},
        Row{"four_in_six", LinkType::raw, ipv6(four, "04")},
        Row{"gre", LinkType::raw, ipv4(octets("0000 0800") + four, "2f")},
        Row{"gre_key_and_sequence", LinkType::raw, ipv4(octets("3000 86dd 00000001 00000002") + six, "2f")},
        Row{"gre_checksum", LinkType::raw, ipv4(octets("8000 0800 00000000") + four, "2f")},
        Row{"gre_ethernet", LinkType::raw, ipv4(octets("0000 6558") + frame, "2f")},
        Row{"vxlan", LinkType::raw, ipv4(udp("12b5", octets("08000000 00002a00") + frame), "11"), 42},
        Row{"vxlan_linux", LinkType::raw, ipv4(udp("2118", octets("08000000 00000100") + frame), "11"), 1},
        Row{"ipv4_options", LinkType::raw, ipv4(tcp(), "06", "0000", "01010100")},
        Row{"authentication", LinkType::raw, ipv4(octets("06 01 0000 00000001 00000002") + tcp(), "33")},
        Row{"hop_by_hop", LinkType::raw, ipv6(octets("06 00 0000 00000000") + tcp(), "00")},
        Row{"routing_and_options", LinkType::raw,
            ipv6(octets("3c 00 0000 00000000  06 01 0000 00000000 0000000000000000") + tcp(), "2b")},
        Row{"atomic_fragment", LinkType::raw, ipv6(octets("06 00 0000 00000001") + tcp(), "2c")}),
    test::row_name);

TEST(Decoder, leaves_padding_of_Ethernet_out) {
  const ws::ByteBuffer padded = frame + octets("000000000000 deadbeef");
  const auto decoded = decode(LinkType::ethernet, padded);
  EXPECT_EQ(ws::as_text(decoded.segment.payload), "hello");
  EXPECT_EQ(decoded.segment.payload_length, 5u);
}

TEST(Decoder, takes_a_length_of_zero_for_segmentation_by_the_network_card) {
  ws::ByteBuffer v4 = four;
  v4[2] = v4[3] = 0;
  EXPECT_EQ(ws::as_text(decode(LinkType::raw, v4).segment.payload), "hello");
  ws::ByteBuffer v6 = six;
  v6[4] = v6[5] = 0;
  EXPECT_EQ(ws::as_text(decode(LinkType::raw, v6).segment.payload), "hello");
  EXPECT_EQ(decode(LinkType::raw, v4, v4.size() + 1000).segment.payload_length, 1005u);
}

struct OtherRow {
  const char* name;
  LinkType link;
  ws::ByteBuffer packet;
  Layer layer;
};
std::ostream& operator<<(std::ostream& out, const OtherRow& row) { return out << row.name; }
class NotDecoding : public testing::TestWithParam<OtherRow> {};

TEST_P(NotDecoding, tells_what_it_is) {
  EXPECT_EQ(decode(GetParam().link, GetParam().packet).layer, GetParam().layer);
}

ws::ByteBuffer deep_vlans() {
  ws::ByteBuffer packet = ethernet("8100", {});
  for (int i = 0; i < 40; ++i) packet = packet + octets("0001 8100");
  return packet + octets("0001 0800") + four;
}
ws::ByteBuffer deep_tunnel() {
  ws::ByteBuffer packet = four;
  for (int i = 0; i < 40; ++i) packet = ipv4(packet, "04");
  return packet;
}

INSTANTIATE_TEST_SUITE_P(
    Others, NotDecoding,
    testing::Values(
        OtherRow{"unknown_link", static_cast<LinkType>(147), frame, Layer::unknown_link},
        OtherRow{"arp", LinkType::ethernet, ethernet("0806", ws::ByteBuffer(28)), Layer::other},
        OtherRow{"dns", LinkType::raw, ipv4(udp("0035", {}), "11"), Layer::other},
        OtherRow{"no_vxlan", LinkType::raw, ipv4(udp("12b5", ws::ByteBuffer(40)), "11"), Layer::other},
        OtherRow{"icmp", LinkType::raw, ipv4(ws::ByteBuffer(8), "01"), Layer::other},
        OtherRow{"no_next_header", LinkType::raw, ipv6({}, "3b"), Layer::other},
        OtherRow{"spanning_tree", LinkType::ethernet, ethernet("0026", octets("4242030000000000")),
                 Layer::other},
        OtherRow{"pptp", LinkType::raw, ipv4(octets("2001 880b 00000000"), "2f"), Layer::other},
        OtherRow{"netbios_loopback", LinkType::null, octets("11000000"), Layer::other},
        OtherRow{"version_5", LinkType::ipv4, octets("55") + ws::ByteBuffer(40), Layer::malformed},
        OtherRow{"header_length_4", LinkType::raw, octets("44") + ws::ByteBuffer(40), Layer::malformed},
        OtherRow{"total_below_header", LinkType::raw, octets("45000013") + ws::ByteBuffer(40),
                 Layer::malformed},
        OtherRow{"tcp_offset_4", LinkType::raw, ipv4(octets("c3500050 0000000000000000 4018 1234 00000000")),
                 Layer::malformed},
        OtherRow{"tcp_offset_beyond_packet", LinkType::raw,
                 ipv4(octets("c3500050 0000000000000000 f018 1234 00000000")), Layer::malformed},
        OtherRow{"tcp_in_ten_octets", LinkType::raw, ipv4(ws::ByteBuffer(10)), Layer::malformed},
        OtherRow{"deep_vlans", LinkType::ethernet, deep_vlans(), Layer::malformed},
        OtherRow{"deep_tunnel", LinkType::raw, deep_tunnel(), Layer::malformed},
        OtherRow{"empty", LinkType::ethernet, {}, Layer::malformed}),
    test::row_name);

/// A datagram in fragments, given in an order; what the last of them completes.
class Fragments : public testing::Test {
 protected:
  Layer add(const ws::ByteBuffer& packet, Timestamp time = {}) {
    kept_ = packet;
    Packet given;
    given.link = LinkType::raw;
    given.octets = kept_;
    given.original_length = static_cast<std::uint32_t>(kept_.size());
    given.time = time;
    return decoder_.decode(given, segment_);
  }
  std::string text() const { return std::string(ws::as_text(segment_.payload)); }

  static ws::ByteBuffer part(std::size_t from, std::size_t to) {
    static const ws::ByteBuffer whole = tcp(test::to_buffer("hello"));
    return {whole.begin() + static_cast<std::ptrdiff_t>(from),
            whole.begin() + static_cast<std::ptrdiff_t>(std::min(to, whole.size()))};
  }
  const ws::ByteBuffer first_ = ipv4(part(0, 8), "06", "2000");
  const ws::ByteBuffer second_ = ipv4(part(8, 24), "06", "2001");
  const ws::ByteBuffer last_ = ipv4(part(24, 99), "06", "0003");

  Decoder decoder_;
  TcpSegment segment_;
  ws::ByteBuffer kept_;
};

TEST_F(Fragments, are_put_together_in_any_order) {
  std::array packets{first_, second_, last_};
  std::sort(packets.begin(), packets.end());
  do {
    EXPECT_EQ(add(packets[0]), Layer::fragment);
    EXPECT_EQ(add(packets[1]), Layer::fragment);
    ASSERT_EQ(add(packets[2]), Layer::tcp);
    EXPECT_EQ(text(), "hello");
    EXPECT_FALSE(segment_.in_packet);
  } while (std::next_permutation(packets.begin(), packets.end()));
}

TEST_F(Fragments, of_IPv6_are_put_together) {
  EXPECT_EQ(add(ipv6(octets("06 00 0019 00000007") + part(24, 99), "2c")), Layer::fragment);
  EXPECT_EQ(add(ipv6(octets("06 00 0001 00000007") + part(0, 24), "2c")), Layer::fragment);
  // Offset 24 with more to follow is not the end.
  EXPECT_EQ(add(ipv6(octets("06 00 0018 00000007") + part(24, 99), "2c")), Layer::tcp);
  EXPECT_EQ(text(), "hello");
}

TEST_F(Fragments, that_overlap_do_not_change_what_came_first) {
  ws::ByteBuffer other = part(0, 24);
  std::fill(other.begin() + 8, other.end(), std::uint8_t{0xee});
  add(second_);
  add(ipv4(other, "06", "2000"));
  ASSERT_EQ(add(last_), Layer::tcp);
  EXPECT_EQ(segment_.sequence, 0x01020304u);
  EXPECT_EQ(segment_.window, 0x1234);
}

TEST_F(Fragments, of_different_datagrams_do_not_mix) {
  ws::ByteBuffer other = last_;
  other[5] ^= 1;
  add(first_);
  add(second_);
  EXPECT_EQ(add(other), Layer::fragment);
  EXPECT_EQ(add(last_), Layer::tcp);
}

TEST_F(Fragments, are_given_up_after_a_while) {
  add(first_);
  add(second_);
  EXPECT_EQ(add(last_, std::chrono::seconds(31)), Layer::fragment);
}

TEST_F(Fragments, make_room_for_newer_ones) {
  add(first_);
  for (std::uint8_t i = 0; i < FragmentCache::most_datagrams; ++i) {
    ws::ByteBuffer other = first_;
    other[4] = i;
    add(other);
  }
  add(second_);
  EXPECT_EQ(add(last_), Layer::fragment);
}

TEST_F(Fragments, beyond_64_KiB_are_none) {
  EXPECT_EQ(add(ipv4(ws::ByteBuffer(16), "06", "1fff")), Layer::fragment);
  EXPECT_EQ(add(ipv4({}, "06", "2000")), Layer::fragment);
}

TEST_F(Fragments, that_were_truncated_complete_nothing) {
  Packet given;
  given.link = LinkType::raw;
  given.octets = ws::Bytes(second_).first(30);
  given.original_length = static_cast<std::uint32_t>(second_.size());
  EXPECT_EQ(decoder_.decode(given, segment_), Layer::truncated);
}

}  // namespace
}  // namespace wsrig::capture
