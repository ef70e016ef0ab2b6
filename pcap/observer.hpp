#pragma once

#include <string_view>

#include "pcap/anomaly.hpp"
#include "pcap/connection.hpp"
#include "ws/frame.hpp"

namespace wsrig::pcap {

/// A frame whose header is in the capture.
struct FrameSeen {
  const Connection* connection = nullptr;
  ws::Role sender = ws::Role::client;
  ws::FrameHeader header{};
  std::uint64_t offset = 0;  ///< of its header in the sender's octets (TCP payload, or decrypted)
  std::uint8_t header_size = 0;
  Origin first{}, last{};      ///< its header's first octet, its last octet
  std::uint64_t captured = 0;  ///< octets of its payload that are in the capture
  bool complete = false;       ///< all of its payload is
  double confidence =
      1;                ///< that it is a frame: less than 1 behind a hole in a header or without a handshake
  ws::Bytes payload{};  ///< unmasked, as far as it is kept; without holes: up to the first one
};

/// A message, as far as it is in the capture.
struct MessageSeen {
  const Connection* connection = nullptr;
  ws::Role sender = ws::Role::client;
  ws::Opcode opcode = ws::Opcode::text;
  bool compressed = false;
  bool complete = false;  ///< all of its frames, and all of their octets, are in the capture
  bool inflated = true;   ///< false: compressed, and could not be inflated
  bool utf8 = true;       ///< false: a text that is none
  std::uint32_t frames = 0;
  std::uint64_t number = 0;  ///< from 1, among the sender's
  std::uint64_t offset = 0;  ///< of its first frame in the sender's octets
  std::uint64_t wire = 0;    ///< octets of payload on the wire
  std::uint64_t size = 0;    ///< inflated
  Origin first{}, last{};
  double confidence = 1;
  ws::Bytes payload{};  ///< inflated, as far as it is kept
};

/// What TCP did, for who wants the whole story.
enum class TcpEventKind : std::uint8_t {
  syn,
  syn_ack,
  established,
  fin,
  reset,
  retransmission,
  zero_window,
  window_update,
  keep_alive,
  hole,
};
struct TcpEvent {
  const Transport* transport = nullptr;
  TcpEventKind kind = TcpEventKind::syn;
  Side from = Side::first;
  Origin origin{};
  std::uint64_t size = 0;  ///< octets sent again or missing; the window, where it opens
};

/// How much of what is seen somebody wants to look at.
struct Wanted {
  bool frames = true;                 ///< on_frame and on_message are to be called
  std::uint64_t frame_payload = 0;    ///< octets kept of each frame
  std::uint64_t message_payload = 0;  ///< octets kept of each message
  bool tcp_events = false;
  bool whole_connections = false;  ///< what is not selected, too, of a connection that is: to judge it
};

/// Is told what the capture holds, in its order. What is passed lives during the call only, but a connection
/// and its transport live until the connection has ended.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual Wanted wanted() const { return {}; }
  /// The time of the capture's first packet; not called where there is none.
  virtual void on_begin(Time) {}
  /// Found: by its handshake's answer, or by its frames.
  virtual void on_connection(const Connection&) {}
  virtual void on_frame(const FrameSeen&) {}
  virtual void on_message(const MessageSeen&) {}
  virtual void on_anomaly(const Anomaly&) {}
  virtual void on_tcp(const TcpEvent&) {}
  /// Nothing of it follows.
  virtual void on_connection_end(const Connection&) {}
  /// The capture has been read.
  virtual void finish() {}
};

}  // namespace wsrig::pcap
