// A strict endpoint as RFC 6455 wants it: what it says to a peer, frame by frame.
#include "ws/endpoint.hpp"

#include <gtest/gtest.h>
#include <string>
#include <type_traits>

#include "tests/support/frames.hpp"
#include "tests/support/playbook.hpp"

namespace wsrig::ws {
namespace {

using test::close_wire;
using test::octets;
using test::open_wire;
using test::Playbook;
using test::wire;
using test::operator+;

constexpr auto client = Role::client;
constexpr auto server = Role::server;
const EndpointConfig as_server{};

test::CountingKeys keys;
const EndpointConfig as_client{.role = Role::client, .mask_keys = &keys};

// ---- §5.4, §5.6: messages ----

TEST(EndpointTest, s5_6_text_and_binary) {
  Playbook(as_server)
      .hears(wire(client, Opcode::text, "Hello") + wire(client, Opcode::binary, "\xff"))
      .reports("text Hello")
      .reports("binary \\xff");
}

TEST(EndpointTest, s5_6_empty_message) {
  Playbook(as_server).hears(wire(client, Opcode::text)).reports("text");
}

TEST(EndpointTest, s5_1_client_hears_unmasked_frames) {
  Playbook(as_client).hears(octets("8105 48656c6c6f")).reports("text Hello");
}

TEST(EndpointTest, s5_4_fragments) {
  Playbook(as_server)
      .hears(open_wire(client, Opcode::text, "Hel") + open_wire(client, Opcode::continuation))
      .hears(wire(client, Opcode::continuation, "lo"))
      .reports("text frames=3 Hello");
}

TEST(EndpointTest, s5_4_empty_fragments) {
  Playbook(as_server)
      .hears(open_wire(client, Opcode::text) + open_wire(client, Opcode::continuation) +
             wire(client, Opcode::continuation))
      .reports("text frames=3");
}

TEST(EndpointTest, s5_4_a_code_point_may_be_cut_by_fragments) {
  Playbook(as_server)
      .hears(open_wire(client, Opcode::text, "\xce") + wire(client, Opcode::continuation, "\xba"))
      .reports("text frames=2 \\xce\\xba");
}

TEST(EndpointTest, s5_4_control_frames_between_fragments_are_served_at_once) {
  Playbook(as_server)
      .hears(open_wire(client, Opcode::text, "Hel") + wire(client, Opcode::ping, "mid"))
      .reports("ping mid")
      .sends("pong mid")
      .hears(wire(client, Opcode::continuation, "lo"))
      .reports("text frames=2 Hello");
}

TEST(EndpointTest, s6_2_a_message_follows_a_message) {
  Playbook play(as_server);
  play.hears(open_wire(client, Opcode::text, "a") + wire(client, Opcode::continuation, "b") +
             open_wire(client, Opcode::binary, "c") + wire(client, Opcode::continuation, "d"));
  play.reports("text frames=2 ab").reports("binary frames=2 cd");
  EXPECT_FALSE(play.endpoint().in_message());
}

// ---- §5.5.2, §5.5.3: ping and pong ----

TEST(EndpointTest, s5_5_2_pong_has_the_payload_of_the_ping) {
  const std::string longest(125, '\xfe');
  Playbook(as_server)
      .hears(wire(client, Opcode::ping))
      .reports("ping")
      .sends("pong")
      .hears(wire(client, Opcode::ping, longest))
      .reports("ping " + test::readable(as_bytes(longest)))
      .sends("pong " + test::readable(as_bytes(longest)));
}

TEST(EndpointTest, s5_5_2_each_ping_is_answered_in_order) {
  Playbook(as_server)
      .hears(wire(client, Opcode::ping, "1") + wire(client, Opcode::ping, "2"))
      .reports("ping 1")
      .reports("ping 2")
      .sends("pong 1")
      .sends("pong 2");
}

TEST(EndpointTest, s5_5_2_answers_can_be_left_to_the_owner) {
  const EndpointConfig config{.answer_ping = false};
  Playbook(config).hears(wire(client, Opcode::ping, "x")).reports("ping x");
}

TEST(EndpointTest, s5_5_3_unsolicited_pong_is_only_reported) {
  Playbook(as_server).hears(wire(client, Opcode::pong, "x")).reports("pong x");
}

TEST(EndpointTest, s5_3_client_masks_its_pong) {
  test::CountingKeys own_keys;
  const EndpointConfig config{.role = Role::client, .mask_keys = &own_keys};
  Playbook play(config);
  play.hears(octets("8901 78")).reports("ping x");
  EXPECT_EQ(play.out(), octets("8a81 a1b2c300") + std::string(1, static_cast<char>('x' ^ 0xa1)));
  play.sends("pong x");
}

// ---- §5.5.1, §7: closing ----

TEST(EndpointTest, s5_5_1_close_echoes_the_code_without_the_reason) {
  Playbook(as_server)
      .hears(close_wire(client, 1001, "bye"))
      .reports("close 1001 bye")
      .sends("close 1001")
      .finished(true);
}

TEST(EndpointTest, s5_5_1_empty_close_gets_an_empty_one) {
  Playbook(as_server).hears(wire(client, Opcode::close)).reports("close").sends("close").finished(true);
}

TEST(EndpointTest, s7_4_1_a_server_does_not_echo_1010) {
  Playbook(as_server).hears(close_wire(client, 1010)).reports("close 1010").sends("close 1000");
}

TEST(EndpointTest, s5_4_close_inside_a_message_discards_it) {
  Playbook play(as_server);
  play.hears(open_wire(client, Opcode::text, "Hel") + close_wire(client, 1000));
  play.reports("close 1000").sends("close 1000").finished(true);
  EXPECT_FALSE(play.endpoint().in_message());
}

TEST(EndpointTest, s5_5_1_what_follows_a_close_is_ignored) {
  Playbook play(as_server);
  play.hears(close_wire(client, 1000) + wire(client, Opcode::text, "late") + wire(client, Opcode::ping) +
             octets("ffff"));
  play.hears(wire(client, Opcode::ping, "later") + close_wire(client, 1001));
  play.reports("close 1000").sends("close 1000");
  EXPECT_FALSE(play.endpoint().failed());
}

TEST(EndpointTest, s5_5_1_no_second_close) {
  Playbook play(as_server);
  play.endpoint().close(1001, "going", play.out());
  play.sends("close 1001 going").finished(false);
  play.hears(close_wire(client, 1001)).reports("close 1001").finished(true);
}

TEST(EndpointTest, s5_5_1_messages_are_read_until_the_peers_close) {
  Playbook play(as_server);
  play.endpoint().close(1001, {}, play.out());
  play.hears(wire(client, Opcode::text, "crossed") + close_wire(client, 1001))
      .reports("text crossed")
      .reports("close 1001")
      .sends("close 1001");
}

TEST(EndpointTest, s5_5_2_a_ping_is_answered_until_the_peers_close) {
  Playbook play(as_server);
  play.endpoint().close(1001, {}, play.out());
  play.hears(wire(client, Opcode::ping, "x")).reports("ping x").sends("close 1001").sends("pong x");
}

TEST(EndpointTest, s5_5_1_the_reply_can_be_left_to_the_owner) {
  const EndpointConfig config{.answer_close = false};
  Playbook play(config);
  play.hears(close_wire(client, 4000)).reports("close 4000").finished(false);
  EXPECT_TRUE(play.endpoint().close_received());
  EXPECT_TRUE(play.endpoint().send(Opcode::text, as_bytes("last"), play.out()));
  EXPECT_TRUE(play.endpoint().close(4000, {}, play.out()));
  play.sends("text last").sends("close 4000").finished(true);
}

// ---- §7.1.7: failing ----

TEST(EndpointTest, s7_1_7_one_close_and_nothing_is_read_behind_it) {
  Playbook play(as_server);
  play.hears(wire(client, Opcode::text, "good") + wire(server, Opcode::text, "bare") +
             wire(client, Opcode::text, "more"));
  play.hears(wire(client, Opcode::ping) + close_wire(client, 1002));
  play.reports("text good").reports("violation unmasked-client-frame").sends("close 1002").finished(true);
  EXPECT_TRUE(play.endpoint().failed());
  EXPECT_FALSE(play.endpoint().close_received());
}

TEST(EndpointTest, s7_1_7_no_second_close_when_one_was_sent) {
  Playbook play(as_server);
  play.endpoint().close(1000, {}, play.out());
  play.hears(octets("ff80 00000000")).reports("violation reserved-bits").sends("close 1000").finished(true);
}

TEST(EndpointTest, s7_1_7_fails_at_the_header_without_waiting_for_the_payload) {
  Playbook(as_server)
      .hears(octets("89fe 007e 00000000"))
      .reports("violation control-too-long")
      .sends("close 1002");
}

TEST(EndpointTest, s8_1_fails_in_the_middle_of_a_frame) {
  // A frame of 21 octets of which the twelfth and thirteenth cannot follow one another.
  const ByteBuffer frame = wire(client, Opcode::text,
                                "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90\x80\x80"
                                "edited");
  Playbook play(as_server);
  play.hears(ByteBuffer(frame.begin(), frame.begin() + 6 + 12));
  play.hears(ByteBuffer(frame.begin() + 6 + 12, frame.begin() + 6 + 13));
  play.reports("violation text-not-utf8").sends("close 1007");
}

TEST(EndpointTest, s8_1_fails_at_the_first_fragment_that_cannot_become_valid) {
  Playbook(as_server)
      .hears(open_wire(client, Opcode::text, "\xf4\x90"))
      .reports("violation text-not-utf8")
      .sends("close 1007");
}

TEST(EndpointTest, s8_1_a_message_that_ends_amid_a_code_point) {
  Playbook(as_server)
      .hears(open_wire(client, Opcode::text, "\xce") + wire(client, Opcode::continuation))
      .reports("violation text-not-utf8")
      .sends("close 1007");
}

TEST(EndpointTest, s5_5_1_bad_close_payloads) {
  Playbook(as_server)
      .hears(wire(client, Opcode::close, "\x03"))
      .reports("violation close-payload-of-one")
      .sends("close 1002")
      .finished(true);
  Playbook(as_server)
      .hears(close_wire(client, 1005))
      .reports("violation close-code-reserved")
      .sends("close 1002");
  Playbook(as_server)
      .hears(close_wire(client, 1000, "\xff"))
      .reports("violation close-reason-not-utf8")
      .sends("close 1007");
  Playbook(as_client)
      .hears(close_wire(server, 1010))
      .reports("violation close-code-reserved")
      .sends("close 1002");
}

TEST(EndpointTest, s10_4_a_claim_is_refused_before_its_payload) {
  Playbook(as_server)
      .hears(octets("82ff 7fffffffffffffff 00000000"))
      .reports("violation frame-too-big")
      .sends("close 1009");
}

// ---- sending ----

TEST(EndpointTest, s5_1_server_sends_unmasked) {
  Playbook play(as_server);
  EXPECT_TRUE(play.endpoint().send(Opcode::text, as_bytes("Hello"), play.out()));
  EXPECT_EQ(play.out(), octets("8105 48656c6c6f"));
  play.sends("text Hello");
}

TEST(EndpointTest, s5_3_client_takes_a_fresh_key_for_each_frame) {
  test::CountingKeys own_keys;
  const EndpointConfig config{.role = Role::client, .mask_keys = &own_keys};
  Endpoint endpoint(config);
  ByteBuffer out;
  endpoint.send(Opcode::binary, {}, out);
  endpoint.ping({}, out);
  EXPECT_EQ(out, octets("8280 a1b2c300  8980 a1b2c301"));
}

TEST(EndpointTest, s5_4_cuts_messages) {
  const EndpointConfig config{.fragment_size = 3};
  Playbook play(config);
  play.endpoint().send(Opcode::text, as_bytes("abcdefgh"), play.out());
  play.sends("text fin=0 abc").sends("cont fin=0 def").sends("cont gh");
  play.endpoint().send(Opcode::binary, as_bytes("abcdef"), play.out());
  play.sends("binary fin=0 abc").sends("cont def");
  play.endpoint().send(Opcode::text, as_bytes("abc"), play.out());
  play.sends("text abc");
  play.endpoint().send(Opcode::text, {}, play.out());
  play.sends("text");
}

TEST(EndpointTest, s5_5_1_nothing_is_sent_after_close) {
  Playbook play(as_server);
  EXPECT_TRUE(play.endpoint().close({}, {}, play.out()));
  play.sends("close");
  EXPECT_FALSE(play.endpoint().send(Opcode::text, as_bytes("x"), play.out()));
  EXPECT_FALSE(play.endpoint().ping({}, play.out()));
  EXPECT_FALSE(play.endpoint().pong({}, play.out()));
  EXPECT_FALSE(play.endpoint().close(1000, {}, play.out()));
}

TEST(EndpointTest, s5_5_refuses_to_write_illegal_control_frames) {
  Playbook play(as_server);
  const std::string too_long(126, 'x');
  EXPECT_FALSE(play.endpoint().ping(as_bytes(too_long), play.out()));
  EXPECT_FALSE(play.endpoint().pong(as_bytes(too_long), play.out()));
  EXPECT_FALSE(play.endpoint().close(1000, std::string(124, 'x'), play.out()));
  EXPECT_FALSE(play.endpoint().close(1000, "\xff", play.out()));
  EXPECT_FALSE(play.endpoint().close(1005, {}, play.out()));
  EXPECT_FALSE(play.endpoint().close(1010, {}, play.out()));
  EXPECT_FALSE(play.endpoint().close_sent());
  EXPECT_TRUE(play.endpoint().close(1000, std::string(123, 'x'), play.out()));
  play.sends("close 1000 " + std::string(123, 'x'));
}

/// Sets RSV3 on whatever leaves.
class Rsv3Shaper final : public FrameShaper {
 public:
  void write(const FrameHeader& header, Bytes payload, ByteBuffer& out) const override {
    FrameHeader shaped = header;
    shaped.rsv = rsv3;
    encode(Frame{shaped, ByteBuffer(payload.begin(), payload.end())}, out);
  }
};

TEST(EndpointTest, a_shaper_has_the_last_word_on_every_frame) {
  const Rsv3Shaper shaper;
  test::CountingKeys own_keys;
  const EndpointConfig config{
      .role = Role::client, .fragment_size = 2, .shaper = &shaper, .mask_keys = &own_keys};
  Playbook play(config);
  play.endpoint().send(Opcode::text, as_bytes("abc"), play.out());
  play.sends("text fin=0 rsv=1 ab").sends("cont rsv=1 c");
  play.hears(wire(server, Opcode::ping, "x")).reports("ping x").sends("pong rsv=1 x");
  play.hears(wire(server, Opcode::continuation))
      .reports("violation continuation-without-start")
      .sends("close rsv=1 1002");
}

// ---- permessage-deflate ----

TEST(EndpointTest, rfc7692_s7_2_3_1_hello) {
  Playbook play(as_server, DeflateParams{});
  play.hears(wire(client, FrameHeader{.rsv = rsv1}, octets("f248cdc9c90700"))).reports("text deflate Hello");
  play.hears(wire(client, FrameHeader{.rsv = rsv1}, octets("f200110000"))).reports("text deflate Hello");
}

TEST(EndpointTest, rfc7692_s7_2_3_1_fragments_of_hello) {
  Playbook(as_server, DeflateParams{})
      .hears(wire(client, FrameHeader{.fin = false, .rsv = rsv1}, octets("f248cd")) +
             wire(client, Opcode::ping, "plain") +
             wire(client, FrameHeader{.opcode = Opcode::continuation}, octets("c9c90700")))
      .reports("ping plain")
      .sends("pong plain")
      .reports("text deflate frames=2 Hello");
}

TEST(EndpointTest, rfc7692_s6_plain_messages_stay_plain) {
  Playbook(as_server, DeflateParams{}).hears(wire(client, Opcode::text, "Hello")).reports("text Hello");
}

TEST(EndpointTest, rfc7692_s6_1_sends_with_rsv1_on_the_first_frame_only) {
  const EndpointConfig config{.fragment_size = 4};
  Playbook play(config, DeflateParams{});
  play.endpoint().send(Opcode::text, as_bytes("Hello"), play.out());
  play.sends("text fin=0 rsv=4 \\xf2H\\xcd\\xc9").sends("cont \\xc9\\x07\\x00");
  play.endpoint().ping(as_bytes("x"), play.out());
  play.sends("ping x");
}

TEST(EndpointTest, compresses_from_a_size_on) {
  const EndpointConfig config{.compress_from = 5};
  Playbook play(config, DeflateParams{});
  play.endpoint().send(Opcode::text, as_bytes("Hell"), play.out());
  play.sends("text Hell");
  play.endpoint().send(Opcode::text, as_bytes("Hello"), play.out());
  play.sends("text rsv=4 \\xf2H\\xcd\\xc9\\xc9\\x07\\x00");
}

TEST(EndpointTest, s8_1_text_is_checked_after_inflating) {
  ByteBuffer compressed;
  Deflater(15, false).compress(as_bytes("abc\xff"), compressed);
  Playbook(as_server, DeflateParams{})
      .hears(wire(client, FrameHeader{.rsv = rsv1}, compressed))
      .reports("violation text-not-utf8")
      .sends("close 1007");
}

TEST(EndpointTest, s10_4_the_limit_holds_after_inflating) {
  EndpointConfig config;
  config.limits.message = 1000;
  for (const std::size_t size : {1000u, 1001u}) {
    ByteBuffer compressed;
    Deflater(15, false).compress(ByteBuffer(size, 'x'), compressed);
    Playbook play(config, DeflateParams{});
    play.hears(wire(client, FrameHeader{.rsv = rsv1}, compressed));
    if (size == 1000) play.reports("text deflate " + std::string(1000, 'x'));
    if (size == 1001) play.reports("violation message-too-big").sends("close 1009");
  }
}

// ---- what it is ----

TEST(EndpointTest, is_small_and_movable) {
  EXPECT_LE(sizeof(Endpoint), 300u);
  RecordProperty("sizeof", static_cast<int>(sizeof(Endpoint)));
  EXPECT_TRUE(std::is_nothrow_move_constructible_v<Endpoint>);
}

TEST(EndpointTest, can_be_moved_amid_a_message) {
  Endpoint first(as_server);
  test::EventLog log;
  ByteBuffer out;
  ByteBuffer begin = open_wire(client, Opcode::text, "Hel");
  first.receive(begin, log, out);
  Endpoint second(std::move(first));
  ByteBuffer end = wire(client, Opcode::continuation, "lo");
  second.receive(end, log, out);
  EXPECT_EQ(log.lines, std::vector<std::string>{"text frames=2 Hello"});
}

TEST(EndpointTest, an_unfragmented_message_is_not_copied) {
  struct Events final : EndpointEvents {
    const std::uint8_t* seen = nullptr;
    void on_message(const Message& message) override { seen = message.payload.data(); }
  } events;
  ByteBuffer read = wire(client, Opcode::text, "Hello");
  ByteBuffer out;
  Endpoint(as_server).receive(read, events, out);
  EXPECT_EQ(events.seen, read.data() + 6);
}

}  // namespace
}  // namespace wsrig::ws
