#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

namespace wsrig::test {

/// Sizes of the pieces a stream is cut into; together they are the stream.
using Pieces = std::vector<std::size_t>;

inline Pieces whole(std::size_t size) { return {size}; }
inline Pieces octet_by_octet(std::size_t size) { return Pieces(size, 1); }

/// Every way to cut a stream in two.
inline std::vector<Pieces> every_cut(std::size_t size) {
  std::vector<Pieces> all;
  for (std::size_t at = 0; at <= size; ++at) all.push_back({at, size - at});
  return all;
}

/// Pieces of random sizes, small ones as likely as large ones; some are empty.
inline Pieces random_cuts(std::size_t size, std::mt19937& random) {
  Pieces pieces;
  while (size > 0) {
    const std::size_t most = std::size_t{1} << (random() % 12);
    const std::size_t piece = std::min(size, random() % (most + 1));
    pieces.push_back(piece);
    size -= piece;
  }
  return pieces;
}

}  // namespace wsrig::test
