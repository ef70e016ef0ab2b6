#include "capture/fragment_cache.hpp"

#include <algorithm>

namespace wsrig::capture {
namespace {

constexpr Timestamp patience = std::chrono::seconds(30);
/// Pieces of a datagram that lie apart: fragments that come in order are one piece, whatever their number.
constexpr std::size_t most_pieces = 256;

bool is_same_datagram(const IpFragment& a, const IpFragment& b) {
  return a.identification == b.identification && a.protocol == b.protocol && a.source == b.source &&
         a.destination == b.destination;
}

}  // namespace

std::optional<ws::Bytes> FragmentCache::add(const IpFragment& fragment, Timestamp time) {
  const std::size_t end = fragment.offset + fragment.octets.size();
  if (end > longest || fragment.octets.empty()) return std::nullopt;
  Datagram& datagram = find(fragment, time);
  if (!fragment.more && !datagram.size) datagram.size = static_cast<std::uint32_t>(end);
  fill(datagram, fragment);
  const bool is_complete = datagram.size && datagram.filled.size() == 1 && datagram.filled[0].begin == 0 &&
                           datagram.filled[0].end >= *datagram.size;
  if (!is_complete) return std::nullopt;
  complete_ = std::move(datagram.payload);
  complete_.resize(*datagram.size);
  datagrams_.erase(datagrams_.begin() + (&datagram - datagrams_.data()));
  return complete_;
}

FragmentCache::Datagram& FragmentCache::find(const IpFragment& fragment, Timestamp time) {
  std::erase_if(datagrams_, [&](const Datagram& datagram) { return time - datagram.began > patience; });
  const auto found = std::find_if(datagrams_.begin(), datagrams_.end(), [&](const Datagram& datagram) {
    return is_same_datagram(datagram.key, fragment);
  });
  if (found != datagrams_.end()) return *found;
  if (datagrams_.size() == most_datagrams) datagrams_.erase(datagrams_.begin());
  Datagram& datagram = datagrams_.emplace_back();
  datagram.key = fragment;
  datagram.key.octets = {};
  datagram.began = time;
  return datagram;
}

void FragmentCache::fill(Datagram& datagram, const IpFragment& fragment) {
  const auto end = static_cast<std::uint32_t>(fragment.offset + fragment.octets.size());
  if (datagram.payload.size() < end) datagram.payload.resize(end);
  std::vector<Range>& filled = datagram.filled;
  const auto copy = [&](std::uint32_t from, std::uint32_t to) {
    std::copy_n(fragment.octets.begin() + (from - fragment.offset), to - from,
                datagram.payload.begin() + from);
  };
  Range merged{fragment.offset, end};
  std::uint32_t at = fragment.offset;
  // Ranges that overlap or touch the fragment become one; only what lies between them is copied.
  const auto first = std::find_if(filled.begin(), filled.end(),
                                  [&](const Range& range) { return range.end >= fragment.offset; });
  auto last = first;
  for (; last != filled.end() && last->begin <= end; ++last) {
    if (last->begin > at) copy(at, last->begin);
    at = std::max(at, last->end);
    merged = {std::min(merged.begin, last->begin), std::max(merged.end, last->end)};
  }
  if (at < end) copy(at, end);
  const auto place = filled.erase(first, last);
  if (filled.size() < most_pieces) filled.insert(place, merged);
}

}  // namespace wsrig::capture
