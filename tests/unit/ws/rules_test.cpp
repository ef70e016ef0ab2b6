#include "ws/rules.hpp"

#include <gtest/gtest.h>
#include <ostream>
#include <set>
#include <string>

#include "tests/support/octets.hpp"
#include "tests/support/row_name.hpp"
#include "ws/close_code.hpp"

namespace wsrig::ws {
namespace {

using test::octets;

constexpr MaskKey key{1, 2, 3, 4};
constexpr Limits limits{.frame = 1000, .message = 1500, .fragments = 3};

ReceiverState server() { return {.role = Role::server, .limits = &limits}; }
ReceiverState server_in_message(std::uint64_t size = 10, std::uint32_t frames = 1) {
  ReceiverState state = server();
  state.in_message = true;
  state.message_size = size;
  state.message_frames = frames;
  return state;
}
ReceiverState server_with_deflate() {
  ReceiverState state = server();
  state.deflate = true;
  return state;
}
ReceiverState compressed_message() {
  ReceiverState state = server_in_message();
  state.deflate = state.message_compressed = true;
  return state;
}
ReceiverState closed_by_peer(bool in_message = false) {
  ReceiverState state = server();
  state.close_received = true;
  state.in_message = in_message;
  return state;
}
ReceiverState client() { return {.role = Role::client, .limits = &limits}; }

FrameHeader masked(FrameHeader header) {
  header.mask = key;
  return header;
}

struct HeaderCase {
  const char* name;
  FrameHeader header;
  ReceiverState state;
  std::optional<Rule> broken;
  friend std::ostream& operator<<(std::ostream& out, const HeaderCase& row) { return out << row.name; }
};

class HeaderRules : public testing::TestWithParam<HeaderCase> {};

TEST_P(HeaderRules, checked) {
  const auto violation = check(GetParam().header, GetParam().state);
  if (!GetParam().broken) {
    EXPECT_FALSE(violation) << (*violation)->id;
    return;
  }
  ASSERT_TRUE(violation);
  EXPECT_EQ((*violation)->id, info(*GetParam().broken).id);
  EXPECT_EQ(violation->close_code, info(*GetParam().broken).close_code);
  EXPECT_EQ(strict_judge().check(GetParam().header, GetParam().state), violation);
}

const auto text = FrameHeader{.opcode = Opcode::text, .payload_length = 5};
const auto cont = FrameHeader{.opcode = Opcode::continuation, .payload_length = 5};

INSTANTIATE_TEST_SUITE_P(
    Legal, HeaderRules,
    testing::Values(
        HeaderCase{"s5_1_masked_to_server", masked(text), server(), {}},
        HeaderCase{"s5_1_unmasked_to_client", text, client(), {}},
        HeaderCase{"s5_4_first_fragment", masked({.fin = false}), server(), {}},
        HeaderCase{"s5_4_continuation", masked(cont), server_in_message(), {}},
        HeaderCase{"s5_4_ping_inside_message", masked({.opcode = Opcode::ping}), server_in_message(), {}},
        HeaderCase{"s5_4_close_inside_message", masked({.opcode = Opcode::close}), server_in_message(), {}},
        HeaderCase{
            "s5_5_longest_ping", masked({.opcode = Opcode::ping, .payload_length = 125}), server(), {}},
        HeaderCase{"s5_5_2_ping_after_close", masked({.opcode = Opcode::ping}), closed_by_peer(), {}},
        HeaderCase{"s5_5_1_second_close", masked({.opcode = Opcode::close}), closed_by_peer(), {}},
        HeaderCase{"s10_4_frame_at_limit", masked({.payload_length = 1000}), server(), {}},
        HeaderCase{"s10_4_message_at_limit",
                   masked({.opcode = Opcode::continuation, .payload_length = 1000}),
                   server_in_message(500),
                   {}},
        HeaderCase{"s10_4_fragments_at_limit", masked(cont), server_in_message(10, 2), {}},
        HeaderCase{"s10_4_ping_at_the_limits_of_the_message",
                   masked({.opcode = Opcode::ping, .payload_length = 9}),
                   server_in_message(1500, 3),
                   {}},
        HeaderCase{"rfc7692_s6_rsv1_begins_text", masked({.rsv = rsv1}), server_with_deflate(), {}},
        HeaderCase{"rfc7692_s6_rsv1_begins_binary",
                   masked({.rsv = rsv1, .opcode = Opcode::binary}),
                   server_with_deflate(),
                   {}},
        HeaderCase{"rfc7692_s6_continuation_of_compressed", masked(cont), compressed_message(), {}},
        HeaderCase{"rfc7692_s6_plain_message", masked(text), server_with_deflate(), {}}),
    test::row_name);

INSTANTIATE_TEST_SUITE_P(
    Illegal, HeaderRules,
    testing::Values(
        HeaderCase{"s5_2_rsv1", masked({.rsv = rsv1}), server(), Rule::reserved_bits},
        HeaderCase{"s5_2_rsv2", masked({.rsv = rsv2}), server(), Rule::reserved_bits},
        HeaderCase{"s5_2_rsv3", masked({.rsv = rsv3}), server(), Rule::reserved_bits},
        HeaderCase{"s5_2_rsv1_ping", masked({.rsv = rsv1, .opcode = Opcode::ping}), server(),
                   Rule::reserved_bits},
        HeaderCase{"s5_2_rsv1_continuation", masked({.rsv = rsv1, .opcode = Opcode::continuation}),
                   server_in_message(), Rule::reserved_bits},
        HeaderCase{"s5_2_rsv2_with_deflate", masked({.rsv = rsv2}), server_with_deflate(),
                   Rule::reserved_bits},
        HeaderCase{"s5_2_rsv1_and_3_with_deflate", masked({.rsv = rsv1 | rsv3}), server_with_deflate(),
                   Rule::reserved_bits},
        HeaderCase{"s5_2_opcode_3", masked({.opcode = Opcode{3}}), server(), Rule::reserved_opcode},
        HeaderCase{"s5_2_opcode_7", masked({.opcode = Opcode{7}}), server(), Rule::reserved_opcode},
        HeaderCase{"s5_2_opcode_11", masked({.opcode = Opcode{11}}), server(), Rule::reserved_opcode},
        HeaderCase{"s5_2_opcode_15", masked({.opcode = Opcode{15}}), client(), Rule::reserved_opcode},
        HeaderCase{"s5_2_16_bit_length_of_125",
                   masked({.length_form = LengthForm::u16, .payload_length = 125}), server(),
                   Rule::length_not_minimal},
        HeaderCase{"s5_2_64_bit_length_of_ping",
                   masked({.opcode = Opcode::ping, .length_form = LengthForm::u64}), server(),
                   Rule::length_not_minimal},
        HeaderCase{"s5_2_top_bit", masked({.payload_length = std::uint64_t{1} << 63}), server(),
                   Rule::length_top_bit},
        HeaderCase{"s5_2_top_bit_of_ping", masked({.opcode = Opcode::ping, .payload_length = UINT64_MAX}),
                   server(), Rule::length_top_bit},
        HeaderCase{"s5_1_unmasked_to_server", text, server(), Rule::unmasked_client_frame},
        HeaderCase{
            "s5_1_unmasked_ping_to_server", {.opcode = Opcode::ping}, server(), Rule::unmasked_client_frame},
        HeaderCase{"s5_1_masked_to_client", masked(text), client(), Rule::masked_server_frame},
        HeaderCase{
            "s5_1_masked_with_zeros_to_client", {.mask = MaskKey{}}, client(), Rule::masked_server_frame},
        HeaderCase{"s5_5_fragmented_ping", masked({.fin = false, .opcode = Opcode::ping}), server(),
                   Rule::fragmented_control},
        HeaderCase{"s5_5_fragmented_pong", masked({.fin = false, .opcode = Opcode::pong}), server(),
                   Rule::fragmented_control},
        HeaderCase{"s5_5_fragmented_close", masked({.fin = false, .opcode = Opcode::close}), server(),
                   Rule::fragmented_control},
        HeaderCase{"s5_5_long_ping", masked({.opcode = Opcode::ping, .payload_length = 126}), server(),
                   Rule::control_too_long},
        HeaderCase{"s5_5_long_close", masked({.opcode = Opcode::close, .payload_length = 70000}), server(),
                   Rule::control_too_long},
        HeaderCase{"s5_4_stray_continuation", masked(cont), server(), Rule::continuation_without_start},
        HeaderCase{"s5_4_text_inside_message", masked(text), server_in_message(), Rule::data_inside_message},
        HeaderCase{"s5_4_binary_inside_message", masked({.opcode = Opcode::binary}), server_in_message(),
                   Rule::data_inside_message},
        HeaderCase{"s5_5_1_text_after_close", masked(text), closed_by_peer(), Rule::data_after_close},
        HeaderCase{"s5_5_1_continuation_after_close", masked(cont), closed_by_peer(true),
                   Rule::data_after_close},
        HeaderCase{"s10_4_big_frame", masked({.payload_length = 1001}), server(), Rule::frame_too_big},
        HeaderCase{"s10_4_largest_frame", masked({.payload_length = UINT64_MAX >> 1}), server(),
                   Rule::frame_too_big},
        HeaderCase{"s10_4_big_message", masked({.opcode = Opcode::continuation, .payload_length = 1000}),
                   server_in_message(501), Rule::message_too_big},
        HeaderCase{"s10_4_message_already_too_big", masked(cont), server_in_message(2000),
                   Rule::message_too_big},
        HeaderCase{"s10_4_fourth_fragment", masked(cont), server_in_message(10, 3), Rule::too_many_fragments},
        HeaderCase{"rfc7692_s6_rsv1_on_continuation", masked({.rsv = rsv1, .opcode = Opcode::continuation}),
                   compressed_message(), Rule::compressed_bit_misplaced},
        HeaderCase{"rfc7692_s6_rsv1_on_ping", masked({.rsv = rsv1, .opcode = Opcode::ping}),
                   server_with_deflate(), Rule::compressed_bit_misplaced},
        HeaderCase{"rfc7692_s6_rsv1_on_close", masked({.rsv = rsv1, .opcode = Opcode::close}),
                   server_with_deflate(), Rule::compressed_bit_misplaced}),
    test::row_name);

// A header that breaks several rules gets the first one, in the order of its bits.
INSTANTIATE_TEST_SUITE_P(
    SeveralMistakes, HeaderRules,
    testing::Values(
        HeaderCase{"bits_before_opcode", {.rsv = rsv2, .opcode = Opcode{3}}, server(), Rule::reserved_bits},
        HeaderCase{"opcode_before_mask", {.opcode = Opcode{3}}, server(), Rule::reserved_opcode},
        HeaderCase{"fragmentation_before_mask", cont, server(), Rule::continuation_without_start},
        HeaderCase{"close_before_fragmentation", masked(cont), closed_by_peer(), Rule::data_after_close},
        HeaderCase{
            "mask_before_length", {.length_form = LengthForm::u64}, server(), Rule::unmasked_client_frame},
        HeaderCase{"form_before_control_length",
                   masked({.opcode = Opcode::ping, .length_form = LengthForm::u64, .payload_length = 126}),
                   server(), Rule::length_not_minimal},
        HeaderCase{"frame_before_message", masked({.payload_length = 2000}), server(), Rule::frame_too_big}),
    test::row_name);

TEST(CloseRules, s5_5_1_payloads) {
  const auto broken = [](std::string_view hex, Role sender = Role::client) -> std::optional<Rule> {
    const auto violation = check_close_payload(octets(hex), sender);
    EXPECT_EQ(strict_judge().check_close_payload(octets(hex), sender), violation);
    return violation ? std::optional(violation->rule) : std::nullopt;
  };
  EXPECT_EQ(broken(""), std::nullopt);
  EXPECT_EQ(broken("03e8"), std::nullopt);
  EXPECT_EQ(broken("03e8 cebaceb5"), std::nullopt);
  EXPECT_EQ(broken("0fa0 00"), std::nullopt);
  EXPECT_EQ(broken("03"), Rule::close_payload_of_one);
  EXPECT_EQ(broken("03ed"), Rule::close_code_reserved);
  EXPECT_EQ(broken("03ed ff"), Rule::close_code_reserved);
  EXPECT_EQ(broken("03ec"), Rule::close_code_reserved);
  EXPECT_EQ(broken("03f7"), Rule::close_code_reserved);
  EXPECT_EQ(broken("0000"), Rule::close_code_unassigned);
  EXPECT_EQ(broken("03e7"), Rule::close_code_unassigned);
  EXPECT_EQ(broken("03f8"), Rule::close_code_unassigned);
  EXPECT_EQ(broken("0bb7"), Rule::close_code_unassigned);
  EXPECT_EQ(broken("1388"), Rule::close_code_unassigned);
  EXPECT_EQ(broken("03e8 ff"), Rule::close_reason_not_utf8);
  EXPECT_EQ(broken("03e8 ce"), Rule::close_reason_not_utf8);
  EXPECT_EQ(broken("03f2", Role::client), std::nullopt);
  EXPECT_EQ(broken("03f2", Role::server), Rule::close_code_reserved);
}

TEST(RuleTable, has_one_row_for_each_rule) {
  std::set<std::string_view> ids;
  for (std::size_t i = 0; i < rule_count; ++i) {
    const RuleInfo& row = info(static_cast<Rule>(i));
    EXPECT_EQ(row.rule, static_cast<Rule>(i));
    EXPECT_TRUE(row.section.starts_with("RFC 6455 §") || row.section.starts_with("RFC 7692 §")) << row.id;
    EXPECT_TRUE(may_send_close_code(row.close_code, Role::server)) << row.id;
    EXPECT_TRUE(may_send_close_code(row.close_code, Role::client)) << row.id;
    EXPECT_FALSE(row.text.empty());
    EXPECT_EQ(rule_from_id(row.id), row.rule);
    ids.insert(row.id);
  }
  EXPECT_EQ(ids.size(), rule_count);
  EXPECT_EQ(rule_from_id("no-such-rule"), std::nullopt);
}

TEST(StrictJudge, believes_what_a_message_shows) {
  EXPECT_EQ(strict_judge().check_message(Rule::text_not_utf8), (Violation{Rule::text_not_utf8, 1007}));
  EXPECT_EQ(strict_judge().check_message(Rule::message_too_big), (Violation{Rule::message_too_big, 1009}));
  EXPECT_EQ(strict_judge().check_message(Rule::deflate_data_corrupt),
            (Violation{Rule::deflate_data_corrupt, 1007}));
}

}  // namespace
}  // namespace wsrig::ws
