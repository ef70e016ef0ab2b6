// An observing endpoint goes on behind every violation; a deaf judge makes a strict one do the same.
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <vector>

#include "tests/support/deflate_writer.hpp"
#include "tests/support/frames.hpp"
#include "tests/support/playbook.hpp"
#include "ws/endpoint.hpp"

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
constexpr auto observe = Mode::observe;
const EndpointConfig observer{.mode = observe};

TEST(ObserverTest, s5_2_reserved_bits_are_taken_as_clear) {
  Playbook(observer)
      .hears(wire(client, FrameHeader{.rsv = 7}, "x"))
      .reports("violation reserved-bits")
      .reports("text x");
}

TEST(ObserverTest, s5_2_reserved_opcodes_are_skipped) {
  Playbook(observer)
      .hears(wire(client, Opcode{3}, "x") + wire(client, Opcode{11}, "y") + wire(client, Opcode::text, "z"))
      .reports("violation reserved-opcode")
      .reports("violation reserved-opcode")
      .reports("text z");
}

TEST(ObserverTest, s5_1_unmasks_what_is_masked_and_only_that) {
  Playbook(observer)
      .hears(wire(server, Opcode::text, "x"))
      .reports("violation unmasked-client-frame")
      .reports("text x");
  test::CountingKeys keys;
  const EndpointConfig config{.role = Role::client, .mode = observe, .mask_keys = &keys};
  Playbook(config)
      .hears(wire(client, Opcode::text, "x"))
      .reports("violation masked-server-frame")
      .reports("text x");
}

TEST(ObserverTest, s5_4_a_continuation_of_nothing_is_skipped) {
  Playbook(observer)
      .hears(wire(client, Opcode::continuation, "x") + wire(client, Opcode::text, "y"))
      .reports("violation continuation-without-start")
      .reports("text y");
}

TEST(ObserverTest, s5_4_data_inside_a_message_begins_a_new_one) {
  Playbook(observer)
      .hears(open_wire(client, Opcode::text, "old") + open_wire(client, Opcode::binary, "ne") +
             wire(client, Opcode::continuation, "w"))
      .reports("violation data-inside-message")
      .reports("binary frames=2 new");
}

TEST(ObserverTest, s5_5_control_frames_are_served_in_spite_of_their_form) {
  const std::string too_long(126, 'p');
  Playbook(observer)
      .hears(wire(client, FrameHeader{.fin = false, .opcode = Opcode::ping}, "x"))
      .reports("violation fragmented-control")
      .reports("ping x")
      .sends("pong x")
      .hears(wire(client, Opcode::pong, too_long))
      .reports("violation control-too-long")
      .reports("pong " + too_long)
      .hears(wire(client, Opcode::ping, too_long))  // no legal Pong could hold its payload
      .reports("violation control-too-long")
      .reports("ping " + too_long);
}

TEST(ObserverTest, s5_5_1_data_after_close_is_reported_and_ignored) {
  Playbook play(observer);
  play.hears(close_wire(client, 1000) + wire(client, Opcode::text, "x") + wire(client, Opcode::ping, "y"));
  play.hears(close_wire(client, 1001));
  play.reports("close 1000").reports("violation data-after-close").sends("close 1000");
}

TEST(ObserverTest, s5_5_1_a_bad_close_is_answered_with_what_is_wrong) {
  Playbook(observer)
      .hears(wire(client, Opcode::close, "\x03"))
      .reports("violation close-payload-of-one")
      .reports("close")
      .sends("close 1002")
      .finished(true);
  Playbook(observer)
      .hears(close_wire(client, 1000, "\xff"))
      .reports("violation close-reason-not-utf8")
      .reports("close 1000 \\xff")
      .sends("close 1007");
}

TEST(ObserverTest, s8_1_bad_text_is_reported_once_and_delivered) {
  Playbook(observer)
      .hears(open_wire(client, Opcode::text, "\xff\xff") + open_wire(client, Opcode::continuation, "\xff") +
             wire(client, Opcode::continuation, "\xce") + wire(client, Opcode::text, "good"))
      .reports("violation text-not-utf8")
      .reports("text frames=3 \\xff\\xff\\xff\\xce")
      .reports("text good");
}

TEST(ObserverTest, s8_1_a_cut_text_is_reported_and_delivered) {
  Playbook(observer)
      .hears(wire(client, Opcode::text, "\xce"))
      .reports("violation text-not-utf8")
      .reports("text \\xce");
}

TEST(ObserverTest, s10_4_messages_beyond_the_limit_are_skipped) {
  EndpointConfig config{.mode = observe};
  config.limits = {.frame = 8, .message = 10, .fragments = 16384};
  Playbook(config)
      .hears(wire(client, Opcode::text, "123456789"))  // only the frame is too big
      .reports("violation frame-too-big")
      .reports("text 123456789")
      .hears(wire(client, Opcode::text, "12345678901"))
      .reports("violation frame-too-big")
      .hears(open_wire(client, Opcode::text, "123456") + open_wire(client, Opcode::continuation, "78901"))
      .reports("violation message-too-big")
      .hears(wire(client, Opcode::continuation, "2") + wire(client, Opcode::text, "next"))
      .reports("violation message-too-big")
      .reports("text next");
}

TEST(ObserverTest, rfc7692_s7_2_2_corrupt_messages_are_skipped) {
  Playbook(observer, DeflateParams{.client_no_context_takeover = true})
      .hears(wire(client, FrameHeader{.rsv = rsv1}, octets("ffffff")) +
             wire(client, FrameHeader{.rsv = rsv1}, octets("f248cdc9c90700")))
      .reports("violation deflate-data-corrupt")
      .reports("text deflate Hello");
}

TEST(ObserverTest, rfc7692_s6_1_an_abandoned_compressed_message_leaves_the_next_one_whole) {
  Playbook(observer, DeflateParams{})
      .hears(wire(client, FrameHeader{.fin = false, .rsv = rsv1}, octets("f248cd")) +
             wire(client, FrameHeader{.rsv = rsv1}, octets("f248cdc9c90700")))
      .reports("violation data-inside-message")
      .reports("text deflate Hello");
}

// ---- report_frames ----

TEST(FrameReportTest, every_frame_comes_before_what_it_leads_to) {
  const EndpointConfig config{.mode = observe, .report_frames = true};
  Playbook(config)
      .hears(open_wire(client, Opcode::text, "Hel") + wire(client, Opcode::ping, "mid") +
             wire(client, Opcode::continuation, "lo") + close_wire(client, 1000))
      .reports("frame text fin=0 Hel")
      .reports("frame ping mid")
      .reports("ping mid")
      .sends("pong mid")
      .reports("frame cont lo")
      .reports("text frames=2 Hello")
      .reports("frame close 1000")
      .reports("close 1000")
      .sends("close 1000");
}

TEST(FrameReportTest, illegal_and_ignored_frames_are_reported_too) {
  const EndpointConfig config{.mode = observe, .report_frames = true};
  Playbook(config)
      .hears(wire(client, FrameHeader{.rsv = rsv2, .opcode = Opcode{12}}, "x") + close_wire(client, 1000) +
             wire(client, Opcode::text, "late"))
      .reports("violation reserved-bits")
      .reports("frame op=12 rsv=2 x")
      .reports("frame close 1000")
      .reports("close 1000")
      .sends("close 1000")
      .reports("violation data-after-close")
      .reports("frame text late");
}

TEST(FrameReportTest, a_compressed_frame_is_reported_as_on_the_wire) {
  const EndpointConfig config{.mode = observe, .report_frames = true};
  Playbook(config, DeflateParams{})
      .hears(wire(client, FrameHeader{.rsv = rsv1}, octets("f248cdc9c90700")))
      .reports("frame text rsv=4 \\xf2H\\xcd\\xc9\\xc9\\x07\\x00")
      .reports("text deflate Hello");
}

TEST(FrameReportTest, a_payload_ends_at_the_limit_wherever_it_was_cut) {
  EndpointConfig config{.mode = observe, .report_frames = true};
  config.limits.frame = 4;
  const ByteBuffer stream = wire(client, Opcode::text, "123456") + wire(client, Opcode::pong);
  const auto expected = test::run(config, {}, stream, test::whole(stream.size()));
  const std::vector<std::string> events{"violation frame-too-big", "frame text len=6 1234", "text 123456",
                                        "frame pong", "pong"};
  EXPECT_EQ(expected.events, events);
  for (const auto& pieces : test::every_cut(stream.size())) {
    EXPECT_EQ(test::run(config, {}, stream, pieces), expected);
  }
}

TEST(FrameReportTest, a_strict_endpoint_reports_no_frame_that_it_fails) {
  const EndpointConfig config{.report_frames = true};
  Playbook(config)
      .hears(wire(client, Opcode::text, "x") + wire(client, Opcode{3}, "y"))
      .reports("frame text x")
      .reports("text x")
      .reports("violation reserved-opcode")
      .sends("close 1002");
}

// ---- every rule: caught by a strict endpoint, observed, and passed by a judge who is deaf to it ----

struct RuleCase {
  Rule rule;
  std::string section;
  std::uint16_t close_code;
  Role receiver;
  bool deflate;
  ByteBuffer stream;
};

const Limits small_limits{.frame = 100, .message = 150, .fragments = 2};

ByteBuffer compressed(std::size_t size) {
  ByteBuffer out;
  Deflater(15, true).compress(ByteBuffer(size, 'x'), out);
  return out;
}

/// One octet farther back than a window of 8 bits.
ByteBuffer far_reference() {
  test::DeflateWriter writer;
  return writer.begin_block().literals("abc").reference(257).end_block().end_message().data();
}

const std::vector<RuleCase>& rule_cases() {
  const std::string big(101, 'x');
  const std::string half(80, 'x');
  const auto open = open_wire(client, Opcode::text, "x");
  const auto more = open_wire(client, Opcode::continuation, "x");
  static const std::vector<RuleCase> cases{
      {Rule::reserved_bits, "RFC 6455 §5.2", 1002, server, false,
       wire(client, FrameHeader{.rsv = rsv1}, "x")},
      {Rule::reserved_opcode, "RFC 6455 §5.2", 1002, server, false, wire(client, Opcode{3}, "x")},
      {Rule::length_not_minimal, "RFC 6455 §5.2", 1002, client, false, octets("817e0001 78")},
      {Rule::length_top_bit, "RFC 6455 §5.2", 1002, client, false, octets("827f 8000000000000000")},
      {Rule::unmasked_client_frame, "RFC 6455 §5.1", 1002, server, false, wire(server, Opcode::text, "x")},
      {Rule::masked_server_frame, "RFC 6455 §5.1", 1002, client, false, wire(client, Opcode::text, "x")},
      {Rule::fragmented_control, "RFC 6455 §5.5", 1002, server, false, open_wire(client, Opcode::ping, "x")},
      {Rule::control_too_long, "RFC 6455 §5.5", 1002, client, false,
       octets("897e007e") + std::string(126, 'x')},
      {Rule::continuation_without_start, "RFC 6455 §5.4", 1002, server, false, more},
      {Rule::data_inside_message, "RFC 6455 §5.4", 1002, server, false, open + open},
      {Rule::close_payload_of_one, "RFC 6455 §5.5.1", 1002, server, false, wire(client, Opcode::close, "x")},
      {Rule::close_code_reserved, "RFC 6455 §7.4.1", 1002, server, false, close_wire(client, 1006)},
      {Rule::close_code_unassigned, "RFC 6455 §7.4.2", 1002, server, false, close_wire(client, 2999)},
      {Rule::close_reason_not_utf8, "RFC 6455 §5.5.1", 1007, server, false, close_wire(client, 1000, "\xc0")},
      {Rule::text_not_utf8, "RFC 6455 §8.1", 1007, server, false, wire(client, Opcode::text, "\xc0")},
      {Rule::frame_too_big, "RFC 6455 §10.4", 1009, server, false, wire(client, Opcode::text, big)},
      {Rule::message_too_big, "RFC 6455 §10.4", 1009, server, false,
       open_wire(client, Opcode::text, half) + wire(client, Opcode::continuation, half)},
      {Rule::message_too_big, "RFC 6455 §10.4", 1009, server, true,
       wire(client, FrameHeader{.rsv = rsv1}, compressed(200))},
      {Rule::too_many_fragments, "RFC 6455 §10.4", 1008, server, false, open + more + more},
      {Rule::compressed_bit_misplaced, "RFC 7692 §6", 1002, server, true,
       wire(client, FrameHeader{.rsv = rsv1, .opcode = Opcode::ping}, "x")},
      {Rule::deflate_window_exceeded, "RFC 7692 §7.1.2", 1007, server, true,
       wire(client, FrameHeader{.rsv = rsv1}, far_reference())},
      {Rule::deflate_data_corrupt, "RFC 7692 §7.2.2", 1007, server, true,
       wire(client, FrameHeader{.rsv = rsv1}, octets("ffffff"))},
  };
  return cases;
}

/// Hears everything but one rule.
class DeafJudge final : public Judge {
 public:
  explicit DeafJudge(Rule rule) : rule_(rule) {}
  std::optional<Violation> check(const FrameHeader& header, const ReceiverState& state) const override {
    return unless_deaf(strict_judge().check(header, state));
  }
  std::optional<Violation> check_close_payload(Bytes payload, Role sender) const override {
    return unless_deaf(strict_judge().check_close_payload(payload, sender));
  }
  std::optional<Violation> check_message(Rule suspected) const override {
    return unless_deaf(strict_judge().check_message(suspected));
  }

 private:
  std::optional<Violation> unless_deaf(std::optional<Violation> violation) const {
    return violation && violation->rule == rule_ ? std::nullopt : violation;
  }
  Rule rule_;
};

test::Trace play_case(const RuleCase& row, Mode mode, const Judge& judge, const test::Pieces& pieces) {
  test::CountingKeys keys;
  const EndpointConfig config{
      .role = row.receiver, .mode = mode, .judge = &judge, .limits = small_limits, .mask_keys = &keys};
  const auto deflate = row.deflate ? std::optional(DeflateParams{.client_max_window_bits = 8}) : std::nullopt;
  return test::run(config, deflate, row.stream, pieces);
}

bool mentions_violation(const test::Trace& trace) {
  for (const auto& event : trace.events) {
    if (event.starts_with("violation ")) return true;
  }
  return false;
}

TEST(EveryRule, a_strict_endpoint_closes_with_its_code_wherever_the_stream_is_cut) {
  for (const RuleCase& row : rule_cases()) {
    const RuleInfo& rule = info(row.rule);
    SCOPED_TRACE(std::string(rule.id));
    EXPECT_EQ(rule.section, row.section);
    EXPECT_EQ(rule.close_code, row.close_code);
    const auto trace = play_case(row, Mode::strict, strict_judge(), test::whole(row.stream.size()));
    ASSERT_EQ(trace.events, std::vector<std::string>{"violation " + std::string(rule.id)});
    ASSERT_EQ(trace.sent, std::vector<std::string>{"close " + std::to_string(row.close_code)});
    EXPECT_TRUE(trace.failed);
    for (const auto& pieces : test::every_cut(row.stream.size())) {
      EXPECT_EQ(play_case(row, Mode::strict, strict_judge(), pieces), trace);
    }
    EXPECT_EQ(play_case(row, Mode::strict, strict_judge(), test::octet_by_octet(row.stream.size())), trace);
  }
}

TEST(EveryRule, an_observer_reports_it_and_goes_on) {
  for (const RuleCase& row : rule_cases()) {
    SCOPED_TRACE(std::string(info(row.rule).id));
    const auto trace = play_case(row, observe, strict_judge(), test::whole(row.stream.size()));
    ASSERT_FALSE(trace.events.empty());
    EXPECT_EQ(trace.events.front(), "violation " + std::string(info(row.rule).id));
    EXPECT_FALSE(trace.failed);
    for (const auto& pieces : test::every_cut(row.stream.size())) {
      EXPECT_EQ(play_case(row, observe, strict_judge(), pieces), trace);
    }
  }
}

TEST(EveryRule, a_deaf_judge_lets_a_strict_endpoint_go_on) {
  for (const RuleCase& row : rule_cases()) {
    SCOPED_TRACE(std::string(info(row.rule).id));
    const DeafJudge deaf(row.rule);
    const auto trace = play_case(row, Mode::strict, deaf, test::whole(row.stream.size()));
    EXPECT_FALSE(mentions_violation(trace));
    EXPECT_FALSE(trace.failed);
    EXPECT_EQ(play_case(row, Mode::strict, deaf, test::octet_by_octet(row.stream.size())), trace);
  }
}

// Data after a Close cannot fail a connection that is closing: it is ignored, or served by the deaf.
TEST(EveryRule, s5_5_1_data_after_close) {
  EXPECT_EQ(info(Rule::data_after_close).section, "RFC 6455 §5.5.1");
  EXPECT_EQ(info(Rule::data_after_close).close_code, 1002);
  const ByteBuffer stream = close_wire(client, 1000) + wire(client, Opcode::text, "late");
  const DeafJudge deaf(Rule::data_after_close);
  const EndpointConfig config{.judge = &deaf};
  Playbook(config).hears(stream).reports("close 1000").sends("close 1000").reports("text late");
  Playbook(EndpointConfig{.judge = &strict_judge()}).hears(stream).reports("close 1000").sends("close 1000");
}

// Only behind another message can one refer back to it.
TEST(EveryRule, rfc7692_s7_1_1_context_that_was_given_up) {
  EXPECT_EQ(info(Rule::deflate_context_kept).section, "RFC 7692 §7.1.1");
  EXPECT_EQ(info(Rule::deflate_context_kept).close_code, 1007);
  const EndpointConfig config;
  Playbook(config, DeflateParams{.client_no_context_takeover = true})
      .hears(wire(client, FrameHeader{.rsv = rsv1}, octets("f248cdc9c90700")))
      .reports("text deflate Hello")
      .hears(wire(client, FrameHeader{.rsv = rsv1}, octets("f200110000")))
      .reports("violation deflate-context-kept")
      .sends("close 1007");
}

TEST(EveryRule, has_a_case) {
  std::set<Rule> rules{Rule::data_after_close, Rule::deflate_context_kept};
  for (const RuleCase& row : rule_cases()) rules.insert(row.rule);
  EXPECT_EQ(rules.size(), rule_count);
}

}  // namespace
}  // namespace wsrig::ws
