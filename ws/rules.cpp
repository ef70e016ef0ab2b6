#include "ws/rules.hpp"

#include <algorithm>
#include <array>

#include "ws/close_code.hpp"
#include "ws/utf8.hpp"

namespace wsrig::ws {
namespace {

// Two close codes are our choice, because no text names one. Deflate data that is corrupt, or refers to what
// it may not, gets 1007: the data within the message is not consistent with its type (RFC 6455 §7.4.1), and
// no framing rule was broken, as 1002 would say. Too many fragments get 1008, not 1009: the message may be
// small, it is our policy that it violates.
constexpr std::array<RuleInfo, rule_count> table{{
    {Rule::reserved_bits, "reserved-bits", "RFC 6455 §5.2", close_code::protocol_error,
     "set a reserved bit that no agreed extension gives a meaning"},
    {Rule::reserved_opcode, "reserved-opcode", "RFC 6455 §5.2", close_code::protocol_error,
     "used a reserved opcode"},
    {Rule::length_not_minimal, "length-not-minimal", "RFC 6455 §5.2", close_code::protocol_error,
     "wrote a payload length in more octets than it needs"},
    {Rule::length_top_bit, "length-top-bit", "RFC 6455 §5.2", close_code::protocol_error,
     "set the top bit of a 64-bit payload length"},
    {Rule::unmasked_client_frame, "unmasked-client-frame", "RFC 6455 §5.1", close_code::protocol_error,
     "sent a frame to the server without masking it"},
    {Rule::masked_server_frame, "masked-server-frame", "RFC 6455 §5.1", close_code::protocol_error,
     "sent a masked frame to the client"},
    {Rule::fragmented_control, "fragmented-control", "RFC 6455 §5.5", close_code::protocol_error,
     "fragmented a control frame"},
    {Rule::control_too_long, "control-too-long", "RFC 6455 §5.5", close_code::protocol_error,
     "sent a control frame with more than 125 octets of payload"},
    {Rule::continuation_without_start, "continuation-without-start", "RFC 6455 §5.4",
     close_code::protocol_error, "sent a continuation frame with no message to continue"},
    {Rule::data_inside_message, "data-inside-message", "RFC 6455 §5.4", close_code::protocol_error,
     "began a message before the fragmented one had ended"},
    {Rule::data_after_close, "data-after-close", "RFC 6455 §5.5.1", close_code::protocol_error,
     "sent a data frame after its Close frame"},
    {Rule::close_payload_of_one, "close-payload-of-one", "RFC 6455 §5.5.1", close_code::protocol_error,
     "sent a Close frame with one octet, which is no status code"},
    {Rule::close_code_reserved, "close-code-reserved", "RFC 6455 §7.4.1", close_code::protocol_error,
     "sent a Close frame with a status code that is reserved, or for the other role"},
    {Rule::close_code_unassigned, "close-code-unassigned", "RFC 6455 §7.4.2", close_code::protocol_error,
     "sent a Close frame with a status code of a range that is not for use"},
    {Rule::close_reason_not_utf8, "close-reason-not-utf8", "RFC 6455 §5.5.1", close_code::invalid_payload,
     "sent a Close frame whose reason is not UTF-8"},
    {Rule::text_not_utf8, "text-not-utf8", "RFC 6455 §8.1", close_code::invalid_payload,
     "sent a text message that is not UTF-8"},
    {Rule::frame_too_big, "frame-too-big", "RFC 6455 §10.4", close_code::message_too_big,
     "sent a frame beyond the limit"},
    {Rule::message_too_big, "message-too-big", "RFC 6455 §10.4", close_code::message_too_big,
     "sent a message beyond the limit"},
    {Rule::too_many_fragments, "too-many-fragments", "RFC 6455 §10.4", close_code::policy_violation,
     "cut a message into more frames than the limit"},
    {Rule::compressed_bit_misplaced, "compressed-bit-misplaced", "RFC 7692 §6", close_code::protocol_error,
     "set RSV1 on a frame that does not begin a data message"},
    {Rule::deflate_context_kept, "deflate-context-kept", "RFC 7692 §7.1.1", close_code::invalid_payload,
     "referred back to an earlier message, though context takeover was given up"},
    {Rule::deflate_window_exceeded, "deflate-window-exceeded", "RFC 7692 §7.1.2", close_code::invalid_payload,
     "referred back farther than the window that was agreed"},
    {Rule::deflate_data_corrupt, "deflate-data-corrupt", "RFC 7692 §7.2.2", close_code::invalid_payload,
     "sent a compressed message that cannot be inflated"},
}};

constexpr bool in_order_of_enumeration() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].rule) != i) return false;
  }
  return true;
}
static_assert(in_order_of_enumeration(), "info() uses the rule as an index");

constexpr std::uint64_t longest_control_payload = 125;  // §5.5
constexpr std::uint64_t length_top_bit = std::uint64_t{1} << 63;

Violation broken(Rule rule) { return {rule, info(rule).close_code}; }

bool starts_message(Opcode opcode) { return opcode == Opcode::text || opcode == Opcode::binary; }

std::optional<Rule> check_reserved_bits(const FrameHeader& header, const ReceiverState& state) {
  if (header.rsv == 0) return {};
  if ((header.rsv & (rsv2 | rsv3)) != 0 || !state.deflate) return Rule::reserved_bits;
  // RFC 7692 §6: RSV1 belongs to the first frame of a data message.
  if (is_control(header.opcode) || header.opcode == Opcode::continuation)
    return Rule::compressed_bit_misplaced;
  return {};
}

std::optional<Rule> check_opcode(const FrameHeader& header, const ReceiverState& state) {
  if (is_reserved(header.opcode)) return Rule::reserved_opcode;
  if (is_control(header.opcode)) {
    return header.fin ? std::nullopt : std::optional(Rule::fragmented_control);
  }
  // §5.5.1 forbids data frames after a Close; control frames are only without use.
  if (state.close_received) return Rule::data_after_close;
  if (header.opcode == Opcode::continuation && !state.in_message) return Rule::continuation_without_start;
  if (starts_message(header.opcode) && state.in_message) return Rule::data_inside_message;
  return {};
}

std::optional<Rule> check_mask(const FrameHeader& header, const ReceiverState& state) {
  if (state.role == Role::server && !header.mask) return Rule::unmasked_client_frame;
  if (state.role == Role::client && header.mask) return Rule::masked_server_frame;
  return {};
}

std::optional<Rule> check_length(const FrameHeader& header) {
  if (header.length_form != LengthForm::minimal) return Rule::length_not_minimal;
  if ((header.payload_length & length_top_bit) != 0) return Rule::length_top_bit;
  if (is_control(header.opcode) && header.payload_length > longest_control_payload) {
    return Rule::control_too_long;
  }
  return {};
}

/// The limits of §10.4, before a single octet of the payload is kept.
std::optional<Rule> check_limits(const FrameHeader& header, const ReceiverState& state) {
  const Limits& limits = *state.limits;
  if (header.payload_length > limits.frame) return Rule::frame_too_big;
  if (is_control(header.opcode)) return {};
  const bool continues = header.opcode == Opcode::continuation;
  const std::uint64_t size = continues ? state.message_size : 0;
  const std::uint32_t frames = continues ? state.message_frames : 0;
  if (size > limits.message || header.payload_length > limits.message - size) return Rule::message_too_big;
  if (frames >= limits.fragments) return Rule::too_many_fragments;
  return {};
}

std::optional<Rule> first_broken(const FrameHeader& header, const ReceiverState& state) {
  if (const auto rule = check_reserved_bits(header, state)) return rule;
  if (const auto rule = check_opcode(header, state)) return rule;
  if (const auto rule = check_mask(header, state)) return rule;
  if (const auto rule = check_length(header)) return rule;
  return check_limits(header, state);
}

std::optional<Rule> first_broken_by_close(Bytes payload, Role sender) {
  if (payload.empty()) return {};
  if (payload.size() == 1) return Rule::close_payload_of_one;
  const CloseReason close = parse_close(payload);
  if (!may_send_close_code(*close.code, sender)) {
    const bool assigned = !close_code_name(*close.code).empty();
    return assigned ? Rule::close_code_reserved : Rule::close_code_unassigned;
  }
  if (!is_valid_utf8(as_bytes(close.reason))) return Rule::close_reason_not_utf8;
  return {};
}

std::optional<Violation> violation_of(std::optional<Rule> rule) {
  return rule ? std::optional(broken(*rule)) : std::nullopt;
}

class StrictJudge final : public Judge {
 public:
  std::optional<Violation> check(const FrameHeader& header, const ReceiverState& state) const override {
    return ws::check(header, state);
  }
  std::optional<Violation> check_close_payload(Bytes payload, Role sender) const override {
    return ws::check_close_payload(payload, sender);
  }
  std::optional<Violation> check_message(Rule suspected) const override { return broken(suspected); }
};

}  // namespace

const RuleInfo& info(Rule rule) { return table[static_cast<std::size_t>(rule)]; }

std::optional<Rule> rule_from_id(std::string_view id) {
  const auto* row = std::find_if(table.begin(), table.end(), [&](const RuleInfo& r) { return r.id == id; });
  return row == table.end() ? std::nullopt : std::optional(row->rule);
}

const Judge& strict_judge() {
  static const StrictJudge judge;
  return judge;
}

std::optional<Violation> check(const FrameHeader& header, const ReceiverState& state) {
  return violation_of(first_broken(header, state));
}

std::optional<Violation> check_close_payload(Bytes payload, Role sender) {
  return violation_of(first_broken_by_close(payload, sender));
}

}  // namespace wsrig::ws
