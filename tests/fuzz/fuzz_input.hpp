#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "ws/bytes.hpp"

/// What a fuzzer calls; replay_main.cpp calls it for each file of a corpus.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace wsrig::fuzz {

/// Ends the run with a finding where something does not hold.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

/// The first octet of an input, which chooses settings bit by bit; the rest is what the peer sends.
struct Input {
  std::uint8_t settings;
  ws::Bytes stream;

  Input(const std::uint8_t* data, std::size_t size)
      : settings(size == 0 ? std::uint8_t{0} : data[0]),
        stream(data + std::min<std::size_t>(size, 1), size - std::min<std::size_t>(size, 1)) {}
  bool chooses(unsigned bit) const { return ((settings >> bit) & 1u) != 0; }
};

/// How to cut a stream: octet by octet, in small pieces of growing size, or not at all.
enum class Cut : std::uint8_t { octets, growing, whole };

template <class Sink>
void in_pieces(ws::Bytes stream, Cut cut, Sink sink) {
  for (std::size_t size = 1; !stream.empty(); size = cut == Cut::growing ? size % 13 + 1 : size) {
    const ws::Bytes piece = stream.first(std::min(cut == Cut::whole ? stream.size() : size, stream.size()));
    stream = stream.subspan(piece.size());
    sink(piece);
  }
}

}  // namespace wsrig::fuzz
