#include "pcap/frame_search.hpp"

#include <algorithm>
#include <array>

#include "ws/close_code.hpp"
#include "ws/masker.hpp"
#include "ws/utf8.hpp"

namespace wsrig::pcap {

namespace {

// What a fact says for a frame, in bits: how rarely octets at random show it. 11 of 256 first octets, and
// half of the second ones, begin a frame.
constexpr double header_bits = 5.5;
/// The end of a frame is the end of a segment: its length hits one value of many. Other protocols have
/// lengths too, so one of 7 bits counts little.
constexpr double short_end_bits = 5, u16_end_bits = 12, u64_end_bits = 24;
constexpr double close_code_bits = 10;
/// What a header that cannot be one says against those before it.
constexpr double contradiction_bits = 15;
/// What the first frame must bring of its own.
constexpr double own_bits = 9;
/// A printable character: 98 of 256 octets are, and UTF-8 is stricter still.
constexpr double character_bits = 1.3;
constexpr std::size_t most_characters = 32;
/// Shorter ones are readable by chance too often to count as texts.
constexpr std::size_t telling_text = 8;
/// Evidence beyond this changes nothing.
constexpr double enough_bits = 200;
constexpr std::uint32_t most_frames = 48;
/// Nobody sends frames of a tebibyte.
constexpr std::uint64_t longest_frame = std::uint64_t{1} << 40;
constexpr std::size_t longest_control = 125;

/// Readable as text: control characters other than white space and escapes are not.
bool is_printable(ws::Bytes text) {
  return std::ranges::none_of(text, [](std::uint8_t c) {
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != 0x1b) || c == 0x7f;
  });
}

/// A cheap look at the first two octets, which one in forty passes: what Chain::is_plausible says of them.
bool may_begin_frame(std::uint8_t first, std::uint8_t second, bool masked) {
  if (((second & 0x80) != 0) != masked) return false;
  const bool fin = (first & 0x80) != 0;
  const int rsv = first & 0x70, opcode = first & 0x0f, length = second & 0x7f;
  if (opcode >= 8) return fin && rsv == 0 && opcode <= 10 && length <= 125;
  return opcode <= 2 && (rsv == 0 || (rsv == 0x40 && opcode != 0)) && (fin || length != 0);
}

/// Up to most_characters octets of a payload, unmasked.
ws::Bytes sample_of(const ws::FrameHeader& header, ws::Bytes payload,
                    std::array<std::uint8_t, most_characters>& room) {
  const auto size =
      static_cast<std::size_t>(std::min<std::uint64_t>({header.payload_length, payload.size(), room.size()}));
  if (header.mask) {
    ws::Masker(*header.mask).copy(payload.first(size), room.data());
  } else {
    std::copy_n(payload.begin(), size, room.begin());
  }
  return ws::Bytes(room).first(size);
}

}  // namespace

void FrameSearch::add(std::uint64_t offset, ws::Bytes octets, const Origin& origin) {
  if (octets.size() > capacity_) {
    const std::size_t surplus = octets.size() - capacity_;
    dropped_ += surplus;
    offset += surplus;
    octets = octets.subspan(surplus);
  }
  if (octets_.size() + octets.size() > capacity_) {
    // Half goes at a time, so that moving the rest costs little.
    std::size_t gone = 0;
    std::size_t count = 0;
    while (count < chunks_.size() &&
           (octets_.size() - gone + octets.size() > capacity_ || gone < capacity_ / 2)) {
      gone += chunks_[count++].size;
    }
    dropped_ += gone;
    octets_.erase(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(gone));
    chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(count));
    for (Chunk& chunk : chunks_) chunk.begin -= gone;
  }
  chunks_.push_back({offset, octets_.size(), octets.size(), origin});
  ws::append(octets_, octets);
}

void FrameSearch::clear() {
  chunks_.clear();
  ws::ByteBuffer().swap(octets_);
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
  constexpr std::size_t plenty = ws::max_header_size + most_characters;
  while (end - first < plenty && last + 1 < chunks_.size() &&
         chunks_[last + 1].offset == chunks_[last].end()) {
    ++last;
    end += chunks_[last].size;
  }
  return ws::Bytes(octets_).subspan(first, end - first);
}

bool FrameSearch::is_chunk_end(std::uint64_t offset) const {
  const std::size_t behind = chunk_of(offset - 1);
  return behind != 0 && chunks_[behind - 1].end() == offset;
}

/// Follows headers from one place on, as long as each could be one, and adds up what speaks for them.
class FrameSearch::Chain {
 public:
  Chain(const FrameSearch& search, bool masked, bool with_rsv1)
      : search_(search), masked_(masked), with_rsv1_(with_rsv1) {}

  /// Empty where the octets are no frames. A first frame for which nothing speaks but its header is passed
  /// over, unless a segment begins with it: what precedes a frame often ends where the frame begins.
  std::optional<Found> follow(std::uint64_t offset, bool at_chunk) {
    found_ = {.offset = offset, .at_chunk = at_chunk};
    open_ = Open::unknown;
    bool trimmed = false;
    while (offset < search_.end() && found_.frames < most_frames && found_.bits < enough_bits) {
      const ws::Bytes octets = search_.at(offset);
      ws::FrameHeader header;
      const std::size_t size = ws::decode_header(octets, header);
      if (size == 0) break;  // in a hole, or behind the last octet
      if (!is_plausible(header) || !weigh(header, octets.subspan(size))) {
        found_.bits -= contradiction_bits;
        break;
      }
      offset += size + header.payload_length;
      weigh_end(header, offset);
      if (found_.frames == 1 && !found_.at_chunk && !trimmed && found_.bits < own_bits) {
        found_ = {.offset = offset};
        trimmed = true;
      }
      if (header.opcode == ws::Opcode::close) break;  // §5.5.1: nothing follows that counts
    }
    return found_.frames == 0 || found_.bits <= 0 ? std::nullopt : std::optional(found_);
  }

 private:
  enum class Open : std::uint8_t { unknown, no, yes };

  /// Legal, and not one of the legal ones that nobody sends but that are common elsewhere (zeros).
  bool is_plausible(const ws::FrameHeader& header) {
    if (header.mask.has_value() != masked_ || ws::is_reserved(header.opcode)) return false;
    if ((header.rsv & (ws::rsv2 | ws::rsv3)) != 0) return false;
    if (header.length_form != ws::LengthForm::minimal || header.payload_length > longest_frame) return false;
    if (ws::is_control(header.opcode)) {
      return header.fin && header.rsv == 0 && header.payload_length <= longest_control;
    }
    const bool continues = header.opcode == ws::Opcode::continuation;
    if (header.rsv != 0 && (continues || !with_rsv1_)) return false;
    if (continues ? open_ == Open::no : open_ == Open::yes) return false;
    if (!header.fin && header.payload_length == 0) return false;
    if (!continues) compressed_ = header.rsv != 0;
    text_ = header.opcode == ws::Opcode::text || (continues && text_ && open_ == Open::yes);
    open_ = header.fin ? Open::no : Open::yes;
    return true;
  }

  /// False where the payload contradicts the header.
  bool weigh(const ws::FrameHeader& header, ws::Bytes payload) {
    ++found_.frames;
    // Lengths of two octets in front of messages look like unfinished continuations.
    if (header.fin) found_.bits += header_bits;
    std::array<std::uint8_t, most_characters> room;
    const ws::Bytes sample = sample_of(header, payload, room);
    if (header.opcode == ws::Opcode::close) return weigh_close(header, sample);
    if (header.opcode != ws::Opcode::text || compressed_ || sample.empty()) return true;
    ws::Utf8Validator utf8;
    const bool whole = header.fin && sample.size() == header.payload_length;
    if (!utf8.feed(sample) || (whole && !utf8.complete())) return false;
    if (!is_printable(sample)) return true;  // legal, but it proves nothing
    found_.bits += character_bits * static_cast<double>(sample.size());
    if (sample.size() >= telling_text) ++found_.text;
    return true;
  }

  bool weigh_close(const ws::FrameHeader& header, ws::Bytes sample) {
    if (header.payload_length == 1) return false;
    if (sample.size() < 2) return true;
    const ws::Role sender = masked_ ? ws::Role::client : ws::Role::server;
    if (!ws::may_send_close_code(*ws::parse_close(sample).code, sender)) return false;
    found_.bits += close_code_bits;
    return true;
  }

  void weigh_end(const ws::FrameHeader& header, std::uint64_t end) {
    if (!header.fin || end > search_.end() || !search_.is_chunk_end(end)) return;
    const std::uint64_t length = header.payload_length;
    found_.bits += length > 0xffff ? u64_end_bits : length > longest_control ? u16_end_bits : short_end_bits;
  }

  const FrameSearch& search_;
  Found found_;
  bool masked_, with_rsv1_;
  bool compressed_ = false, text_ = false;
  Open open_ = Open::unknown;
};

ws::ByteBuffer FrameSearch::payload_at(std::uint64_t offset) const {
  const ws::Bytes octets = at(offset);
  ws::FrameHeader header;
  const std::size_t size = ws::decode_header(octets, header);
  if (size == 0) return {};
  std::array<std::uint8_t, most_characters> room;
  const ws::Bytes sample = sample_of(header, octets.subspan(size), room);
  return {sample.begin(), sample.end()};
}

std::optional<FrameSearch::Found> FrameSearch::find(bool masked, bool with_rsv1, Places places) const {
  Chain chain(*this, masked, with_rsv1);
  std::optional<Found> best;
  const auto consider = [&](std::uint64_t offset, bool at_chunk) {
    const auto found = chain.follow(offset, at_chunk);
    if (found && (!best || found->bits > best->bits)) best = found;
  };
  // Most senders begin a frame with each call that sends, which is where segments begin.
  for (const Chunk& chunk : chunks_) {
    consider(chunk.offset, true);
    if (best && best->bits >= enough_bits / 4) return best;
  }
  if (places == Places::segments) return best;
  for (const Chunk& chunk : chunks_) {
    const ws::Bytes here = octets(chunk);
    for (std::size_t i = 1; i < chunk.size; ++i) {
      if (i + 1 < chunk.size && !may_begin_frame(here[i], here[i + 1], masked)) continue;
      consider(chunk.offset + i, false);
      if (best && best->bits >= enough_bits / 2) return best;
    }
  }
  return best;
}

}  // namespace wsrig::pcap
