#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ws/bytes.hpp"
#include "ws/opcode.hpp"

namespace wsrig::ws {

struct ExtensionOffer;

/// The parameters of permessage-deflate that both sides agreed on (RFC 7692 §7.1).
struct DeflateParams {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::uint8_t server_max_window_bits = 15;
  std::uint8_t client_max_window_bits = 15;

  friend bool operator==(const DeflateParams&, const DeflateParams&) = default;

  bool takeover(Role compressor) const {
    return compressor == Role::server ? !server_no_context_takeover : !client_no_context_takeover;
  }
  std::uint8_t window_bits(Role compressor) const {
    return compressor == Role::server ? server_max_window_bits : client_max_window_bits;
  }
};

/// What a server is willing to do (RFC 7692 §7.1): asked-for values are merged with the client's offer.
struct DeflatePolicy {
  bool server_no_context_takeover = false;  ///< never keep our window
  bool client_no_context_takeover = false;  ///< ask the client not to keep its window
  std::uint8_t server_max_window_bits = 15;
  std::uint8_t client_max_window_bits = 15;  ///< asked for only where the client offered the parameter
  int level = 6;                             ///< zlib level 0–9
  int memory_level = 8;                      ///< zlib memLevel 1–9
};

/// The name under which RFC 7692 §9 registered it.
inline constexpr std::string_view deflate_extension = "permessage-deflate";

/// Compresses whole messages (RFC 7692 §7.2.1). Window bits 8–15; 8 is honoured although raw zlib refuses it.
/// Without takeover the zlib state is released after each message: an idle connection holds none.
class Deflater {
 public:
  Deflater(std::uint8_t window_bits, bool takeover, int level = 6, int memory_level = 8);
  ~Deflater();
  Deflater(Deflater&&) noexcept;
  Deflater& operator=(Deflater&&) noexcept;

  /// Appends the compressed message, without the final 00 00 ff ff. An empty message becomes 00.
  void compress(Bytes message, ByteBuffer& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::uint8_t window_bits_;
  bool takeover_;
  std::int8_t level_;
  std::int8_t memory_level_;
};

enum class InflateStatus : std::uint8_t {
  ok,
  corrupt,
  beyond_window,  ///< a reference farther back than the window that was agreed (§7.1.2)
  forgotten,      ///< a reference to an earlier message, without takeover (§7.1.1)
  too_big,
};

/// Inflates messages chunk by chunk (RFC 7692 §7.2.2); BFINAL blocks and more data behind them are handled
/// (§7.2.3.4). Stops at the limit without inflating further. Anything but ok holds until finish() and loses
/// the window. Without takeover the zlib state is released after each message.
class Inflater {
 public:
  /// `window_bits` and `takeover` are the peer's: what it compresses with.
  Inflater(std::uint8_t window_bits, bool takeover);
  ~Inflater();
  Inflater(Inflater&&) noexcept;
  Inflater& operator=(Inflater&&) noexcept;

  /// Appends what the chunk inflates to; `limit` is the largest size `out` may reach.
  InflateStatus inflate(Bytes chunk, ByteBuffer& out, std::size_t limit);
  /// Ends the message: feeds 00 00 ff ff, and without takeover forgets the window. Nothing is inflated by it:
  /// data that does not end in the header of an empty stored block is corrupt.
  InflateStatus finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::uint8_t window_bits_;
  bool takeover_;
  InflateStatus status_ = InflateStatus::ok;  ///< of the message that is being read
  bool has_forgotten_ = false;                ///< without takeover: the window of an earlier message
};

/// What a server takes: the parameters, and the response header's element that says so.
struct DeflateChoice {
  DeflateParams params;
  std::string response;  ///< "permessage-deflate; server_no_context_takeover; …"
};
/// Server side: the first offer that can be honoured (RFC 7692 §5, §7.1); offers with unknown, invalid or
/// repeated parameters are declined one by one. Empty: go on without compression.
std::optional<DeflateChoice> choose_deflate(const std::vector<ExtensionOffer>& offers,
                                            const DeflatePolicy& policy);

/// Why a response must fail the connection.
struct DeflateMistake {
  std::string_view section;  ///< "RFC 7692 §7.1.2.1"
  std::string text;
};
/// Client side: what a response element means, given our offer; empty with `mistake` set when the response
/// must fail the connection (RFC 7692 §7, §7.1).
std::optional<DeflateParams> accept_deflate(const ExtensionOffer& response, const ExtensionOffer& offered,
                                            DeflateMistake& mistake);

}  // namespace wsrig::ws
