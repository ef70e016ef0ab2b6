#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "capture/address.hpp"
#include "capture/packet.hpp"

namespace wsrig::capture {

/// A fragment of an IP datagram (RFC 791 §3.2, RFC 8200 §4.5).
struct IpFragment {
  IpAddress source{};
  IpAddress destination{};
  std::uint32_t identification = 0;
  std::uint8_t protocol = 0;
  bool more = false;         ///< more fragments follow
  std::uint32_t offset = 0;  ///< of `octets` in the datagram's payload
  ws::Bytes octets{};
};

/// Puts datagrams together. Memory is bounded: at most `most_datagrams` of at most 64 KiB; the oldest goes
/// first, and one that is older than 30 s (RFC 8200 §4.5 gives 60) is given up. Where fragments overlap, the
/// first one stands.
class FragmentCache {
 public:
  static constexpr std::size_t most_datagrams = 64;
  static constexpr std::size_t longest = 65535;

  /// The datagram's payload once its last missing fragment has come; valid until the next call.
  std::optional<ws::Bytes> add(const IpFragment& fragment, Timestamp time);

 private:
  struct Range {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  struct Datagram {
    IpFragment key{};  ///< its octets are not used
    Timestamp began{};
    ws::ByteBuffer payload{};
    std::vector<Range> filled{};          ///< sorted, apart from each other
    std::optional<std::uint32_t> size{};  ///< known once the last fragment was seen
  };

  Datagram& find(const IpFragment& fragment, Timestamp time);
  static void fill(Datagram& datagram, const IpFragment& fragment);

  std::vector<Datagram> datagrams_;
  ws::ByteBuffer complete_;
};

}  // namespace wsrig::capture
