#pragma once

#include <vector>

#include "pcap/layer.hpp"

namespace wsrig::pcap {

/// Octets of one side that wait for what the other side says, holes between them included.
class HeldOctets {
 public:
  /// The most that is kept; what comes behind it is a hole.
  static constexpr std::size_t capacity = 1 << 20;

  void add(ws::Bytes octets, const Origin& origin);
  void add_hole(std::uint64_t size, const Origin& origin);
  bool empty() const { return pieces_.empty(); }
  /// Octets, without holes.
  std::size_t size() const { return size_; }
  /// Leaves it empty, and hands what was held to `layer`.
  void release(Side from, Layer& layer);

 private:
  struct Piece {
    ws::ByteBuffer octets{};
    std::uint64_t hole = 0;  ///< instead of octets
    Origin origin{};
  };
  std::vector<Piece> pieces_;
  std::size_t size_ = 0;
};

}  // namespace wsrig::pcap
