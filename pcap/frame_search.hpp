#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "pcap/origin.hpp"
#include "ws/bytes.hpp"
#include "ws/frame.hpp"

namespace wsrig::pcap {

/// Octets of one sender that are not understood yet, and where in them frames may begin.
class FrameSearch {
 public:
  /// Octets that came together, as a rule the payload of a segment.
  struct Chunk {
    std::uint64_t offset = 0;  ///< in what the sender sent
    std::size_t begin = 0;     ///< in `octets`
    std::size_t size = 0;
    Origin origin{};
    std::uint64_t end() const { return offset + size; }
  };
  /// A place where frames may begin.
  struct Found {
    std::uint64_t offset = 0;
    double bits = 0;           ///< of evidence: octets at random look like this once in 2^bits
    std::uint32_t frames = 0;  ///< headers in a row
    std::uint32_t text = 0;    ///< of which were texts of some length that read as such
    bool at_chunk = false;     ///< it is where a segment begins
  };

  /// Where frames are looked for: everywhere, or only where segments begin, which costs next to nothing.
  enum class Places : std::uint8_t { all, segments };

  /// The most that is kept; the oldest goes first.
  static constexpr std::size_t largest_capacity = std::size_t{256} * 1024;
  explicit FrameSearch(std::size_t capacity = largest_capacity) : capacity_(capacity) {}

  void add(std::uint64_t offset, ws::Bytes octets, const Origin& origin);
  void clear();
  bool empty() const { return chunks_.empty(); }
  const std::vector<Chunk>& chunks() const { return chunks_; }
  ws::Bytes octets(const Chunk& chunk) const { return ws::Bytes(octets_).subspan(chunk.begin, chunk.size); }
  std::uint64_t begin() const { return chunks_.empty() ? 0 : chunks_.front().offset; }
  std::uint64_t end() const { return chunks_.empty() ? 0 : chunks_.back().end(); }
  std::size_t size() const { return octets_.size(); }
  /// Octets that were dropped because there was no room.
  std::uint64_t dropped() const { return dropped_; }

  /// The best place for a sender that masks its frames, or does not; `with_rsv1` where a message may be
  /// compressed. Empty where nothing looks like a frame.
  std::optional<Found> find(bool masked, bool with_rsv1, Places places = Places::all) const;
  /// The first octets, at most 32, of the payload of the frame at `offset`, unmasked.
  ws::ByteBuffer payload_at(std::uint64_t offset) const;

 private:
  class Chain;
  /// Contiguous octets from `offset` on, at least one; empty where that octet is missing.
  ws::Bytes at(std::uint64_t offset) const;
  std::size_t chunk_of(std::uint64_t offset) const;
  bool is_chunk_end(std::uint64_t offset) const;

  std::size_t capacity_;
  std::vector<Chunk> chunks_;
  ws::ByteBuffer octets_;
  std::uint64_t dropped_ = 0;
};

}  // namespace wsrig::pcap
