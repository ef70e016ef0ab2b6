#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "capture/link_type.hpp"
#include "ws/bytes.hpp"

namespace wsrig::capture {

/// Nanoseconds since 1970-01-01 00:00:00 UTC.
using Timestamp = std::chrono::nanoseconds;

/// One packet of a capture, as it lies in the file.
struct Packet {
  std::uint64_t number = 0;  ///< from 1, as Wireshark's frame.number; over all interfaces
  Timestamp time{};
  std::uint32_t interface = 0;  ///< from 0, over all sections of a pcapng file
  LinkType link{};
  ws::Bytes octets{};  ///< what was captured, from the link layer's header on
  std::uint32_t original_length =
      0;                          ///< octets on the wire; more than `octets` has where a snap length cut it
  std::uint64_t file_offset = 0;  ///< of the packet's record or block; in a gzip file, of what it inflates to
};

/// Keys that a pcapng file carries (decryption secrets block, draft-ietf-opsawg-pcapng §4.7).
struct Secrets {
  static constexpr std::uint32_t tls_key_log = 0x544c534b;

  std::uint32_t type = 0;
  ws::Bytes data{};  ///< valid during the call that hands it over
};

/// Why a capture could not be read to its end.
struct Problem {
  enum class Severity : std::uint8_t {
    cut_tail,  ///< the last record is incomplete, as a killed capture leaves it: a warning
    damage,    ///< what stands there is no record, or no capture at all
  };

  Severity severity{};
  std::uint64_t offset = 0;  ///< in the file, of the record that could not be read
  std::string what{};        ///< without the offset and without a full stop
};

/// `at offset 4711: a packet of 4294967295 octets is announced`.
std::string describe(const Problem& problem);

}  // namespace wsrig::capture
