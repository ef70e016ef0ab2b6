#include "ws/close_code.hpp"

#include <algorithm>
#include <array>

namespace wsrig::ws {
namespace {

enum class Sender : std::uint8_t { nobody, client_only, anyone };

struct Row {
  std::uint16_t code;
  Sender sender;
  std::string_view name;
};

/// RFC 6455 §7.4.1 and the later additions to the registry of §11.7. 1011 was written for servers, but the
/// registry has dropped that word, and 1012–1014 were never bound to a role: who receives them accepts them.
constexpr std::array rows{
    Row{1000, Sender::anyone, "Normal Closure"},
    Row{1001, Sender::anyone, "Going Away"},
    Row{1002, Sender::anyone, "Protocol error"},
    Row{1003, Sender::anyone, "Unsupported Data"},
    Row{1004, Sender::nobody, "Reserved"},
    Row{1005, Sender::nobody, "No Status Rcvd"},
    Row{1006, Sender::nobody, "Abnormal Closure"},
    Row{1007, Sender::anyone, "Invalid frame payload data"},
    Row{1008, Sender::anyone, "Policy Violation"},
    Row{1009, Sender::anyone, "Message Too Big"},
    Row{1010, Sender::client_only, "Mandatory Ext."},
    Row{1011, Sender::anyone, "Internal Error"},
    Row{1012, Sender::anyone, "Service Restart"},
    Row{1013, Sender::anyone, "Try Again Later"},
    Row{1014, Sender::anyone, "Bad Gateway"},
    Row{1015, Sender::nobody, "TLS handshake"},
    Row{3000, Sender::anyone, "Unauthorized"},
    Row{3003, Sender::anyone, "Forbidden"},
    Row{3008, Sender::anyone, "Timeout"},
};

const Row* find(std::uint16_t code) {
  const auto* row = std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.code == code; });
  return row == rows.end() ? nullptr : row;
}

/// RFC 6455 §7.4.2: 3000–3999 for libraries and frameworks, 4000–4999 for private use.
bool is_application(std::uint16_t code) { return code >= 3000 && code <= 4999; }

}  // namespace

std::string_view close_code_name(std::uint16_t code) {
  if (const Row* row = find(code)) return row->name;
  return is_application(code) ? "application" : std::string_view{};
}

bool may_send_close_code(std::uint16_t code, Role sender) {
  if (is_application(code)) return true;
  const Row* row = find(code);
  if (row == nullptr) return false;
  return row->sender == Sender::anyone || (row->sender == Sender::client_only && sender == Role::client);
}

CloseReason parse_close(Bytes payload) {
  if (payload.size() < 2) return {};
  const auto code = static_cast<std::uint16_t>((payload[0] << 8) | payload[1]);
  return {code, as_text(payload.subspan(2))};
}

void encode_close(std::optional<std::uint16_t> code, std::string_view reason, ByteBuffer& out) {
  if (!code) return;
  out.push_back(static_cast<std::uint8_t>(*code >> 8));
  out.push_back(static_cast<std::uint8_t>(*code & 0xff));
  append(out, reason);
}

}  // namespace wsrig::ws
