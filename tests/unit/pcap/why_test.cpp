#include "pcap/why.hpp"

#include <functional>
#include <gmock/gmock.h>
#include <sstream>

#include "pcap/why_view.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/viewed.hpp"
#include "tests/support/websocket_talk.hpp"

// Connections that end in different ways, and what is said of each.
namespace wsrig::pcap {
namespace {

using test::client_frame;
using test::Conversation;
using test::octets;
using test::server_frame;
using testing::HasSubstr;
using ws::Opcode;
using namespace std::chrono_literals;
using Sender = Conversation::Sender;

/// The verdict on the first connection of a capture.
std::string verdict_on(const test::MadeCapture& packets) {
  const std::string out = test::viewed<WhyView>(packets);
  return out.substr(0, out.find('\n'));
}

struct Ending {
  const char* name;
  std::function<void(Conversation&)> talk;  ///< behind the handshake
  const char* verdict;
};
std::ostream& operator<<(std::ostream& out, const Ending& ending) { return out << ending.name; }

class Why : public testing::TestWithParam<Ending> {};

TEST_P(Why, is_told) {
  Conversation talk;
  talk.open().client(test::upgrade_request()).server(test::upgrade_response());
  talk.client(client_frame(Opcode::text, "hi")).server(server_frame(Opcode::text, "hi"));
  GetParam().talk(talk);
  EXPECT_THAT(verdict_on(talk.packets()), HasSubstr(GetParam().verdict));
}

const ws::ByteBuffer close1000 = octets("88 02 03e8");
ws::ByteBuffer client_close(std::uint16_t code, std::string_view reason = {}) {
  ws::ByteBuffer payload;
  ws::encode_close(code, reason, payload);
  return client_frame(Opcode::close, ws::as_text(payload));
}
ws::ByteBuffer server_close(std::uint16_t code, std::string_view reason = {}) {
  return test::close_wire(ws::Role::server, code, reason);
}
/// A segment without octets.
void acknowledge(Conversation& talk, Sender sender, std::uint16_t window = 1000) {
  capture::TcpSegment segment;
  segment.sequence = talk.next_sequence(sender);
  segment.acknowledgment = talk.next_sequence(sender == Sender::client ? Sender::server : Sender::client);
  segment.flags.bits = capture::TcpFlags::ack;
  segment.window = window;
  talk.raw(sender, segment);
}
void send_again(Conversation& talk, Sender sender, std::uint32_t back, int times) {
  for (int i = 0; i < times; ++i) {
    capture::TcpSegment segment;
    segment.sequence = talk.next_sequence(sender) - back;
    segment.acknowledgment = talk.next_sequence(sender == Sender::client ? Sender::server : Sender::client);
    segment.flags.bits = capture::TcpFlags::ack;
    segment.window = 1000;
    const ws::ByteBuffer lost(back, 0x81);
    segment.payload = lost;
    segment.payload_length = back;
    talk.wait(1s).raw(sender, segment);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Endings, Why,
    testing::Values(
        Ending{
            "client_closes",
            [](auto& talk) { talk.client(client_close(1000, "bye")).server(close1000).close(); },
            "the client closed it with close 1000 \"bye\" (Normal Closure); the server answered [certain]"},
        Ending{"server_goes_away",
               [](auto& talk) { talk.server(server_close(1001)).client(client_close(1001)).close(); },
               "the server closed it with close 1001 (Going Away); the client answered [certain]"},
        Ending{"no_code",
               [](auto& talk) { talk.server(octets("88 00")).client(client_frame(Opcode::close)).close(); },
               "the server closed it with close without a code; the client answered"},
        Ending{
            "protocol_error",
            [](auto& talk) {
              talk.client(octets("81 01 61")).server(server_close(1002)).client(client_close(1002)).close();
            },
            "because the client sent a frame to the server without masking it (RFC 6455 §5.1)"},
        Ending{"bad_utf8",
               [](auto& talk) {
                 talk.client(client_frame(Opcode::text, "\xc3\x28")).server(server_close(1007)).close();
               },
               "because the client sent a text message that is not UTF-8 (RFC 6455 §8.1)"},
        Ending{"too_big",
               [](auto& talk) {
                 talk.client(client_frame(Opcode::text, std::string(5000, 'x')))
                     .server(server_close(1009))
                     .close();
               },
               "because a message of the client was too big for it (the longest seen had 5000 octets)"},
        Ending{"no_complaint_about_masks",
               [](auto& talk) {
                 for (int i = 0; i < 2; ++i) talk.client(octets("81 81 01020304 60"));
                 talk.server(server_close(1008)).client(client_close(1008)).close();
               },
               "the server closed it with close 1008 (Policy Violation); the client answered [certain]"},
        Ending{"close_without_answer",
               [](auto& talk) { talk.client(client_close(1000)).finish(Sender::client); },
               "the server never answered: the client ended the connection"},
        Ending{"capture_ends_behind_close", [](auto& talk) { talk.client(client_close(1000)); },
               "the capture ends before the server answers"},
        Ending{"client_fin", [](auto& talk) { talk.finish(Sender::client).finish(Sender::server); },
               "the client ended the connection without a Close: a program that ended"},
        Ending{"server_fin", [](auto& talk) { talk.finish(Sender::server).finish(Sender::client); },
               "the server ended the connection without a Close: a program that ended"},
        Ending{"client_rst", [](auto& talk) { talk.reset(Sender::client); },
               "the client reset the connection without a Close: "},
        Ending{"server_rst", [](auto& talk) { talk.reset(Sender::server); },
               "the server reset the connection without a Close: "},
        Ending{"idle_60_s", [](auto& talk) { talk.wait(60s).finish(Sender::server); },
               "of silence (60 s is the default proxy_read_timeout of nginx"},
        Ending{"idle_and_close",
               [](auto& talk) { talk.wait(300s).server(server_close(1001)).client(client_close(1001)); },
               "of silence (300 s is the default idle time-out of wsrig-echo)"},
        Ending{"missed_pong",
               [](auto& talk) {
                 talk.server(server_frame(Opcode::ping, "x"))
                     .wait(20s)
                     .server(server_close(1011))
                     .finish(Sender::server);
               },
               "because no Pong came for 20"},
        Ending{
            "missed_pong_and_fin",
            [](auto& talk) { talk.client(client_frame(Opcode::ping, "x")).wait(10s).finish(Sender::client); },
            "because no Pong came for 10"},
        Ending{"zero_window",
               [](auto& talk) {
                 acknowledge(talk, Sender::client, 0);
                 talk.wait(30s).reset(Sender::server);
               },
               "because the client had stopped reading for 30"},
        Ending{"peer_vanished",
               [](auto& talk) {
                 talk.server(server_frame(Opcode::text, "x"));
                 send_again(talk, Sender::server, 3, 5);
                 talk.reset(Sender::server);
               },
               "because nothing of the client was heard any more: 5 packets were sent again in vain"},
        Ending{"acknowledged_late",
               [](auto& talk) {
                 talk.server(server_frame(Opcode::text, "x"));
                 send_again(talk, Sender::server, 3, 3);
                 acknowledge(talk, Sender::client);
                 talk.finish(Sender::server);
               },
               "the server ended the connection without a Close: a program that ended"},
        Ending{"acknowledged_late_and_open",
               [](auto& talk) {
                 talk.server(server_frame(Opcode::text, "x"));
                 send_again(talk, Sender::server, 3, 3);
                 acknowledge(talk, Sender::client);
               },
               "it is open when the capture ends [certain]"},
        Ending{"within_a_message", [](auto& talk) { talk.server(octets("81 05 61")).finish(Sender::server); },
               "the server ended the connection without a Close, in the midst of a frame or message"},
        Ending{"open", [](auto&) {}, "it is open when the capture ends"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(WhyNot, a_handshake_that_is_refused) {
  Conversation talk;
  talk.open()
      .client(test::upgrade_request())
      .server("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
      .close();
  EXPECT_THAT(verdict_on(talk.packets()),
              HasSubstr("the server did not switch to WebSocket: HTTP/1.1 403 Forbidden"));
}

TEST(WhyNot, a_request_that_is_never_answered) {
  Conversation talk;
  talk.open().client(test::upgrade_request()).wait(30s).close();
  EXPECT_THAT(verdict_on(talk.packets()),
              HasSubstr("the request was never answered; the client ended the connection"));
}

TEST(WhyNot, a_request_whose_answer_was_not_captured) {
  Conversation talk;
  talk.open().client(test::upgrade_request()).server(test::upgrade_response()).wait(30s).close();
  EXPECT_THAT(verdict_on(test::sent_from(talk.packets(), 50000)),
              HasSubstr("the answer to the request is not in the capture [unsure]"));
}

/// A minute of frames, and then the closing handshake.
TEST(WhyNot, silence_that_was_none) {
  Conversation talk;
  talk.open().client(test::upgrade_request()).server(test::upgrade_response());
  for (int i = 0; i < 30; ++i) {
    talk.client(client_frame(Opcode::text, "hi")).server(server_frame(Opcode::text, "hi")).wait(2s);
  }
  talk.client(client_close(1000)).server(close1000).close();
  EXPECT_THAT(
      verdict_on(talk.packets()),
      HasSubstr("the client closed it with close 1000 (Normal Closure); the server answered [certain]"));
}

TEST(WhyNot, a_message_that_nobody_saw) {
  Conversation talk;
  talk.open()
      .client(test::upgrade_request())
      .server(test::upgrade_response())
      .server(server_close(1009))
      .close();
  EXPECT_THAT(verdict_on(talk.packets()),
              HasSubstr("(Message Too Big), though no message of the client was seen"));
}

/// An end of which the client's packets were captured only: nothing is said of what the server did.
struct HalfEnding {
  const char* name;
  std::function<void(Conversation&)> talk;  ///< behind the handshake and two frames
  const char* verdict;
};
std::ostream& operator<<(std::ostream& out, const HalfEnding& ending) { return out << ending.name; }

class WhyOneSided : public testing::TestWithParam<HalfEnding> {};

TEST_P(WhyOneSided, nothing_is_said_of_the_other_side) {
  Conversation talk;
  talk.open().client(test::upgrade_request()).server(test::upgrade_response());
  for (int i = 0; i < 5; ++i) talk.client(client_frame(Opcode::text, "number " + std::to_string(i)));
  GetParam().talk(talk);
  EXPECT_THAT(verdict_on(test::sent_from(talk.packets(), 50000)), HasSubstr(GetParam().verdict));
}

INSTANTIATE_TEST_SUITE_P(
    Endings, WhyOneSided,
    testing::Values(
        HalfEnding{
            "close", [](auto& talk) { talk.server(close1000).client(client_close(1000)).close(); },
            "the client sent close 1000 (Normal Closure), first or as an answer: nothing of the server "
            "was captured [unsure]"},
        HalfEnding{"end_after_a_ping",
                   [](auto& talk) {
                     talk.client(client_frame(Opcode::ping, "x")).server(server_frame(Opcode::pong, "x"));
                     talk.wait(20s).server(close1000).close();
                   },
                   "the client ended the connection; whether there was a Close is not known: nothing of the "
                   "server was captured [unsure]"},
        HalfEnding{"reset", [](auto& talk) { talk.wait(60s).reset(Sender::client); },
                   "the client reset the connection; whether there was a Close is not known: nothing of the "
                   "server was captured [unsure]"},
        HalfEnding{"open", [](auto&) {},
                   "no end of it is in the capture: nothing of the server was captured [unsure]"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace wsrig::pcap
