#include <gmock/gmock.h>

#include "tests/support/dissected.hpp"
#include "tests/support/websocket_talk.hpp"

// WebSockets inside of something else.
namespace wsrig::pcap {
namespace {

using test::client_frame;
using test::Conversation;
using test::dissected;
using test::octets;
using test::operator+;
using test::server_frame;
using testing::ElementsAre;
using ws::Opcode;

/// The handshake and a message each way, on what is open.
test::Dissected chat_over(Conversation& talk) {
  talk.client(test::upgrade_request()).server(test::upgrade_response());
  talk.client(client_frame(Opcode::text, "up")).server(server_frame(Opcode::text, "down"));
  auto seen = dissected(talk.packets());
  EXPECT_THAT(seen.frames, ElementsAre("> text \"up\"", "< text \"down\""));
  EXPECT_THAT(seen.anomalies, testing::IsEmpty());
  if (seen.connections.empty()) seen.connections.emplace_back();
  return seen;
}

TEST(Tunnel, http_connect) {
  Conversation talk;
  talk.open().client("CONNECT example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n\r\n");
  talk.server("HTTP/1.1 200 Connection established\r\n\r\n");
  EXPECT_EQ(chat_over(talk).connections[0].via, "connect example.com:80");
}

TEST(Tunnel, http_connect_behind_a_407) {
  Conversation talk;
  talk.open().client("CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n");
  talk.server("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 3\r\n\r\nno\n");
  talk.client("CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\nProxy-Authorization: Basic eDp5\r\n\r\n");
  talk.server("HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(chat_over(talk).connections[0].via, "connect h:80");
}

TEST(Tunnel, http_connect_with_a_client_that_does_not_wait) {
  Conversation talk;
  talk.open().client(test::to_buffer("CONNECT h:80 HTTP/1.1\r\n\r\n") + test::upgrade_request());
  talk.server(test::to_buffer("HTTP/1.1 200 OK\r\n\r\n") + test::upgrade_response());
  talk.client(client_frame(Opcode::text, "up"));
  EXPECT_THAT(dissected(talk.packets()).frames, ElementsAre("> text \"up\""));
}

TEST(Tunnel, rfc1928_socks5_by_name) {
  Conversation talk;
  talk.open().client(octets("05 01 00")).server(octets("05 00"));
  talk.client(octets("05 01 00 03 01 68 0050")).server(octets("05 00 00 01 7f000001 0050"));
  EXPECT_EQ(chat_over(talk).connections[0].via, "socks5 h:80");
}

TEST(Tunnel, rfc1929_socks5_with_a_password) {
  Conversation talk;
  talk.open().client(octets("05 02 00 02")).server(octets("05 02"));
  talk.client(octets("01 01 75 02 7077")).server(octets("01 00"));
  talk.client(octets("05 01 00 01 c0000202 01bb")).server(octets("05 00 00 01 00000000 0000"));
  EXPECT_EQ(chat_over(talk).connections[0].via, "socks5 192.0.2.2:443");
}

TEST(Tunnel, socks4a) {
  Conversation talk;
  talk.open().client(octets("04 01 0050 00000001 00 68 00")).server(octets("00 5a 0050 00000000"));
  EXPECT_EQ(chat_over(talk).connections[0].via, "socks4 h:80");
}

TEST(Tunnel, proxy_protocol_version_1) {
  Conversation talk;
  talk.open().client("PROXY TCP4 198.51.100.1 192.0.2.2 5000 80\r\n");
  EXPECT_EQ(chat_over(talk).connections[0].via, "proxy-v1 198.51.100.1:5000");
}

TEST(Tunnel, proxy_protocol_version_2_in_front_of_socks5) {
  Conversation talk;
  talk.open().client(octets("0d0a0d0a000d0a515549540a 21 11 000c c6336401 c0000202 1388 0050"));
  talk.client(octets("05 01 00")).server(octets("05 00"));
  talk.client(octets("05 01 00 03 01 68 0050")).server(octets("05 00 00 01 7f000001 0050"));
  EXPECT_EQ(chat_over(talk).connections[0].via, "proxy-v2 198.51.100.1:5000, socks5 h:80");
}

/// HTTP/2 with header fields as literals, which need no table (RFC 7541 §6.2.2).
ws::ByteBuffer literal(std::string_view name, std::string_view value) {
  ws::ByteBuffer out{0, static_cast<std::uint8_t>(name.size())};
  ws::append(out, name);
  out.push_back(static_cast<std::uint8_t>(value.size()));
  ws::append(out, value);
  return out;
}
ws::ByteBuffer http2_frame(std::uint8_t type, std::uint8_t flags, std::uint8_t stream,
                           const ws::ByteBuffer& payload) {
  ws::ByteBuffer out{0,
                     static_cast<std::uint8_t>(payload.size() >> 8),
                     static_cast<std::uint8_t>(payload.size()),
                     type,
                     flags,
                     0,
                     0,
                     0,
                     stream};
  ws::append(out, payload);
  return out;
}

TEST(Http2, rfc8441_extended_connect) {
  Conversation talk;
  talk.open().server(http2_frame(4, 0, 0, octets("0008 00000001")));
  talk.client("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").client(http2_frame(4, 0, 0, {}));
  const ws::ByteBuffer request = literal(":method", "CONNECT") + literal(":protocol", "websocket") +
                                 literal(":scheme", "https") + literal(":path", "/chat") +
                                 literal(":authority", "example.com") +
                                 literal("sec-websocket-version", "13");
  const ws::Bytes block(request);
  const auto part = [&](std::size_t from, std::size_t size) {
    const ws::Bytes octets = block.subspan(from, size);
    return ws::ByteBuffer(octets.begin(), octets.end());
  };
  talk.client(http2_frame(1, 0, 1, part(0, 40)) + http2_frame(9, 4, 1, part(40, block.size() - 40)));
  talk.server(http2_frame(1, 4, 1, literal(":status", "200")));
  const ws::ByteBuffer message = client_frame(Opcode::text, "over two frames");
  talk.client(http2_frame(0, 0, 1, ws::ByteBuffer(message.begin(), message.begin() + 7)));
  talk.client(http2_frame(0, 0, 3, test::to_buffer("another stream")));
  talk.client(http2_frame(
      0, 8, 1,
      ws::ByteBuffer{2} + ws::ByteBuffer(message.begin() + 7, message.end()) + ws::ByteBuffer{0, 0}));
  talk.server(http2_frame(0, 1, 1, server_frame(Opcode::text, "back")));
  const auto seen = dissected(talk.packets());
  EXPECT_THAT(seen.frames, ElementsAre("> text \"over two frames\"", "< text \"back\""));
  EXPECT_THAT(seen.anomalies, ElementsAre("< closed-without-close")) << "RFC 8441 §5: END_STREAM is its FIN";
  ASSERT_EQ(seen.connections.size(), 1u);
  EXPECT_EQ(seen.connections[0].path, "/chat");
  EXPECT_EQ(seen.connections[0].http2_stream, 1u);
}

}  // namespace
}  // namespace wsrig::pcap
