#include "ws/deflate.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>
#include <utility>
#include <zlib.h>

#include "ws/distance_scanner.hpp"

namespace wsrig::ws {
namespace {

constexpr std::size_t chunk_size = std::size_t{8} * 1024;
/// zlib counts in 32 bits.
constexpr std::size_t max_slice = std::size_t{1} << 30;
/// What a sender strips from, and a receiver adds to, each message (RFC 7692 §7.2.1, §7.2.2).
constexpr std::array<std::uint8_t, 4> flush_tail{0x00, 0x00, 0xff, 0xff};

void require(int zlib_result) {
  if (zlib_result == Z_MEM_ERROR) throw std::bad_alloc();
  if (zlib_result != Z_OK) throw std::invalid_argument("zlib refuses the window bits, level or memory level");
}

void set_input(z_stream& stream, Bytes data) {
  stream.next_in = const_cast<Bytef*>(data.data());  // zlib without ZLIB_CONST; it only reads
  stream.avail_in = static_cast<uInt>(data.size());
}

void set_output(z_stream& stream, MutableBytes data) {
  stream.next_out = data.data();
  stream.avail_out = static_cast<uInt>(data.size());
}

/// Cuts off what zlib can take in one call.
Bytes next_slice(Bytes& data) {
  const Bytes slice = data.first(std::min(data.size(), max_slice));
  data = data.subspan(slice.size());
  return slice;
}

}  // namespace

struct Deflater::State {
  z_stream stream{};

  State(int window_bits, int level, int memory_level) {
    // Raw zlib refuses 8 bits; with 9 its references never reach farther than 512 - 262 = 250 octets, so its
    // output keeps within a window of 256 as well. Negative: no zlib header (RFC 7692 §7.2.1).
    require(deflateInit2(&stream, level, Z_DEFLATED, -std::max(window_bits, 9), memory_level,
                         Z_DEFAULT_STRATEGY));
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { deflateEnd(&stream); }

  void run(Bytes data, int flush, ByteBuffer& out) {
    set_input(stream, data);
    std::array<std::uint8_t, chunk_size> chunk;
    do {
      set_output(stream, chunk);
      ::deflate(&stream, flush);
      append(out, Bytes(chunk).first(chunk.size() - stream.avail_out));
    } while (stream.avail_out == 0);
  }
};

Deflater::Deflater(std::uint8_t window_bits, bool takeover, int level, int memory_level)
    : window_bits_(window_bits),
      takeover_(takeover),
      level_(static_cast<std::int8_t>(level)),
      memory_level_(static_cast<std::int8_t>(memory_level)) {}
Deflater::~Deflater() = default;
Deflater::Deflater(Deflater&&) noexcept = default;
Deflater& Deflater::operator=(Deflater&&) noexcept = default;

void Deflater::compress(Bytes message, ByteBuffer& out) {
  if (message.empty()) {
    out.push_back(0x00);  // §7.2.3.6: an empty stored block without its tail
    return;
  }
  if (!state_) state_ = std::make_unique<State>(window_bits_, level_, memory_level_);
  while (message.size() > max_slice) state_->run(next_slice(message), Z_NO_FLUSH, out);
  state_->run(message, Z_SYNC_FLUSH, out);
  out.erase(out.end() - flush_tail.size(), out.end());
  if (!takeover_) state_.reset();
}

struct Inflater::State {
  z_stream stream{};
  std::uint32_t window_size;
  DistanceScanner scanner;
  bool at_boundary = false;  ///< the last octet read ended a block (seen with Z_BLOCK only)

  explicit State(int window_bits) : window_size(1u << window_bits) {
    require(inflateInit2(&stream, -window_bits));
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { inflateEnd(&stream); }

  /// Inflates all of `data`; `flush` is zlib's.
  InflateStatus run(Bytes data, int flush, ByteBuffer& out, std::size_t limit) {
    set_input(stream, data);
    std::array<std::uint8_t, chunk_size> chunk;
    int result = Z_OK;
    while (result != Z_BUF_ERROR && (stream.avail_in != 0 || stream.avail_out == 0)) {
      const std::size_t room = limit - std::min(limit, out.size());
      // One octet more than there is room for shows that the limit is passed.
      const MutableBytes target = MutableBytes(chunk).first(std::min(room, chunk.size() - 1) + 1);
      set_output(stream, target);
      result = step(flush);
      const std::size_t size = target.size() - stream.avail_out;
      append(out, Bytes(target).first(std::min(size, room)));
      if (size > room) return InflateStatus::too_big;
      if (result != Z_OK && result != Z_BUF_ERROR) return InflateStatus::corrupt;
    }
    return InflateStatus::ok;
  }

  /// Why data was corrupt: a reference to before the first octet that the window holds.
  bool refers_too_far() const {
    return stream.msg != nullptr && std::string_view(stream.msg) == "invalid distance too far back";
  }

  /// One call of zlib's inflate, which goes on behind a final block.
  int step(int flush) {
    const int result = ::inflate(&stream, flush);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result == Z_BUF_ERROR) return result;
    // zlib.h: bit 7 of data_type tells that a block ended, the lowest three how many bits were left over.
    at_boundary = result == Z_STREAM_END || ((stream.data_type & 128) != 0 && (stream.data_type & 7) == 0);
    if (result != Z_STREAM_END) return result;
    // §7.2.3.4: a final block ends the DEFLATE stream but not the message; the next block begins on an octet
    // boundary, and the window stays.
    return inflateResetKeep(&stream);
  }

  /// §7.2.2: the tail completes the empty stored block whose header ended the data, and stands for nothing.
  bool takes_tail() {
    ByteBuffer nothing;
    return run(flush_tail, Z_BLOCK, nothing, 0) == InflateStatus::ok && at_boundary;
  }

  /// §7.1.2: as much of `data` as has no reference beyond the window that was agreed.
  Bytes within_window(Bytes data) {
    return window_size == DistanceScanner::any_distance ? data : data.first(scanner.scan(data, window_size));
  }
};

Inflater::Inflater(std::uint8_t window_bits, bool takeover)
    : window_bits_(window_bits), takeover_(takeover) {}
Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;

InflateStatus Inflater::inflate(Bytes chunk, ByteBuffer& out, std::size_t limit) {
  if (!state_) state_ = std::make_unique<State>(window_bits_);
  while (status_ == InflateStatus::ok && !chunk.empty()) {
    const Bytes slice = next_slice(chunk);
    const Bytes good = state_->within_window(slice);
    status_ = state_->run(good, Z_SYNC_FLUSH, out, limit);
    if (status_ == InflateStatus::ok && good.size() < slice.size()) status_ = InflateStatus::beyond_window;
    if (status_ == InflateStatus::corrupt && has_forgotten_ && state_->refers_too_far())
      status_ = InflateStatus::forgotten;
  }
  return status_;
}

InflateStatus Inflater::finish() {
  if (status_ == InflateStatus::ok && (!state_ || !state_->takes_tail())) status_ = InflateStatus::corrupt;
  if (status_ != InflateStatus::ok || !takeover_) {
    has_forgotten_ = !takeover_;
    state_.reset();
  } else {
    state_->scanner = {};  // the next message begins a block, on an octet boundary
  }
  return std::exchange(status_, InflateStatus::ok);
}

}  // namespace wsrig::ws
