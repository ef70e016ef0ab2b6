#pragma once

#include "ws/bytes.hpp"

namespace wsrig::pcap {

/// Does every octet stand in a JSON string as it is? ASCII does, but for controls, the quote and the
/// backslash (RFC 8259 §7).
bool is_plain_text(ws::Bytes text);

}  // namespace wsrig::pcap
