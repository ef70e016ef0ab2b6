#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ws/frame.hpp"

namespace wsrig::ws {

/// Every rule a receiver can judge by. One row each in the table of rules.cpp: section, close code, text.
enum class Rule : std::uint8_t {
  reserved_bits,               // §5.2
  reserved_opcode,             // §5.2
  length_not_minimal,          // §5.2
  length_top_bit,              // §5.2
  unmasked_client_frame,       // §5.1
  masked_server_frame,         // §5.1
  fragmented_control,          // §5.5
  control_too_long,            // §5.5
  continuation_without_start,  // §5.4
  data_inside_message,         // §5.4
  data_after_close,            // §5.5.1
  close_payload_of_one,        // §5.5.1
  close_code_reserved,         // §7.4.1
  close_code_unassigned,       // §7.4.2
  close_reason_not_utf8,       // §5.5.1
  text_not_utf8,               // §8.1
  frame_too_big,               // §10.4
  message_too_big,             // §10.4
  too_many_fragments,          // §10.4
  compressed_bit_misplaced,    // RFC 7692 §6
  deflate_context_kept,        // RFC 7692 §7.1.1
  deflate_window_exceeded,     // RFC 7692 §7.1.2
  deflate_data_corrupt,        // RFC 7692 §7.2.2
};
inline constexpr std::size_t rule_count = 23;

/// What a rule says: exactly one section and one close code.
struct RuleInfo {
  Rule rule;
  std::string_view id;       ///< slug, as in options and reports: "reserved-bits"
  std::string_view section;  ///< "RFC 6455 §5.2"
  std::uint16_t close_code;  ///< what a strict receiver closes with (§7.4.1)
  std::string_view text;     ///< one line: what the peer did
};
const RuleInfo& info(Rule rule);
std::optional<Rule> rule_from_id(std::string_view id);

/// A broken rule, with the close code to send; `violation->` reads the rule's section and text. The alignment
/// makes an optional of it travel in memory: in one register, where its flag is written as an octet and read
/// as part of a word, it stalls the processor several times for each frame (11 of 69 ns).
struct alignas(16) Violation {
  Rule rule;
  std::uint16_t close_code;
  const RuleInfo* operator->() const { return &info(rule); }
  friend bool operator==(const Violation&, const Violation&) = default;
};

struct Limits {
  std::uint64_t frame = 16u << 20;    ///< octets of payload in one frame
  std::uint64_t message = 16u << 20;  ///< octets of a message, also after inflating
  std::uint32_t fragments = 16384;    ///< frames in one message
};

/// What the judge needs to know of the receiver when a header arrives.
struct ReceiverState {
  Role role = Role::server;          ///< of the receiver
  bool in_message = false;           ///< a data message has begun and not ended
  bool deflate = false;              ///< permessage-deflate is agreed: RSV1 may start a message
  bool close_received = false;       ///< a Close has already come from this peer
  std::uint64_t message_size = 0;    ///< payload octets of the open message so far, as on the wire
  std::uint32_t message_frames = 0;  ///< frames of the open message so far
  bool message_compressed = false;   ///< the open message began with RSV1
  const Limits* limits = nullptr;    ///< never null when a judge is called
};

/// Judges what a peer sent, in the three places where the facts are complete. An endpoint is given its judge,
/// so that a deliberately deaf endpoint is another judge and not a branch.
class Judge {
 public:
  virtual ~Judge() = default;
  virtual std::optional<Violation> check(const FrameHeader& header, const ReceiverState& state) const = 0;
  virtual std::optional<Violation> check_close_payload(Bytes payload, Role sender) const = 0;
  /// Called when a fact of the message shows a violation (text_not_utf8, message_too_big, deflate_…): returns
  /// it, or nothing where this judge lets it pass.
  virtual std::optional<Violation> check_message(Rule suspected) const = 0;
};

/// All rules of RFC 6455 and RFC 7692.
const Judge& strict_judge();

/// Pure: the first rule (in the order of the header's bits) that the header breaks.
std::optional<Violation> check(const FrameHeader& header, const ReceiverState& state);
std::optional<Violation> check_close_payload(Bytes payload, Role sender);

}  // namespace wsrig::ws
