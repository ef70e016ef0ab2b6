#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ws/bytes.hpp"
#include "ws/opcode.hpp"

namespace wsrig::ws {

/// Status codes of a Close frame: the IANA registry of RFC 6455 §11.7 as of 2026.
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t unsupported_data = 1003;
inline constexpr std::uint16_t no_status = 1005;
inline constexpr std::uint16_t abnormal = 1006;
inline constexpr std::uint16_t invalid_payload = 1007;
inline constexpr std::uint16_t policy_violation = 1008;
inline constexpr std::uint16_t message_too_big = 1009;
inline constexpr std::uint16_t mandatory_extension = 1010;
inline constexpr std::uint16_t internal_error = 1011;
inline constexpr std::uint16_t service_restart = 1012;
inline constexpr std::uint16_t try_again_later = 1013;
inline constexpr std::uint16_t bad_gateway = 1014;
inline constexpr std::uint16_t tls_handshake = 1015;
}  // namespace close_code

/// The registry's name, for instance "Protocol error"; "application" for a code of 3000–4999 that the
/// registry does not name, empty when unassigned.
std::string_view close_code_name(std::uint16_t code);
/// May this code stand in a Close frame sent by `sender` (RFC 6455 §7.4)? 1010 is for clients only. 1004,
/// 1005, 1006, 1015 and whatever is unassigned below 3000 are for nobody. The IANA additions 1012–1014 are
/// allowed to both: only servers and gateways have cause for them, but no text forbids them to a client.
bool may_send_close_code(std::uint16_t code, Role sender);

/// What a Close payload says. Empty payload: no code (reported to applications as 1005).
struct CloseReason {
  std::optional<std::uint16_t> code;
  std::string_view reason;  ///< refers to the payload it was read from
};
/// Total: a payload of one octet gives no code; its text is not checked.
CloseReason parse_close(Bytes payload);
/// Appends the payload of a Close frame. Without a code there can be no reason: nothing is appended.
void encode_close(std::optional<std::uint16_t> code, std::string_view reason, ByteBuffer& out);

}  // namespace wsrig::ws
