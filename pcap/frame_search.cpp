#include "pcap/frame_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "pcap/frame_chain.hpp"

namespace wsrig::pcap {

namespace {

/// What is kept of a frame: its header, and what tells whether its payload is text.
constexpr std::size_t head_size = ws::max_header_size + FrameChain::most_characters;
constexpr std::size_t most_heads = 256;

bool may_begin_frame(ws::Bytes octets) {
  return octets.size() < 2 || FrameChain::may_begin(octets[0], octets[1], (octets[1] & 0x80) != 0);
}

/// Begins a frame of 64 KiB or more: rare enough that it need not begin a segment.
bool may_begin_long_frame(ws::Bytes octets) {
  constexpr std::size_t zeros = 3;  // of lengths below 2^40
  return octets.size() > 2 + zeros && (octets[1] & 0x7f) == 127 &&
         std::ranges::all_of(octets.subspan(2, zeros), [](std::uint8_t octet) { return octet == 0; }) &&
         may_begin_frame(octets);
}

}  // namespace

void FrameSearch::add(std::uint64_t offset, ws::Bytes octets, const Origin& origin) {
  const bool fits = octets.size() <= capacity_;
  if (!fits) {
    const std::size_t surplus = octets.size() - capacity_;
    dropped_ += surplus + octets_.size();
    clear();
    offset += surplus;
    dropped_before_ = offset;
    octets = octets.subspan(surplus);
  }
  if (octets_.size() + octets.size() > capacity_) make_room();
  if (octets_.size() + octets.size() > capacity_) {
    dropped_ += octets_.size();
    dropped_before_ = offset;
    clear();
  }
  chunks_.push_back({offset, octets_.size(), octets.size(), octets.size(), fits, origin});
  ws::append(octets_, octets);
}

/// Half goes at a time, so that moving the rest costs little.
void FrameSearch::make_room() {
  std::size_t kept = 0;
  std::size_t first = chunks_.size();
  while (first > 0 && kept + chunks_[first - 1].size <= capacity_ / 2) kept += chunks_[--first].size;
  std::vector<Chunk> chunks;
  for (std::size_t i = 0; i < first; ++i) keep_heads(chunks_[i], chunks);
  if (first > 0) dropped_before_ = chunks_[first - 1].end_of_whole();
  if (chunks.size() > most_heads) {
    chunks.erase(chunks.begin(), chunks.end() - static_cast<std::ptrdiff_t>(most_heads));
  }
  chunks.insert(chunks.end(), chunks_.begin() + static_cast<std::ptrdiff_t>(first), chunks_.end());
  ws::ByteBuffer octets;
  for (Chunk& chunk : chunks) {
    const ws::Bytes source = this->octets(chunk);
    chunk.begin = octets.size();
    ws::append(octets, source);
  }
  dropped_ += octets_.size() - octets.size();
  chunks_ = std::move(chunks);
  octets_ = std::move(octets);
}

/// What of a chunk looks like a header, with the first octets of the payload.
void FrameSearch::keep_heads(const Chunk& chunk, std::vector<Chunk>& heads) const {
  const ws::Bytes here = octets(chunk);
  const auto keep = [&](std::size_t at) {
    Chunk head = chunk;
    head.offset += at;
    head.begin += at;
    head.size = std::min(head_size, chunk.size - at);
    head.whole = chunk.whole - at;
    head.at_start = chunk.at_start && at == 0;
    heads.push_back(head);
    return head.size;
  };
  std::size_t at = may_begin_frame(here) || !chunk.at_start ? keep(0) : 1;
  while (at < here.size()) at += may_begin_long_frame(here.subspan(at)) ? keep(at) : 1;
}

void FrameSearch::clear() {
  chunks_.clear();
  ws::ByteBuffer().swap(octets_);
}

std::size_t FrameSearch::size_before(std::uint64_t offset) const {
  std::size_t size = 0;
  for (const Chunk& chunk : chunks_) {
    if (chunk.offset >= offset) break;
    size += static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size, offset - chunk.offset));
  }
  return size;
}

std::size_t FrameSearch::chunk_of(std::uint64_t offset) const {
  const auto behind =
      std::upper_bound(chunks_.begin(), chunks_.end(), offset,
                       [](std::uint64_t value, const Chunk& chunk) { return value < chunk.offset; });
  return static_cast<std::size_t>(behind - chunks_.begin());  // 0: before the first
}

ws::Bytes FrameSearch::at(std::uint64_t offset) const {
  const std::size_t behind = chunk_of(offset);
  if (behind == 0 || offset >= chunks_[behind - 1].end()) return {};
  std::size_t last = behind - 1;
  const std::size_t first = chunks_[last].begin + static_cast<std::size_t>(offset - chunks_[last].offset);
  std::size_t end = chunks_[last].begin + chunks_[last].size;
  while (end - first < head_size && last + 1 < chunks_.size() &&
         chunks_[last + 1].offset == chunks_[last].end()) {
    ++last;
    end += chunks_[last].size;
  }
  return ws::Bytes(octets_).subspan(first, end - first);
}

bool FrameSearch::is_boundary(std::uint64_t offset) const {
  const std::size_t behind = chunk_of(offset);
  if (behind == 0) return false;
  const Chunk& chunk = chunks_[behind - 1];
  if (chunk.offset == offset && chunk.at_start) return true;
  if (chunk.offset < offset) return chunk.end_of_whole() == offset;
  return behind > 1 && chunks_[behind - 2].end_of_whole() == offset;
}

ws::ByteBuffer FrameSearch::payload_at(std::uint64_t offset) const {
  const ws::Bytes octets = at(offset);
  ws::FrameHeader header;
  const std::size_t size = ws::decode_header(octets, header);
  if (size == 0) return {};
  std::array<std::uint8_t, FrameChain::most_characters> room;
  const ws::Bytes sample = FrameChain::sample_of(header, octets.subspan(size), room);
  return {sample.begin(), sample.end()};
}

double FrameSearch::bits_needed(const Found& found) const {
  return margin_bits + std::log2(static_cast<double>(found.at_chunk ? chunks_.size() : octets_.size()));
}

std::optional<FrameSearch::Found> FrameSearch::find(const Wanted& wanted) const {
  const auto found = find_at_chunks(wanted);
  if (wanted.places == Places::segments || (found && found->bits >= bits_needed(*found))) return found;
  const auto anywhere = find_anywhere(wanted);
  if (!found || !anywhere) return found ? found : anywhere;
  return anywhere->bits - bits_needed(*anywhere) > found->bits - bits_needed(*found) ? anywhere : found;
}

/// Most senders begin a frame with each call that sends, which is where segments begin. The first row of
/// frames that has the evidence it needs counts, and what rows behind it have beyond that.
std::optional<FrameSearch::Found> FrameSearch::find_at_chunks(const Wanted& wanted) const {
  FrameChain chain(*this, wanted);
  std::optional<Found> best, sum;
  for (const Chunk& chunk : chunks_) {
    if (sum && chunk.offset < sum->end) continue;
    const auto found = chain.follow(chunk.offset, chunk.at_start);
    if (!found) continue;
    if (!sum && (!best || found->bits > best->bits)) best = found;
    const double beyond = found->bits - bits_needed(*found);
    if (beyond < 0) continue;
    if (!sum) {
      sum = found;
    } else {
      sum->bits += beyond;
      sum->frames += found->frames;
      sum->text += found->text;
      sum->end = found->end;
    }
    if (sum->bits >= FrameChain::enough_bits) break;
  }
  return sum ? sum : best;
}

std::optional<FrameSearch::Found> FrameSearch::find_anywhere(const Wanted& wanted) const {
  FrameChain chain(*this, wanted);
  std::optional<Found> best;
  for (const Chunk& chunk : chunks_) {
    const ws::Bytes here = octets(chunk);
    for (std::size_t i = 1; i < chunk.size; ++i) {
      if (i + 1 < chunk.size && !FrameChain::may_begin(here[i], here[i + 1], wanted.masked)) continue;
      const auto found = chain.follow(chunk.offset + i, false);
      if (found && (!best || found->bits > best->bits)) best = found;
      if (best && best->bits >= FrameChain::enough_bits / 2) return best;
    }
  }
  return best;
}

}  // namespace wsrig::pcap
