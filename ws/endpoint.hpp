#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "ws/bytes.hpp"
#include "ws/close_code.hpp"
#include "ws/deflate.hpp"
#include "ws/frame.hpp"
#include "ws/frame_parser.hpp"
#include "ws/masker.hpp"
#include "ws/message.hpp"
#include "ws/rules.hpp"

namespace wsrig::ws {

/// Who fails the connection. `strict` does as RFC 6455 §7.1.7 says: one Close with the rule's code, nothing
/// read after it. `observe` reports each violation as an event and goes on reading as well as can be.
enum class Mode : std::uint8_t { strict, observe };

/// The last word on how frames leave: an endpoint without one writes legal, shortest, unfragmented frames.
/// Deliberate faults are values of this kind.
class FrameShaper {
 public:
  virtual ~FrameShaper() = default;
  /// Appends the frame(s) that stand for `frame` to `out`.
  virtual void write(const FrameHeader& header, Bytes payload, ByteBuffer& out) const = 0;
};

/// What many endpoints share; must outlive them.
struct EndpointConfig {
  Role role = Role::server;
  Mode mode = Mode::strict;
  const Judge* judge = &strict_judge();
  Limits limits = {};
  bool answer_ping = true;        ///< reply to Ping by itself (§5.5.2)
  bool answer_close = true;       ///< reply to Close by itself (§5.5.1)
  bool report_frames = false;     ///< call on_frame for every frame (buffers its payload, to limits.frame)
  std::size_t fragment_size = 0;  ///< cut outgoing messages into frames of at most this; 0: never
  std::size_t compress_from = 0;  ///< messages shorter than this are sent plain
  int deflate_level = 6;
  int deflate_memory_level = 8;
  const FrameShaper* shaper = nullptr;
  MaskKeySource* mask_keys = nullptr;  ///< needed by a client
};

/// What happened, in the order it happened on the wire. Payloads are valid during the call only.
class EndpointEvents {
 public:
  virtual ~EndpointEvents() = default;
  /// A whole frame, unmasked, legal or not (only with report_frames). Before the message, Ping, Pong or Close
  /// that it leads to, but after a violation in its header or amid its payload: that was known earlier. The
  /// payload ends at limits.frame, whatever the header claims.
  virtual void on_frame(const FrameHeader&, Bytes /*payload*/) {}
  virtual void on_message(const Message& message) = 0;
  virtual void on_ping(Bytes) {}
  virtual void on_pong(Bytes) {}
  /// The peer's first Close; with answer_close the reply is already in `out`.
  virtual void on_close(const CloseReason&) {}
  /// In strict mode the Close that fails the connection is already in `out`.
  virtual void on_violation(const Violation&) {}
};

/// One side of a connection after the handshake, sans I/O: bytes in, events out; messages in, bytes out.
/// Never writes an illegal frame, and no data after Close: who wants to appends to `out` himself. What it
/// writes is appended to the `out` it is given: the caller owns the socket and the buffer, so an idle
/// endpoint holds no buffer.
class Endpoint {
 public:
  /// `config` must outlive the endpoint.
  explicit Endpoint(const EndpointConfig& config, const std::optional<DeflateParams>& deflate = {});

  /// Reads bytes of the peer, unmasking them in place. After a violation in strict mode further bytes are
  /// dropped (§7.1.7). After the peer's Close no frame has an effect any more (§5.5.1); observe mode still
  /// reports it.
  void receive(MutableBytes data, EndpointEvents& events, ByteBuffer& out);

  /// Each returns false, and writes nothing, once a Close was sent (§5.5.1).
  /// Text or binary, compressed if agreed. Text must be UTF-8.
  bool send(Opcode opcode, Bytes payload, ByteBuffer& out);
  /// Ping and Pong also refuse a payload of more than 125 octets (§5.5). A Ping of the peer is still answered
  /// between our Close and his, for §5.5.2 asks for it.
  bool ping(Bytes payload, ByteBuffer& out);
  bool pong(Bytes payload, ByteBuffer& out);
  /// Also refuses a code that this role may not send (§7.4), and a reason that is not UTF-8 or longer than
  /// 123 octets. Without a code the payload is empty.
  bool close(std::optional<std::uint16_t> code, std::string_view reason, ByteBuffer& out);

  bool close_sent() const { return close_sent_; }
  bool close_received() const { return close_received_; }
  /// A violation ended the reading (strict mode).
  bool failed() const { return failed_; }
  /// Nothing more is expected from the peer, and it has been told: time to close the transport. A server
  /// does so at once, a client waits for the server to (§7.1.1).
  bool finished() const { return close_sent_ && (close_received_ || failed_); }
  /// True when the peer's stream ended between frames.
  bool at_boundary() const { return parser_.at_boundary(); }
  bool in_message() const { return assembler_.in_message(); }

 private:
  struct Reader;
  /// What the current frame is good for.
  enum class Use : std::uint8_t { ignored, control, message };

  std::size_t receive_plain(MutableBytes data, EndpointEvents& events);
  bool is_plain_message(const FrameHeader& header) const;
  ReceiverState receiver_state() const;
  Use use_of(const FrameHeader& header, bool violates) const;
  void violated(const Violation& violation, EndpointEvents& events, ByteBuffer& out);
  Deflater& deflater();
  void write_message(Opcode opcode, std::uint8_t rsv, Bytes payload, ByteBuffer& out);
  bool write_control(Opcode opcode, Bytes payload, ByteBuffer& out);
  void write_close(std::optional<std::uint16_t> code, std::string_view reason, ByteBuffer& out);
  /// Completes the header with length and mask.
  void write_frame(FrameHeader& header, Bytes payload, ByteBuffer& out);

  const EndpointConfig* config_;
  FrameParser parser_;
  MessageAssembler assembler_;
  std::unique_ptr<Deflater> deflater_;     ///< made when the first message is compressed
  std::unique_ptr<ByteBuffer> collected_;  ///< a control frame, or a reported frame, that came in pieces
  std::optional<DeflateParams> deflate_;
  Masker masker_{MaskKey{}};  ///< of the current frame
  Use use_ = Use::ignored;
  bool close_sent_ = false;
  bool close_received_ = false;
  bool failed_ = false;
  bool reading_ended_ = false;  ///< failed, or data behind the peer's Close
};

}  // namespace wsrig::ws
