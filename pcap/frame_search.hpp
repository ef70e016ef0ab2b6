#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "pcap/origin.hpp"
#include "ws/bytes.hpp"

namespace wsrig::pcap {

/// Octets of one sender that are not understood yet, and where in them frames may begin. Room is bounded: of
/// what is older, only what looks like the header of a frame is kept, so that long frames can be found by
/// where they end.
class FrameSearch {
 public:
  /// Octets that came together, as a rule the payload of a segment; or what is kept of it.
  struct Chunk {
    std::uint64_t offset = 0;  ///< in what the sender sent
    std::size_t begin = 0;     ///< in `octets`
    std::size_t size = 0;      ///< octets that are kept
    std::size_t whole = 0;     ///< octets to the end of what came together
    bool at_start = true;      ///< it begins where what came together does
    Origin origin{};
    std::uint64_t end() const { return offset + size; }
    std::uint64_t end_of_whole() const { return offset + whole; }
  };
  /// A place where frames may begin.
  struct Found {
    std::uint64_t offset = 0;
    std::uint64_t end = 0;     ///< behind the last frame in a row
    double bits = 0;           ///< of evidence: octets at random look like this once in 2^bits
    std::uint32_t frames = 0;  ///< headers
    std::uint32_t text = 0;    ///< of which were texts of some length that read as such
    bool at_chunk = false;     ///< it is where a segment begins
  };

  /// Where frames are looked for: everywhere, or only where segments begin, which costs next to nothing.
  enum class Places : std::uint8_t { all, segments };
  /// What kind of frames.
  struct Wanted {
    bool masked = false;
    bool compressed = true;     ///< RSV1 may be set
    bool segments_tell = true;  ///< this sender begins segments with frames more often than not
    Places places = Places::all;
  };

  /// The most that is kept.
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
  /// Octets that are kept of what is before `offset`.
  std::size_t size_before(std::uint64_t offset) const;
  /// Octets that were dropped because there was no room; all of them were before `dropped_before()`.
  std::uint64_t dropped() const { return dropped_; }
  std::uint64_t dropped_before() const { return dropped_before_; }

  /// The best place; empty where nothing looks like a frame. What speaks for frames behind it, after a hole,
  /// speaks for it too.
  std::optional<Found> find(const Wanted& wanted) const;
  /// Bits of evidence that it needs, among so many candidates, to be wrong once in 2^margin_bits.
  double bits_needed(const Found& found) const;
  static constexpr double margin_bits = 10;
  /// The first octets, at most 32, of the payload of the frame at `offset`, unmasked.
  ws::ByteBuffer payload_at(std::uint64_t offset) const;

  /// Contiguous octets from `offset` on, at least one; empty where that octet is missing.
  ws::Bytes at(std::uint64_t offset) const;
  /// Something that came together begins or ends there.
  bool is_boundary(std::uint64_t offset) const;

 private:
  std::size_t chunk_of(std::uint64_t offset) const;
  void make_room();
  void keep_heads(const Chunk& chunk, std::vector<Chunk>& heads) const;
  std::optional<Found> find_at_chunks(const Wanted& wanted) const;
  std::optional<Found> find_anywhere(const Wanted& wanted) const;

  std::size_t capacity_;
  std::vector<Chunk> chunks_;
  ws::ByteBuffer octets_;
  std::uint64_t dropped_ = 0;
  std::uint64_t dropped_before_ = 0;
};

}  // namespace wsrig::pcap
