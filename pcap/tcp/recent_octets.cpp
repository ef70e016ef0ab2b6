#include "pcap/tcp/recent_octets.hpp"

#include <algorithm>

namespace wsrig::tcp {

std::optional<Difference> find_difference(ws::Bytes a, ws::Bytes b, std::uint64_t offset) {
  const auto first = std::mismatch(a.begin(), a.end(), b.begin()).first;
  if (first == a.end()) return std::nullopt;
  const auto last = std::mismatch(a.rbegin(), a.rend(), b.rbegin()).first.base();
  return Difference{offset + static_cast<std::uint64_t>(first - a.begin()),
                    static_cast<std::uint32_t>(last - first)};
}

std::optional<Difference> RecentOctets::compare(std::uint64_t offset, ws::Bytes octets) const {
  const std::uint64_t end = offset + octets.size();
  for (const Entry& entry : entries_) {
    const std::uint64_t from = std::max(offset, entry.offset);
    const std::uint64_t to = std::min(end, entry.offset + entry.octets.size());
    if (from >= to) continue;
    const auto found = find_difference(entry.octets.subspan(from - entry.offset, to - from),
                                       octets.subspan(from - offset, to - from), from);
    if (found) return found;
  }
  return std::nullopt;
}

}  // namespace wsrig::tcp
