#include <gmock/gmock.h>

#include "pcap/scenario_view.hpp"
#include "pcap/summary_view.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/dissected.hpp"
#include "tests/support/viewed.hpp"
#include "tests/support/websocket_talk.hpp"

// Captures of one direction, or without the end of one: of what was not captured nothing is claimed.
namespace wsrig::pcap {
namespace {

using test::client_frame;
using test::Conversation;
using test::dissected;
using test::sent_from;
using test::server_frame;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using ws::Opcode;
using Sender = Conversation::Sender;

constexpr std::uint16_t client_port = 50000, server_port = 80;

/// Five messages of each side, and an end without a Close.
Conversation& talk_and_end(Conversation& talk) {
  talk.open().client(test::upgrade_request()).server(test::upgrade_response());
  for (int i = 0; i < 5; ++i) {
    talk.client(client_frame(Opcode::text, "question " + std::to_string(i)));
    talk.server(server_frame(Opcode::text, "answer " + std::to_string(i)));
  }
  return talk.close();
}

TEST(OneSided, both_sides_without_a_close_are_an_anomaly) {
  Conversation talk;
  EXPECT_THAT(dissected(talk_and_end(talk).packets()).anomalies, ElementsAre("> closed-without-close"));
}

TEST(OneSided, the_client_alone_is_read_behind_its_request) {
  Conversation talk;
  const auto packets = sent_from(talk_and_end(talk).packets(), client_port);
  const auto seen = dissected(packets);
  EXPECT_EQ(seen.messages.size(), 5u);
  EXPECT_EQ(seen.messages.front(), "> text question 0");
  EXPECT_THAT(seen.anomalies, IsEmpty());
  EXPECT_EQ(seen.connections.at(0).path, "/chat");
  EXPECT_THAT(test::viewed<SummaryView>(packets), HasSubstr("< not captured"));
  EXPECT_THAT(test::viewed<SummaryView>(packets), HasSubstr("no close captured"));
}

TEST(OneSided, the_server_alone_is_read_behind_its_answer) {
  Conversation talk;
  const auto packets = sent_from(talk_and_end(talk).packets(), server_port);
  const auto seen = dissected(packets);
  EXPECT_EQ(seen.messages.size(), 5u);
  EXPECT_THAT(seen.anomalies, IsEmpty()) << "what was not captured has no holes, either";
  EXPECT_THAT(test::viewed<SummaryView>(packets), HasSubstr("> not captured"));
}

TEST(OneSided, what_a_client_sends_is_told_while_it_goes_on) {
  Conversation talk;
  talk.open().client(test::upgrade_request()).server(test::upgrade_response());
  for (int i = 0; i < 300; ++i) talk.client(client_frame(Opcode::text, std::string(9000, 'm')));
  const auto seen = dissected(sent_from(talk.packets(), client_port));
  EXPECT_EQ(seen.messages.size(), 300u);
  EXPECT_THAT(seen.anomalies, IsEmpty());
}

TEST(OneSided, half_a_conversation_is_no_scenario) {
  Conversation talk;
  talk_and_end(talk);
  const std::string name = "made.pcap";
  EXPECT_THAT(test::viewed<ScenarioView>(talk.packets(), name), HasSubstr("< text \"answer 4\""));
  for (const std::uint16_t port : {client_port, server_port}) {
    const std::string scenario = test::viewed<ScenarioView>(sent_from(talk.packets(), port), name);
    EXPECT_THAT(scenario, HasSubstr("is left out: the capture lacks some of it"));
    EXPECT_THAT(scenario, Not(HasSubstr("steps:")));
  }
}

TEST(OneSided, a_request_alone_is_told) {
  Conversation talk;
  talk.open().client(test::upgrade_request()).server(test::upgrade_response()).close();
  const auto packets = sent_from(talk.packets(), client_port);
  EXPECT_EQ(dissected(packets).connections.size(), 1u);
  EXPECT_THAT(test::viewed<SummaryView>(packets), HasSubstr("answer not captured"));
}

/// The last packet of one side with octets in it, which may have been its Close.
TEST(EndLost, no_close_is_missed_where_it_may_lie_in_a_hole) {
  Conversation talk;
  talk.open().client(test::upgrade_request()).server(test::upgrade_response());
  talk.client(client_frame(Opcode::text, "hi")).server(server_frame(Opcode::text, "hi"));
  const std::size_t close = talk.packets().size();
  talk.client(client_frame(Opcode::close, "\x03\xe8"));
  talk.close();
  const auto packets = test::drop(talk.packets(), close);
  EXPECT_THAT(dissected(packets).anomalies, ElementsAre("> hole"));
  EXPECT_THAT(test::viewed<SummaryView>(packets), HasSubstr("no close captured"));
}

TEST(EndLost, frames_behind_a_hole_show_that_there_was_no_close_in_it) {
  Conversation talk;
  talk.open().client(test::upgrade_request()).server(test::upgrade_response());
  std::size_t lost = 0;
  for (int i = 0; i < 10; ++i) {
    if (i == 3) lost = talk.packets().size();
    talk.server(server_frame(Opcode::text, "message number " + std::to_string(i)));
  }
  talk.close();
  EXPECT_THAT(dissected(test::drop(talk.packets(), lost)).anomalies,
              ElementsAre("< hole", "> closed-without-close"));
}

/// Segments of the server without a packet of the client behind them, so that nothing acknowledges them.
test::MadeCapture unacknowledged(std::string_view first, std::string_view lost, std::string_view last) {
  Conversation talk;
  talk.open().client(test::upgrade_request()).server(test::upgrade_response());
  const std::size_t begin = talk.packets().size();
  talk.server(first).server(lost).server(last).finish(Sender::server);
  test::MadeCapture packets = talk.packets();
  const auto rest = sent_from(test::cut_start(packets, begin), server_port);
  packets.resize(begin);
  packets.insert(packets.end(), rest.begin(), rest.end());
  return test::drop(packets, begin + 1);
}

TEST(EndLost, a_hole_that_the_end_of_the_capture_shows_is_one) {
  const auto frame = [](std::string_view text) {
    const ws::ByteBuffer octets = server_frame(Opcode::text, text);
    return std::string(octets.begin(), octets.end());
  };
  const auto seen = dissected(unacknowledged(frame("one"), frame("two, longer"), frame("three")));
  EXPECT_THAT(seen.anomalies, Contains("< hole"));
  EXPECT_EQ(seen.frames.front(), "< text \"one\"");
  EXPECT_EQ(seen.connections.at(0).sent[1].missing, 13u);
}

TEST(EndLost, who_sent_all_of_a_frame_cut_nothing_off) {
  const auto seen = dissected(unacknowledged(std::string("\x81\x09", 2) + "abc", "def", "ghi"));
  EXPECT_THAT(seen.anomalies, Not(Contains("< frame-cut-off")));
  EXPECT_THAT(seen.anomalies, Contains("< hole"));
}

TEST(EndLost, a_pong_that_may_lie_in_a_hole_is_not_missed) {
  Conversation talk;
  talk.open().client(test::upgrade_request()).server(test::upgrade_response());
  talk.server(server_frame(Opcode::ping, "x"));
  const std::size_t pong = talk.packets().size();
  talk.client(client_frame(Opcode::pong, "x"))
      .client(client_frame(Opcode::text, "a text that is found again"));
  for (int i = 0; i < 10; ++i) talk.client(client_frame(Opcode::text, "and again " + std::to_string(i)));
  const auto seen = dissected(test::drop(talk.packets(), pong));
  EXPECT_EQ(seen.connections.at(0).sent[1].pings.sent, 1u);
  EXPECT_FALSE(seen.connections.at(0).sent[1].pings.unanswered);
}

}  // namespace
}  // namespace wsrig::pcap
