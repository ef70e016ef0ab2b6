#pragma once

#include <optional>

#include "pcap/journal.hpp"
#include "pcap/message_reader.hpp"
#include "ws/frame_parser.hpp"
#include "ws/masker.hpp"

namespace wsrig::pcap {

/// Answers of one side to the Pings of the other.
class PingObserver {
 public:
  virtual ~PingObserver() = default;
  virtual void on_ping(ws::Role sender, ws::Bytes payload, const Origin& origin) = 0;
  virtual void on_pong(ws::Role sender, ws::Bytes payload, const Origin& origin) = 0;
};

/// Reads the frames that one role sends, from a frame boundary on: judges, unmasks and reports them, and puts
/// messages together. Octets that are missing within a payload are passed over.
class FrameStream {
 public:
  /// What it is given must outlive it.
  FrameStream(Connection& connection, ws::Role sender, Journal& journal, PingObserver& pings);

  /// The next octet is the first of a frame, `offset` octets into what the sender sent. With a confidence of
  /// less than 1 the boundary was guessed, and a header that no WebSocket sends shows that it was guessed
  /// wrongly.
  void start(std::uint64_t offset, double confidence);
  /// How many octets were taken: fewer than there are when the guess turns out to be wrong.
  std::size_t data(ws::Bytes octets, const Origin& origin);
  /// False when the hole covers a header, or where one would begin: the boundary is lost.
  bool skip(std::uint64_t size, const Origin& origin);
  /// The boundary is lost, or there is nothing more: what is open is reported as it is. True if something
  /// was.
  bool abandon(const Origin& origin);
  /// Octets of the sender before the next one.
  std::uint64_t position() const { return position_; }
  bool at_boundary() const { return parser_.at_boundary(); }
  bool in_message() const { return messages_.is_open(); }
  /// A guess that has held for long is none any more.
  double confidence() const { return confidence_; }

  // Called by the parser.
  bool on_header(const ws::FrameHeader& header);
  void on_payload(ws::Bytes chunk);
  bool on_frame_end();

 private:
  bool is_wrong_guess(const ws::FrameHeader& header) const;
  void judge(const ws::FrameHeader& header);
  void watch_mask(const ws::MaskKey& key);
  void keep(ws::Bytes clear, bool whole);
  void finish_frame(bool complete);
  void finish_control();
  void finish_message();
  MessageSeen message(bool inflated) const;
  void broke(ws::Rule rule);
  Sent& sent() { return connection_.of(sender_); }

  Connection& connection_;
  Journal& journal_;
  PingObserver& pings_;
  ws::Role sender_;
  ws::FrameParser parser_;
  ws::Masker masker_{ws::MaskKey{}};
  MessageReader messages_;
  ws::ReceiverState state_;
  FrameSeen frame_;
  ws::ByteBuffer kept_;             ///< of a payload that came in pieces
  std::uint64_t keep_ = 0;          ///< octets of this payload that are kept
  std::uint64_t position_ = 0;      ///< of the next octet
  std::uint64_t frame_offset_ = 0;  ///< of the frame that is read, or comes next
  std::uint64_t payload_at_ = 0;    ///< octets of this payload behind us, captured or not
  Origin origin_{};                 ///< of the octets that are read
  Origin frame_begin_{};            ///< of the first octet of the frame that is read
  Origin message_begin_{};
  std::uint64_t message_offset_ = 0;
  std::optional<ws::MaskKey> last_key_;
  std::uint64_t same_keys_ = 0;  ///< in a row
  double confidence_ = 1;
  std::uint32_t guessed_frames_ = 0;  ///< read since the boundary was guessed
  bool began_by_guess_ = false;       ///< what the first frames continue may have been missed
  bool data_seen_ = false;            ///< a data frame, since then
  bool in_frame_ = false;             ///< a header was read, and its frame is not finished
  bool has_gap_ = false;              ///< octets of its payload are missing
  bool header_begun_ = false;         ///< `frame_begin_` is set
  bool in_own_message_ = false;       ///< the frame belongs to the open message
};

}  // namespace wsrig::pcap
