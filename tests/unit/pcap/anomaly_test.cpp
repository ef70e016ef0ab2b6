#include <gmock/gmock.h>

#include "tests/support/damage.hpp"
#include "tests/support/dissected.hpp"
#include "tests/support/websocket_talk.hpp"

// What is wrong on the wire, and what is wrong with the capture.
namespace wsrig::pcap {
namespace {

using test::client_frame;
using test::Conversation;
using test::dissected;
using test::octets;
using test::server_frame;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using ws::Opcode;
using Sender = Conversation::Sender;

Conversation& handshake(Conversation& talk, std::string_view extensions = {}) {
  const std::string field =
      extensions.empty() ? std::string() : "Sec-WebSocket-Extensions: " + std::string(extensions) + "\r\n";
  return talk.open().client(test::upgrade_request("/", field)).server(test::upgrade_response(field));
}

struct WireCase {
  const char* id;
  Sender sender;
  const char* wire;  ///< behind the handshake
};

std::ostream& operator<<(std::ostream& out, const WireCase& row) { return out << row.id; }

class Violation : public testing::TestWithParam<WireCase> {};

TEST_P(Violation, is_found) {
  const WireCase& row = GetParam();
  Conversation talk;
  handshake(talk);
  const ws::ByteBuffer wire = octets(row.wire);
  row.sender == Sender::client ? talk.client(wire) : talk.server(wire);
  const std::string arrow = row.sender == Sender::client ? "> " : "< ";
  EXPECT_THAT(dissected(talk.packets()).anomalies, ElementsAre(arrow + row.id));
}

constexpr auto client = Sender::client, server = Sender::server;
INSTANTIATE_TEST_SUITE_P(
    Rules, Violation,
    testing::Values(WireCase{"unmasked-client-frame", client, "81 01 61"},         // §5.1
                    WireCase{"masked-server-frame", server, "81 81 37fa213d 56"},  // §5.1
                    WireCase{"reserved-bits", server, "a1 01 61"},                 // §5.2
                    WireCase{"reserved-bits", server, "c1 01 61"},                 // no extension
                    WireCase{"reserved-opcode", server, "83 01 61"},               // §5.2
                    WireCase{"length-not-minimal", server, "81 7e 0001 61"},       // §5.2
                    WireCase{"length-top-bit", server, "82 7f 8000000000000000"},  // §5.2
                    WireCase{"fragmented-control", server, "09 00"},               // §5.5
                    WireCase{"control-too-long", server, "89 7e 007e"},            // §5.5
                    WireCase{"continuation-without-start", server, "80 01 61"},    // §5.4
                    WireCase{"data-inside-message", server, "01 01 61 81 01 61"},  // §5.4
                    WireCase{"data-after-close", server, "88 00 81 01 61"},        // §5.5.1
                    WireCase{"close-payload-of-one", server, "88 01 03"},          // §5.5.1
                    WireCase{"close-code-reserved", server, "88 02 03ed"},         // §7.4.1
                    WireCase{"close-code-unassigned", server, "88 02 03e7"},       // §7.4.2
                    WireCase{"close-reason-not-utf8", server, "88 03 03e8 ff"},    // §5.5.1
                    WireCase{"text-not-utf8", server, "81 02 c328"},               // §8.1
                    WireCase{"text-not-utf8", server, "01 01 c3 80 01 28"},        // over a fragment
                    WireCase{"mask-key-repeated", client, "81 81 01020304 60 81 81 01020304 60"}));  // §5.3

TEST(Anomaly, s5_4_control_frames_between_fragments_are_none) {
  Conversation talk;
  handshake(talk).server(octets("01 03 48656c  89 01 78  80 02 6c6f"));
  const auto seen = dissected(talk.packets());
  EXPECT_THAT(seen.anomalies, IsEmpty());
  EXPECT_THAT(seen.messages, ElementsAre("< text Hello"));
}

TEST(Anomaly, s5_3_one_key_for_all_frames) {
  Conversation talk;
  handshake(talk);
  for (int i = 0; i < 6; ++i) talk.client(octets("81 81 01020304 60"));
  EXPECT_THAT(dissected(talk.packets()).anomalies, ElementsAre("> mask-key-repeated", "> mask-key-constant"));
}

TEST(Anomaly, an_end_in_the_midst_of_a_message) {
  Conversation talk;
  handshake(talk).server(octets("81 05 4865")).close();
  const auto seen = dissected(talk.packets());
  EXPECT_THAT(seen.anomalies, Contains("< frame-cut-off"));
  EXPECT_THAT(seen.anomalies, Contains("> closed-without-close"));
  EXPECT_THAT(seen.frames, ElementsAre("< text \"He\"… (5 bytes) [3 bytes missing]"));
}

TEST(Anomaly, s7_1_5_who_ended_first_without_a_close) {
  Conversation talk;
  handshake(talk).server(server_frame(Opcode::text, "hi")).finish(Sender::server).finish(Sender::client);
  EXPECT_THAT(dissected(talk.packets()).anomalies, ElementsAre("< closed-without-close"));
}

TEST(Anomaly, rfc7692_data_that_is_no_deflate) {
  Conversation talk;
  handshake(talk, "permessage-deflate").server(octets("c1 03 ffffff"));
  EXPECT_THAT(dissected(talk.packets()).anomalies, ElementsAre("< deflate-data-corrupt"));
}

/// What the server sends in one segment each, three lost octets included.
TEST(Hole, within_a_payload_is_passed_over) {
  Conversation talk;
  handshake(talk)
      .server(octets("82 09 616161"))
      .server("bbb")
      .server("ccc")
      .server(server_frame(Opcode::text, "next"));
  talk.client(client_frame(Opcode::text, "go on"));
  const std::size_t lost = talk.packets().size() - 8;  // the segment "bbb"
  const auto seen = dissected(test::drop(talk.packets(), lost));
  EXPECT_THAT(seen.frames, Contains("< text \"next\""));
  EXPECT_THAT(seen.anomalies, ElementsAre("< hole"));
  EXPECT_EQ(seen.connections.at(0).sent[1].missing, 3u);
}

TEST(Hole, in_a_header_is_survived_at_the_next_frames) {
  Conversation talk;
  handshake(talk);
  for (int i = 0; i < 10; ++i) talk.server(server_frame(Opcode::text, "message number " + std::to_string(i)));
  auto packets = talk.packets();
  const auto seen = dissected(test::drop(packets, packets.size() - 12));
  EXPECT_EQ(seen.frames.size(), 9u) << testing::PrintToString(seen.frames);
  EXPECT_EQ(seen.frames.back(), "< text \"message number 9\"");
}

TEST(Hole, what_refers_to_lost_octets_is_not_inflated_and_what_does_not_is) {
  Conversation talk;
  handshake(talk, "permessage-deflate");
  ws::Deflater deflater(15, true);
  const auto send = [&](std::string_view text) {
    ws::ByteBuffer compressed;
    deflater.compress(ws::as_bytes(text), compressed);
    talk.server(
        test::wire(ws::Role::server, ws::FrameHeader{.rsv = ws::rsv1, .opcode = Opcode::text}, compressed));
  };
  send("the quick brown fox jumps over the lazy dog");
  const std::size_t lost = talk.packets().size();
  send("the five boxing wizards jump quickly");
  send("the five boxing wizards jump quickly over the lazy dog");
  send("0123456789");
  const auto seen = dissected(test::drop(talk.packets(), lost));
  EXPECT_THAT(seen.messages, ElementsAre("< text the quick brown fox jumps over the lazy dog",
                                         "< text (not inflated)", "< text 0123456789"));
  EXPECT_THAT(seen.anomalies, Contains("< not-inflatable"));
  EXPECT_EQ(seen.connections.at(0).anomalies.count("deflate-data-corrupt"), 0u);
}

TEST(Ping, round_trips_are_measured) {
  Conversation talk;
  handshake(talk).client(client_frame(Opcode::ping, "a")).server(server_frame(Opcode::pong, "a"));
  talk.server(server_frame(Opcode::ping, "b"));
  const auto seen = dissected(talk.packets());
  const auto& pings = seen.connections.at(0).sent[0].pings;
  EXPECT_EQ(pings.sent, 1u);
  EXPECT_EQ(pings.answered, 1u);
  EXPECT_EQ(pings.greatest, std::chrono::milliseconds(1));
  EXPECT_TRUE(seen.connections.at(0).sent[1].pings.unanswered);
}

}  // namespace
}  // namespace wsrig::pcap
