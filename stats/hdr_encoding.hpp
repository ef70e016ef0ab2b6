#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "stats/histogram.hpp"

/// The octets that HdrHistogram's libraries (Java, C, Go, JavaScript, …) exchange a histogram in: its "V2"
/// encoding, compressed with zlib. In base64 it begins with HISTFAAA and stands in the lines of an interval
/// log.
namespace wsrig::stats {

/// The histogram, as one of 3 significant digits and a lowest value of 1. What the format has no place for is
/// lost: the exact min and max become those of their buckets.
std::vector<std::uint8_t> encode_hdr(const Histogram& histogram);

/// Reads what `encode_hdr` writes. Empty for anything else: other octets, damage, and histograms whose
/// buckets are not ours. Memory is bounded whatever the octets say.
std::optional<Histogram> decode_hdr(std::span<const std::uint8_t> octets);

}  // namespace wsrig::stats
