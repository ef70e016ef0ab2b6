#pragma once

#include <cstdint>

#include "ws/bytes.hpp"

namespace wsrig::loadgen {

/// CRC-32C (Castagnoli, RFC 3720 §12.1): polynomial 0x1edc6f41, reflected, start and end inverted. `before`
/// is the CRC of what stands in front of `data`: crc32c(b, crc32c(a)) == crc32c(a + b). Uses the processor's
/// instruction where it has one, found out at run time.
std::uint32_t crc32c(ws::Bytes data, std::uint32_t before = 0);

/// The same by table, on any processor; what crc32c falls back to.
std::uint32_t crc32c_by_table(ws::Bytes data, std::uint32_t before = 0);

}  // namespace wsrig::loadgen
