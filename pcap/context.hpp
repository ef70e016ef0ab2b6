#pragma once

#include <array>
#include <functional>

#include "pcap/connection.hpp"
#include "pcap/journal.hpp"
#include "pcap/layer.hpp"

namespace wsrig::pcap {

class SearchRoom;
class TlsKeyLog;

/// Octets of each side, by Side, that came before those a layer is given: offsets go on through tunnels.
using Positions = std::array<std::uint64_t, 2>;

/// What the layers of one TCP connection share.
struct Context {
  Journal& journal;
  Transport& transport;
  const TlsKeyLog& keys;
  SearchRoom& room;
  bool search = true;  ///< for frames without a handshake
  /// Makes a connection, which lives until the transport is over; Journal::begin tells of it.
  std::function<Connection&()> new_connection{};
  /// The last one that was made; null: none yet.
  std::function<Connection*()> last_connection{};
};

}  // namespace wsrig::pcap
