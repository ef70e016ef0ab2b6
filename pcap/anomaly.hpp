#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pcap/origin.hpp"
#include "ws/handshake.hpp"
#include "ws/rules.hpp"

namespace wsrig::pcap {

struct Connection;

/// A kind of thing that is wrong in a connection, besides the rules of ws::Rule and the findings about
/// handshakes. One row each in the table of anomaly.cpp.
enum class Fault : std::uint8_t {
  mask_key_repeated,    // RFC 6455 §5.3
  mask_key_constant,    // RFC 6455 §10.3
  frame_cut_off,        // RFC 6455 §7.1.6
  not_inflatable,       // RFC 7692 §7.2.2
  hole,                 // RFC 9293 §3.4
  overlap_conflict,     // RFC 9293 §3.4
  tls_record_damaged,   // RFC 8446 §5.2
  closed_without_close  // RFC 6455 §7.1.5
};

/// What people select anomalies by.
struct AnomalyKind {
  std::string_view id;       ///< "reserved-bits"; a handshake's begins with "handshake:"
  std::string_view section;  ///< "RFC 6455 §5.2"
  std::string_view text;     ///< one line: what is wrong
};
AnomalyKind kind_of(Fault fault);
AnomalyKind kind_of(ws::Rule rule);

/// One thing wrong with a connection, where the capture shows it.
struct Anomaly {
  const Connection* connection = nullptr;
  std::string id{};
  std::string section{};
  std::string text{};
  ws::Role sender = ws::Role::client;  ///< who did it; for a hole, whose octets are missing
  Origin origin{};
  std::uint64_t offset = 0;  ///< in the sender's octets: of the frame, or of the hole
};

/// Does `pattern` (an id, "any", or "handshake" for all of its findings) name this anomaly?
bool matches(std::string_view pattern, std::string_view id);
/// Every id there is; a finding about a handshake may also be named "handshake:…".
std::vector<std::string_view> anomaly_ids();

}  // namespace wsrig::pcap
