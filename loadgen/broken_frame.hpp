#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.hpp"
#include "ws/bytes.hpp"

namespace wsrig::loadgen {

/// A frame that breaks the protocol on purpose, and what the subject has to do about it: fail the connection
/// (RFC 6455 §7.1.7) with the close code of the rule that is broken, or by dropping it.
struct BrokenFrame {
  std::string text{};  ///< in the notation
  ws::ByteBuffer wire{};
  std::uint16_t close_code = 0;
  std::string_view section{};  ///< "RFC 6455 §5.2"
};

/// Reads a frame in the notation, such as `text rsv1 "x"`, or `ping fin=0`; our own strict server says which
/// rule it breaks. One that breaks none is a mistake.
diag::Result<BrokenFrame> parse_broken_frame(std::string_view text);

/// "1%" or "0.01", more than nothing and at most all.
diag::Result<double> parse_share(std::string_view text);

/// What a load mixes in.
struct BrokenPlan {
  std::vector<BrokenFrame> frames{};  ///< in turns
  double share = 0;                   ///< of the messages sent: 0.01 is one for each hundred
};

}  // namespace wsrig::loadgen
