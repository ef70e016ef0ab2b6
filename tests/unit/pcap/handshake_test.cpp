#include <gmock/gmock.h>

#include "tests/support/dissected.hpp"
#include "tests/support/websocket_talk.hpp"

// Handshakes over HTTP/1.1, and what comes with them.
namespace wsrig::pcap {
namespace {

using test::client_frame;
using test::Conversation;
using test::dissected;
using test::operator+;
using test::server_frame;
using test::upgrade_request;
using test::upgrade_response;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using ws::Opcode;

TEST(Handshake, s1_3_frames_behind_it_are_read) {
  Conversation talk;
  talk.open().client(upgrade_request("/chat?room=1")).server(upgrade_response());
  talk.client(client_frame(Opcode::text, "Hello")).server(server_frame(Opcode::text, "Hello"));
  talk.client(client_frame(Opcode::close, "\x03\xe8"))
      .server(server_frame(Opcode::close, "\x03\xe8"))
      .close();
  const auto seen = dissected(talk.packets());
  EXPECT_THAT(seen.frames,
              ElementsAre("> text \"Hello\"", "< text \"Hello\"", "> close 1000", "< close 1000"));
  EXPECT_THAT(seen.messages, ElementsAre("> text Hello", "< text Hello"));
  EXPECT_THAT(seen.anomalies, IsEmpty());
  ASSERT_EQ(seen.connections.size(), 1u);
  EXPECT_EQ(seen.connections[0].path, "/chat?room=1");
  EXPECT_EQ(seen.connections[0].status, 101);
  EXPECT_FALSE(seen.connections[0].mid_stream);
}

TEST(Handshake, octets_in_the_same_segment_are_kept) {
  Conversation talk;
  talk.open().client(test::to_buffer(upgrade_request()) + client_frame(Opcode::text, "early"));
  talk.server(test::to_buffer(upgrade_response()) + server_frame(Opcode::text, "at once"));
  EXPECT_THAT(dissected(talk.packets()).frames, ElementsAre("> text \"early\"", "< text \"at once\""));
}

TEST(Handshake, may_come_in_single_octets) {
  Conversation talk;
  talk.open();
  for (const char c : upgrade_request()) talk.client(std::string_view(&c, 1));
  for (const char c : upgrade_response()) talk.server(std::string_view(&c, 1));
  for (const auto octet : server_frame(Opcode::text, "Hello")) talk.server(ws::Bytes(&octet, 1));
  EXPECT_THAT(dissected(talk.packets()).frames, ElementsAre("< text \"Hello\""));
}

TEST(Handshake, comes_behind_other_requests_on_the_connection) {
  Conversation talk;
  talk.open().client("GET / HTTP/1.1\r\nHost: h\r\n\r\nHEAD /x HTTP/1.1\r\nHost: h\r\n\r\n");
  talk.server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
  talk.server("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");  // to HEAD: no body
  talk.client("POST /form HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
  talk.server("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n");
  talk.client(upgrade_request()).server(upgrade_response()).server(server_frame(Opcode::text, "there"));
  EXPECT_THAT(dissected(talk.packets()).frames, ElementsAre("< text \"there\""));
}

TEST(Handshake, that_is_refused_leaves_http) {
  Conversation talk;
  talk.open().client(upgrade_request("/secret"));
  talk.server("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
  talk.client(upgrade_request("/open")).server(upgrade_response()).client(client_frame(Opcode::text, "in"));
  const auto seen = dissected(talk.packets());
  EXPECT_THAT(seen.frames, ElementsAre("> text \"in\""));
  ASSERT_EQ(seen.connections.size(), 2u);
  EXPECT_EQ(seen.connections[0].kind, ConnectionKind::refused);
  EXPECT_EQ(seen.connections[0].status, 401);
  EXPECT_EQ(seen.connections[1].path, "/open");
}

TEST(Handshake, that_is_never_answered_is_told) {
  Conversation talk;
  talk.open().client(upgrade_request("/nobody")).close();
  const auto seen = dissected(talk.packets());
  ASSERT_EQ(seen.connections.size(), 1u);
  EXPECT_EQ(seen.connections[0].kind, ConnectionKind::refused);
  EXPECT_EQ(seen.connections[0].status, 0);
}

TEST(Handshake, s4_2_2_a_wrong_accept_is_an_anomaly) {
  Conversation talk;
  talk.open().client(upgrade_request()).server(upgrade_response({}, "AAAAAAAAAAAAAAAAAAAAAAAAAAA="));
  talk.server(server_frame(Opcode::text, "still read"));
  const auto seen = dissected(talk.packets());
  EXPECT_THAT(seen.anomalies, ElementsAre("< handshake:accept-wrong"));
  EXPECT_THAT(seen.frames, ElementsAre("< text \"still read\""));
}

TEST(Handshake, subprotocol_and_compression_are_agreed) {
  Conversation talk;
  talk.open().client(upgrade_request("/",
                                     "Sec-WebSocket-Protocol: chat, superchat\r\n"
                                     "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
  talk.server(upgrade_response(
      "Sec-WebSocket-Protocol: superchat\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"));
  talk.server(test::octets("c1 07 f2 48 cd c9 c9 07 00"));  // RFC 7692 §7.2.3.1
  const auto seen = dissected(talk.packets());
  EXPECT_THAT(seen.messages, ElementsAre("< text Hello"));
  EXPECT_THAT(seen.anomalies, IsEmpty());
  EXPECT_EQ(seen.connections.at(0).subprotocol, "superchat");
}

TEST(Handshake, of_which_only_the_answer_was_captured) {
  Conversation talk;
  talk.open().server(upgrade_response()).server(server_frame(Opcode::text, "one"));
  EXPECT_THAT(dissected(talk.packets()).frames, ElementsAre("< text \"one\""));
}

TEST(Handshake, plain_http_is_no_websocket) {
  Conversation talk;
  talk.open()
      .client("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
      .server("HTTP/1.1 200 OK\r\n\r\n\x81\x05Hello")
      .close();
  const auto seen = dissected(talk.packets());
  EXPECT_EQ(seen.begun, 0u);
  EXPECT_THAT(seen.frames, IsEmpty());
}

}  // namespace
}  // namespace wsrig::pcap
