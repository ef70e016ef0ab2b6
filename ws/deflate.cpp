#include "ws/deflate.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>
#include <utility>
#include <zlib.h>

#include "ws/distance_scanner.hpp"
#include "ws/handshake.hpp"

namespace wsrig::ws {
namespace {

constexpr std::size_t chunk_size = 8 * 1024;
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
    if (status_ == InflateStatus::ok && good.size() < slice.size()) status_ = InflateStatus::corrupt;
  }
  return status_;
}

InflateStatus Inflater::finish() {
  if (status_ == InflateStatus::ok && (!state_ || !state_->takes_tail())) status_ = InflateStatus::corrupt;
  if (status_ != InflateStatus::ok || !takeover_) {
    state_.reset();
  } else {
    state_->scanner = {};  // the next message begins a block, on an octet boundary
  }
  return std::exchange(status_, InflateStatus::ok);
}

namespace {

/// RFC 7692 §7.1.2.1, §7.1.2.2: 8 to 15, decimal, no leading zero.
std::optional<std::uint8_t> parse_window_bits(std::string_view text) {
  if (text == "8") return std::uint8_t{8};
  if (text == "9") return std::uint8_t{9};
  if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5') {
    return static_cast<std::uint8_t>(10 + (text[1] - '0'));
  }
  return std::nullopt;
}

/// An element's parameters, read by RFC 7692 §7.1 alone: what an offer and a response have in common.
struct Parameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  bool client_max_window_bits = false;
  std::optional<std::uint8_t> server_bits;
  std::optional<std::uint8_t> client_bits;
};

bool take_flag(bool& flag, const ExtensionOffer::Parameter& parameter) {
  return !std::exchange(flag, true) && !parameter.value;
}

bool take_bits(std::optional<std::uint8_t>& bits, const ExtensionOffer::Parameter& parameter) {
  if (bits || !parameter.value) return false;
  bits = parse_window_bits(*parameter.value);
  return bits.has_value();
}

/// False for an unknown, repeated or invalid parameter.
bool take_parameter(Parameters& into, const ExtensionOffer::Parameter& parameter) {
  if (parameter.name == "server_no_context_takeover")
    return take_flag(into.server_no_context_takeover, parameter);
  if (parameter.name == "client_no_context_takeover")
    return take_flag(into.client_no_context_takeover, parameter);
  if (parameter.name == "server_max_window_bits") return take_bits(into.server_bits, parameter);
  if (parameter.name != "client_max_window_bits" || into.client_max_window_bits) return false;
  into.client_max_window_bits = true;
  return !parameter.value || take_bits(into.client_bits, parameter);
}

std::optional<Parameters> read_parameters(const ExtensionOffer& element, std::string* error = nullptr) {
  Parameters parameters;
  for (const ExtensionOffer::Parameter& parameter : element.parameters) {
    if (take_parameter(parameters, parameter)) continue;
    if (error != nullptr) *error = "unknown, repeated or invalid parameter " + parameter.name;
    return std::nullopt;
  }
  return parameters;
}

DeflateParams agree(const Parameters& offered, const DeflatePolicy& policy) {
  DeflateParams params;
  params.server_no_context_takeover = offered.server_no_context_takeover || policy.server_no_context_takeover;
  params.client_no_context_takeover = offered.client_no_context_takeover || policy.client_no_context_takeover;
  params.server_max_window_bits = std::min(policy.server_max_window_bits, offered.server_bits.value_or(15));
  // §7.1.2.2: a client that did not offer the parameter cannot be asked to use a smaller window.
  if (offered.client_max_window_bits) {
    params.client_max_window_bits = std::min(policy.client_max_window_bits, offered.client_bits.value_or(15));
  }
  return params;
}

std::string print_response(const DeflateParams& params, const Parameters& offered) {
  std::string text(deflate_extension);
  if (params.server_no_context_takeover) text += "; server_no_context_takeover";
  if (params.client_no_context_takeover) text += "; client_no_context_takeover";
  // §7.1.2.1: accepting an offer that names it means naming it, even with 15.
  if (offered.server_bits || params.server_max_window_bits < 15) {
    text += "; server_max_window_bits=" + std::to_string(params.server_max_window_bits);
  }
  if (params.client_max_window_bits < 15) {
    text += "; client_max_window_bits=" + std::to_string(params.client_max_window_bits);
  }
  return text;
}

/// Why a client must refuse this answer to that offer (RFC 7692 §7.1); empty: it need not.
std::string_view refuse(const Parameters& response, const Parameters& offered) {
  if (offered.server_no_context_takeover && !response.server_no_context_takeover) {
    return "server_no_context_takeover was asked for and is missing";  // §7.1.1.1
  }
  if (offered.server_bits && !response.server_bits) {
    return "server_max_window_bits was asked for and is missing";  // §7.1.2.1
  }
  if (offered.server_bits && *response.server_bits > *offered.server_bits) {
    return "server_max_window_bits is larger than asked for";  // §7.1.2.1
  }
  if (response.client_max_window_bits && !offered.client_max_window_bits) {
    return "client_max_window_bits was not offered";  // §7.1.2.2
  }
  if (response.client_max_window_bits && !response.client_bits) {
    return "client_max_window_bits needs a value in a response";  // §7.1.2.2
  }
  return {};
}

}  // namespace

std::optional<DeflateChoice> choose_deflate(const std::vector<ExtensionOffer>& offers,
                                            const DeflatePolicy& policy) {
  for (const ExtensionOffer& offer : offers) {
    if (offer.name != deflate_extension) continue;
    const std::optional<Parameters> offered = read_parameters(offer);
    if (!offered) continue;
    const DeflateParams params = agree(*offered, policy);
    return DeflateChoice{params, print_response(params, *offered)};
  }
  return std::nullopt;
}

std::optional<DeflateParams> accept_deflate(const ExtensionOffer& response, const ExtensionOffer& offered,
                                            std::string& error) {
  const std::optional<Parameters> answer = read_parameters(response, &error);
  const std::optional<Parameters> offer = read_parameters(offered, &error);
  if (!answer || !offer) return std::nullopt;
  error = refuse(*answer, *offer);
  if (!error.empty()) return std::nullopt;
  DeflateParams params;
  params.server_no_context_takeover = answer->server_no_context_takeover;
  // §7.1.1.2, §7.1.2.2: what the client offered for itself is a hint that it keeps whatever the answer says.
  params.client_no_context_takeover = answer->client_no_context_takeover || offer->client_no_context_takeover;
  params.server_max_window_bits = answer->server_bits.value_or(15);
  params.client_max_window_bits = std::min(answer->client_bits.value_or(15), offer->client_bits.value_or(15));
  return params;
}

}  // namespace wsrig::ws
