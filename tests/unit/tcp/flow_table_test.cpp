#include "pcap/tcp/flow_table.hpp"

#include <gmock/gmock.h>

#include "tests/support/damage.hpp"
#include "tests/support/followed.hpp"

namespace wsrig::test {
namespace {

using namespace std::chrono_literals;
using capture::TcpFlags;
using testing::ElementsAre;
using testing::IsEmpty;
using Sender = Conversation::Sender;

/// A segment of a side as Conversation::raw() sends it.
capture::TcpSegment segment(std::uint32_t sequence, std::string_view payload,
                            std::uint32_t acknowledgment = 0, std::uint8_t flags = TcpFlags::ack,
                            std::uint16_t window = 65535) {
  capture::TcpSegment made;
  made.sequence = sequence;
  made.acknowledgment = acknowledgment;
  made.flags = {flags};
  made.window = window;
  made.payload = ws::as_bytes(payload);
  return made;
}

FollowedFlow only(const Recorder& seen) {
  EXPECT_EQ(seen.flows.size(), 1u);
  return *seen.flows.at(0);
}

TEST(FlowTable, follows_both_directions_from_SYN_to_FIN) {
  Conversation talk;
  talk.open().client("ping").server("pong").client("bye").close();
  const Recorder seen = Recorder::of(talk.packets());
  const FollowedFlow flow = only(seen);
  EXPECT_EQ(flow.forward(), "pingbye");
  EXPECT_EQ(flow.backward(), "pong");
  EXPECT_THAT(flow.events, ElementsAre("> SYN", "< SYN-ACK", "> handshake done", "> FIN", "< FIN"));
  EXPECT_THAT(flow.streams[0].ends, ElementsAre("FIN"));
  EXPECT_THAT(flow.streams[1].ends, ElementsAre("FIN"));
  EXPECT_EQ(flow.closed, 1);
  EXPECT_EQ(seen.counters.connections, 1u);
  EXPECT_EQ(seen.counters.mid_stream, 0u);
}

TEST(FlowTable, follows_a_connection_that_began_before_the_capture) {
  Conversation talk;
  talk.open().client("lost").server("one").client("two").server("three");
  const Recorder seen = Recorder::of(cut_start(talk.packets(), 5));
  EXPECT_EQ(only(seen).forward(), "onethree") << "forward is who is seen first";
  EXPECT_EQ(only(seen).backward(), "two");
  EXPECT_THAT(only(seen).streams[0].ends, ElementsAre("end of capture"));
  EXPECT_EQ(seen.counters.mid_stream, 1u);
}

TEST(FlowTable, takes_SYN_ACK_for_the_answer_of_the_second_end) {
  Conversation talk;
  talk.open().client("ping").server("pong").close();
  const Recorder seen = Recorder::of(cut_start(talk.packets(), 1));
  EXPECT_EQ(only(seen).forward(), "ping");
  EXPECT_EQ(only(seen).backward(), "pong");
  EXPECT_EQ(seen.counters.mid_stream, 0u);
}

TEST(FlowTable, takes_a_SYN_that_was_captured_late) {
  Conversation talk;
  talk.open().client("ping").server("pong").close();
  const Recorder seen = Recorder::of(delay(talk.packets(), 0, 4));
  EXPECT_EQ(only(seen).forward() + only(seen).backward(), "pingpong");
  EXPECT_THAT(only(seen).streams[0].ends, ElementsAre("FIN"));
}

TEST(FlowTable, tells_what_came_out_of_order_and_what_came_again) {
  Conversation talk;
  talk.open().client("one").client("two").client("three");
  MadeCapture packets = talk.packets();  // 3 of the handshake, then data and ACK in turn
  packets = duplicate(delay(packets, 3, 2), 5);
  const FollowedFlow flow = only(Recorder::of(packets));
  EXPECT_EQ(flow.forward(), "onetwothree");
  EXPECT_THAT(flow.events, ElementsAre("> SYN", "< SYN-ACK", "> handshake done", "> gap", "> out of order",
                                       "> retransmission"));
}

TEST(FlowTable, declares_lost_what_the_receiver_has_and_the_capture_has_not) {
  Conversation talk;
  talk.open().client("one").client("two").client("three");
  const MadeCapture packets = drop(talk.packets(), 5);
  EXPECT_EQ(only(Recorder::of(packets)).forward(), "one[3 not captured]three");
}

TEST(FlowTable, waits_for_what_the_receiver_lacks_too) {
  Conversation talk;
  talk.open().client("one");
  const std::uint32_t next = talk.next_sequence(Sender::client);
  talk.raw(Sender::client, segment(next + 3, "three", 2001));
  for (int i = 0; i < 50; ++i) talk.server("still talking");
  talk.wait(30s).raw(Sender::client, segment(next, "two", talk.next_sequence(Sender::server)));
  EXPECT_EQ(only(Recorder::of(talk.packets())).forward(), "onetwothree");
}

TEST(FlowTable, does_not_wait_for_ever) {
  Conversation talk;
  talk.open().client("one");
  talk.raw(Sender::client, segment(talk.next_sequence(Sender::client) + 3, "three", 2001));
  talk.server("a").wait(61s).server("b");
  const FollowedFlow flow = only(Recorder::of(talk.packets()));
  EXPECT_EQ(flow.forward(), "one[3 waited for in vain]three");
}

TEST(FlowTable, waits_a_second_where_only_one_direction_was_captured) {
  Conversation talk;
  talk.open().client("one").client("two").client("three").wait(2s).client("four");
  MadeCapture one_way;
  for (const MadePacket& packet : drop(talk.packets(), 5))
    if (packet.octets[29] == 1) one_way.push_back(packet);  // the last octet of the source address
  EXPECT_EQ(only(Recorder::of(one_way)).forward(), "one[3 waited for in vain]threefour");
}

TEST(FlowTable, tells_what_is_missing_at_the_end) {
  Conversation talk;
  talk.open().client("one").client("two").close();
  EXPECT_EQ(only(Recorder::of(drop(talk.packets(), 5))).forward(), "one[3 not captured]");
  const MadeCapture tail = drop(drop(drop(talk.packets(), 5), 5), 6);  // nor its ACK, nor that of the FIN
  EXPECT_EQ(only(Recorder::of(tail)).forward(), "one[3 not captured]") << "the server's FIN acknowledges it";
}

TEST(FlowTable, shows_what_the_snap_length_cut_as_holes) {
  Conversation talk;
  talk.open().client("0123456789").client("abc").client("9876543210").close();
  const FollowedFlow flow = only(Recorder::of(truncate(talk.packets(), 54 + 4)));
  EXPECT_EQ(flow.forward(), "0123[6 cut by the snap length]abc9876[6 cut by the snap length]");
  EXPECT_TRUE(flow.streams[0].is_contiguous);
  EXPECT_THAT(flow.streams[0].ends, ElementsAre("FIN"));
}

TEST(FlowTable, reports_octets_that_came_again_with_another_content) {
  Conversation talk;
  talk.open().client("abcdef");
  talk.raw(Sender::client, segment(1001 + 2, "cDEf", 2001)).client("g");
  const Recorder seen = Recorder::of(talk.packets());
  EXPECT_EQ(only(seen).forward(), "abcdefg");
  EXPECT_THAT(only(seen).events, testing::Contains("> overlap conflict"));
}

TEST(FlowTable, reports_a_conflict_behind_a_gap_too) {
  Conversation talk;
  talk.open();
  talk.raw(Sender::client, segment(1004, "def", 2001));
  talk.raw(Sender::client, segment(1003, "cdXfg", 2001));
  talk.raw(Sender::client, segment(1001, "ab", 2001));
  const FollowedFlow flow = only(Recorder::of(talk.packets()));
  EXPECT_EQ(flow.forward(), "abcdefg");
  EXPECT_THAT(flow.events, testing::Contains("> overlap conflict"));
}

TEST(FlowTable, does_not_take_a_keep_alive_for_octets) {
  Conversation talk;
  talk.open().client("abc");
  talk.raw(Sender::client, segment(1003, std::string_view("\0", 1), 2001));
  talk.raw(Sender::client, segment(1003, "", 2001)).client("d");
  const FollowedFlow flow = only(Recorder::of(talk.packets()));
  EXPECT_EQ(flow.forward(), "abcd");
  EXPECT_EQ(std::count(flow.events.begin(), flow.events.end(), "> keep-alive"), 2);
}

TEST(FlowTable, tells_of_a_FIN_that_came_before_any_octet) {
  Conversation talk;
  talk.open().finish(Sender::client).server("goodbye").finish(Sender::server);
  const FollowedFlow flow = only(Recorder::of(talk.packets()));
  EXPECT_THAT(flow.events, ElementsAre("> SYN", "< SYN-ACK", "> handshake done", "> FIN", "< FIN"));
  EXPECT_THAT(flow.streams[0].ends, ElementsAre("FIN"));
  EXPECT_EQ(flow.backward(), "goodbye");
  EXPECT_EQ(flow.closed, 1);
}

TEST(FlowTable, tells_of_windows_that_close_and_open) {
  Conversation talk;
  talk.open().client("abc");
  talk.raw(Sender::server, segment(2001, "", 1004, TcpFlags::ack, 0));
  talk.raw(Sender::server, segment(2001, "", 1004, TcpFlags::ack, 0));
  talk.raw(Sender::server, segment(2001, "", 1004, TcpFlags::ack, 500));
  const FollowedFlow flow = only(Recorder::of(talk.packets()));
  EXPECT_THAT(flow.events,
              ElementsAre("> SYN", "< SYN-ACK", "> handshake done", "< zero window", "< window update"));
}

TEST(FlowTable, ends_both_directions_with_a_RST_behind_what_was_on_its_way) {
  Conversation talk;
  talk.open().client("abc").reset(Sender::client).server("late");
  const FollowedFlow flow = only(Recorder::of(talk.packets()));
  EXPECT_EQ(flow.backward(), "late");
  EXPECT_THAT(flow.streams[0].ends, ElementsAre("RST"));
  EXPECT_THAT(flow.streams[1].ends, ElementsAre("RST"));
  EXPECT_THAT(flow.events, testing::Contains("> RST"));
  EXPECT_EQ(flow.closed, 1);
}

TEST(FlowTable, does_not_believe_a_RST_whose_sender_goes_on) {
  Conversation talk;
  talk.open().client("abc").reset(Sender::client).client("def").wait(5s).client("ghi").close();
  const FollowedFlow flow = only(Recorder::of(talk.packets()));
  EXPECT_EQ(flow.forward(), "abcdefghi");
  EXPECT_THAT(flow.streams[0].ends, ElementsAre("FIN"));
}

TEST(FlowTable, tells_a_new_connection_from_the_one_that_had_its_port) {
  Conversation first;
  first.open().client("one").server("two").close();
  Conversation::Config config = Conversation::defaults();
  config.client_isn = 77'000;
  Conversation second(config);
  second.open().client("three").close();
  MadeCapture packets = first.packets();
  packets.insert(packets.end(), second.packets().begin(), second.packets().end());
  const Recorder seen = Recorder::of(packets);
  ASSERT_EQ(seen.flows.size(), 2u);
  EXPECT_EQ(seen.flows[0]->forward(), "one");
  EXPECT_EQ(seen.flows[1]->forward(), "three");
}

TEST(FlowTable, closes_a_connection_whose_port_is_used_again) {
  Conversation first;
  first.open().client("one");
  Conversation::Config config = Conversation::defaults();
  config.client_isn = 77'000;
  Conversation second(config);
  second.open().client("three");
  MadeCapture packets = first.packets();
  packets.insert(packets.end(), second.packets().begin(), second.packets().end());
  const Recorder seen = Recorder::of(packets);
  ASSERT_EQ(seen.flows.size(), 2u);
  EXPECT_THAT(seen.flows[0]->streams[0].ends, ElementsAre("port reused"));
}

TEST(FlowTable, counts_a_flood_of_SYNs_without_keeping_it) {
  MadeCapture packets;
  for (std::uint16_t port = 1; port <= 1000; ++port) {
    Conversation::Config config = Conversation::defaults();
    config.client.port = port;
    Conversation talk(config);
    talk.open();
    packets.push_back(talk.packets()[0]);
    if (port % 2 == 0) packets.push_back(talk.packets()[1]);
    if (port % 4 == 1) packets.push_back(duplicate(talk.packets(), 0)[1]);
  }
  tcp::Limits limits;
  limits.half_open = 10;
  const Recorder seen = Recorder::of(packets, limits);
  EXPECT_EQ(seen.counters.half_open, 1000u);
  EXPECT_EQ(seen.counters.connections, 0u);
  EXPECT_THAT(seen.flows, IsEmpty());
}

TEST(FlowTable, counts_attempts_that_were_refused) {
  Conversation talk;
  talk.open();
  MadeCapture packets{talk.packets()[0]};
  Conversation refusal;
  refusal.raw(Sender::server, segment(0, "", 1001, TcpFlags::rst | TcpFlags::ack));
  packets.push_back(refusal.packets()[0]);
  const Recorder seen = Recorder::of(packets);
  EXPECT_EQ(seen.counters.refused, 1u);
  EXPECT_EQ(seen.counters.half_open, 0u);
}

TEST(FlowTable, forgets_the_connection_that_was_silent_longest) {
  MadeCapture packets;
  for (std::uint16_t port = 1; port <= 3; ++port) {
    Conversation::Config config = Conversation::defaults();
    config.client.port = port;
    Conversation talk(config);
    talk.open().client("x");
    packets.insert(packets.end(), talk.packets().begin(), talk.packets().end());
  }
  tcp::Limits limits;
  limits.connections = 2;
  const Recorder seen = Recorder::of(packets, limits);
  ASSERT_EQ(seen.flows.size(), 3u);
  EXPECT_THAT(seen.flows[0]->streams[0].ends, ElementsAre("evicted"));
  EXPECT_THAT(seen.flows[1]->streams[0].ends, ElementsAre("end of capture"));
  EXPECT_EQ(seen.counters.evicted, 1u);
}

TEST(FlowTable, gives_up_holes_when_too_much_waits) {
  Conversation talk;
  talk.open();
  const std::string much(100'000, 'x');
  for (std::uint32_t i = 0; i < 30; ++i) {
    const ws::Bytes half = ws::as_bytes(much).first(50'000);
    talk.raw(Sender::client, segment(1002 + i * 50'000, ws::as_text(half), 2001));
  }
  const FollowedFlow flow = only(Recorder::of(talk.packets()));
  EXPECT_TRUE(flow.forward().starts_with("[1 waited for in vain]xxx"));
  EXPECT_EQ(flow.streams[0].next, 1 + 30 * 50'000u);
}

TEST(FlowTable, gives_up_holes_when_all_connections_together_keep_too_much) {
  Conversation talk;
  talk.open().raw(Sender::client, segment(1002, "waits", 2001)).client("!");
  tcp::Limits limits;
  limits.waiting_octets = 4;
  EXPECT_TRUE(
      only(Recorder::of(talk.packets(), limits)).forward().starts_with("[1 waited for in vain]waits") ||
      only(Recorder::of(talk.packets(), limits)).forward().starts_with("[1 waited for in vain]"));
}

TEST(FlowTable, is_not_led_astray_by_one_wild_segment) {
  Conversation talk;
  talk.open().client("one");
  talk.raw(Sender::client, segment(1004 + 500'000'000, "wild", 2001));
  for (int i = 0; i < 100; ++i) talk.wait(1s).client("x");
  const FollowedFlow flow = only(Recorder::of(talk.packets()));
  EXPECT_TRUE(flow.forward().starts_with("one" + std::string(100, 'x'))) << flow.forward();
}

}  // namespace
}  // namespace wsrig::test
