#include "capture/tcp_synthesis.hpp"

#include <gmock/gmock.h>

#include "capture/big_endian.hpp"
#include "capture/decoder.hpp"
#include "tests/support/conversation.hpp"

namespace wsrig::test {
namespace {

using capture::TcpFlags;
using testing::ElementsAre;
using Sender = Conversation::Sender;

/// `> S 1000:0 ack 0`: direction, flags, sequence, payload length, acknowledgment.
std::vector<std::string> lines(const MadeCapture& packets) {
  std::vector<std::string> lines;
  capture::Decoder decoder;
  each_packet(packets, [&](const capture::Packet& packet) {
    capture::TcpSegment segment;
    EXPECT_EQ(decoder.decode(packet, segment), capture::Layer::tcp);
    std::string flags;
    const auto flag = [&](std::uint8_t bit, char name) {
      if (segment.flags.has(bit)) flags += name;
    };
    flag(TcpFlags::syn, 'S');
    flag(TcpFlags::fin, 'F');
    flag(TcpFlags::rst, 'R');
    flag(TcpFlags::psh, 'P');
    flag(TcpFlags::ack, '.');
    lines.push_back((segment.source.port == 50000 ? "> " : "< ") + flags + " " +
                    std::to_string(segment.sequence) + ":" + std::to_string(segment.payload_length) +
                    " ack " + std::to_string(segment.acknowledgment));
  });
  return lines;
}

TEST(TcpSynthesis, speaks_like_two_ends_of_a_connection) {
  Conversation talk;
  talk.open().client("abc").server("de").finish(Sender::server).finish(Sender::client);
  EXPECT_THAT(lines(talk.packets()),
              ElementsAre("> S 1000:0 ack 0", "< S. 2000:0 ack 1001", "> . 1001:0 ack 2001",
                          "> P. 1001:3 ack 2001", "< . 2001:0 ack 1004", "< P. 2001:2 ack 1004",
                          "> . 1004:0 ack 2003", "< F. 2003:0 ack 1004", "> . 1004:0 ack 2004",
                          "> F. 1004:0 ack 2004", "< . 2004:0 ack 1005"));
}

TEST(TcpSynthesis, cuts_octets_into_segments_and_pushes_the_last) {
  Conversation::Config config = Conversation::defaults();
  config.segment_size = 2;
  Conversation talk(config);
  talk.client("abcde").reset(Sender::server);
  EXPECT_THAT(lines(talk.packets()),
              ElementsAre("> . 1000:2 ack 2000", "> . 1002:2 ack 2000", "> P. 1004:1 ack 2000",
                          "< . 2000:0 ack 1005", "< R. 2000:0 ack 1005"));
}

TEST(TcpSynthesis, wraps_sequence_numbers) {
  Conversation::Config config = Conversation::defaults();
  config.client_isn = 0xfffffffe;
  Conversation talk(config);
  talk.open().client("abc");
  EXPECT_EQ(lines(talk.packets())[4], "< . 2001:0 ack 2");
}

/// The sum of all words of what a checksum covers, the checksum included, is all ones (RFC 1071).
std::uint32_t folded_sum(ws::Bytes octets, std::uint32_t sum) {
  for (std::size_t i = 0; i < octets.size(); ++i) sum += i % 2 == 0 ? octets[i] * 256u : octets[i];
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

TEST(TcpSynthesis, writes_checksums_that_hold) {
  Conversation talk;
  talk.open().client("odd").server("even");
  for (const MadePacket& packet : talk.packets()) {
    const ws::Bytes ip = ws::Bytes(packet.octets).subspan(14);
    EXPECT_EQ(folded_sum(ip.first(20), 0), 0xffffu);
    const ws::Bytes tcp = ip.subspan(20);
    EXPECT_EQ(folded_sum(tcp, folded_sum(ip.subspan(12, 8), static_cast<std::uint32_t>(6 + tcp.size()))),
              0xffffu);
  }
}

TEST(TcpSynthesis, speaks_IPv6_where_an_end_does) {
  Conversation::Config config = Conversation::defaults();
  config.client.address.octets = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9};
  Conversation talk(config);
  talk.open();
  const ws::Bytes ip = ws::Bytes(talk.packets()[0].octets).subspan(14);
  EXPECT_EQ(ip[0], 0x60);
  const ws::Bytes tcp = ip.subspan(40);
  EXPECT_EQ(folded_sum(tcp, folded_sum(ip.subspan(8, 32), static_cast<std::uint32_t>(6 + tcp.size()))),
            0xffffu);
  EXPECT_EQ(lines(talk.packets())[0], "> S 1000:0 ack 0");
}

}  // namespace
}  // namespace wsrig::test
