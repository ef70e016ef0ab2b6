#include "pcap/held_octets.hpp"

#include <utility>

namespace wsrig::pcap {

void HeldOctets::add(ws::Bytes octets, const Origin& origin) {
  if (size_ + octets.size() > capacity) return add_hole(octets.size(), origin);
  size_ += octets.size();
  pieces_.push_back({.octets = ws::ByteBuffer(octets.begin(), octets.end()), .origin = origin});
}

void HeldOctets::add_hole(std::uint64_t size, const Origin& origin) {
  const bool follows_hole = !pieces_.empty() && pieces_.back().hole > 0;
  if (!follows_hole || size == unknown_size || pieces_.back().hole == unknown_size) {
    pieces_.push_back({.hole = size, .origin = origin});
  } else {
    pieces_.back().hole += size;
  }
}

void HeldOctets::release(Side from, Layer& layer) {
  const auto pieces = std::exchange(pieces_, {});
  size_ = 0;
  for (const Piece& piece : pieces) {
    if (piece.hole > 0) {
      layer.hole(from, piece.hole, piece.origin);
    } else {
      layer.data(from, piece.octets, piece.origin);
    }
  }
}

}  // namespace wsrig::pcap
