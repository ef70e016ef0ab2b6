#include "pcap/anomaly.hpp"

#include <array>

namespace wsrig::pcap {

namespace {

constexpr std::size_t fault_count = 8;
// In the order of the enumerators.
constexpr std::array<AnomalyKind, fault_count> faults{{
    {"mask-key-repeated", "RFC 6455 §5.3", "masked a frame with a key that it had used just before"},
    {"mask-key-constant", "RFC 6455 §10.3", "masked every frame with the same key"},
    {"frame-cut-off", "RFC 6455 §7.1.6", "ended the connection in the midst of a frame or message"},
    {"not-inflatable", "RFC 7692 §7.2.2",
     "a compressed message cannot be inflated, because octets it refers to are not in the capture"},
    {"hole", "RFC 9293 §3.4", "octets are missing in the capture"},
    {"overlap-conflict", "RFC 9293 §3.4", "sent other octets again under the same sequence numbers"},
    {"tls-record-damaged", "RFC 8446 §5.2", "sent a TLS record of which the MAC or tag is wrong"},
    {"closed-without-close", "RFC 6455 §7.1.5", "the connection ended without a Close frame"},
}};

constexpr std::string_view handshake_prefix = "handshake:";

}  // namespace

AnomalyKind kind_of(Fault fault) { return faults[static_cast<std::size_t>(fault)]; }

AnomalyKind kind_of(ws::Rule rule) {
  const ws::RuleInfo& info = ws::info(rule);
  return {info.id, info.section, info.text};
}

bool matches(std::string_view pattern, std::string_view id) {
  if (pattern == "any" || pattern == id) return true;
  return pattern == "handshake" && id.starts_with(handshake_prefix);
}

std::vector<std::string_view> anomaly_ids() {
  std::vector<std::string_view> ids{"any", "handshake"};
  for (std::size_t i = 0; i < ws::rule_count; ++i) ids.push_back(kind_of(static_cast<ws::Rule>(i)).id);
  for (const AnomalyKind& kind : faults) ids.push_back(kind.id);
  return ids;
}

}  // namespace wsrig::pcap
