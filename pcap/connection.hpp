#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/address.hpp"
#include "pcap/anomaly.hpp"
#include "pcap/layer.hpp"
#include "ws/close_code.hpp"
#include "ws/deflate.hpp"
#include "ws/http_head.hpp"

namespace wsrig::pcap {

/// What a connection turned out to be.
enum class ConnectionKind : std::uint8_t {
  websocket,  ///< frames were found, or a handshake that was accepted
  refused,    ///< asked for a WebSocket, and was answered otherwise, or not at all as far as was captured
  encrypted,  ///< TLS, and the capture has no keys for it
};

/// Was `a` captured before `b`, or `b` not at all?
constexpr bool earlier(const std::optional<Origin>& a, const std::optional<Origin>& b) {
  return a && (!b || a->packet < b->packet);
}

/// A Close frame as it was captured.
struct CloseSeen {
  std::optional<std::uint16_t> code{};
  std::string reason{};
  Origin origin{};
};

/// A TLS alert.
struct AlertSeen {
  bool fatal = false;
  std::uint8_t description = 0;  ///< RFC 8446 §6; 0 is close_notify
  Origin origin{};
};

/// Round trips from Ping to Pong, in one direction.
struct PingTimes {
  std::uint64_t sent = 0;      ///< Pings
  std::uint64_t answered = 0;  ///< that a Pong with the same payload answered
  std::chrono::nanoseconds least{}, greatest{}, sum{};
  std::optional<Origin> unanswered{};        ///< the last Ping, until its Pong comes
  std::optional<Origin> last{};              ///< the last Ping
  std::chrono::nanoseconds last_interval{};  ///< between the last two Pings
};

/// What one role sent.
struct Sent {
  std::array<std::uint64_t, 16> frames{};  ///< by opcode
  std::uint64_t messages = 0;              ///< of which the capture has the beginning at least
  std::uint64_t compressed_messages = 0;
  std::uint64_t not_inflated = 0;         ///< of the compressed ones, those that could not be
  std::uint64_t wire = 0;                 ///< octets of frames, headers too, that were captured
  std::uint64_t payload = 0;              ///< octets of payload of data frames, as on the wire
  std::uint64_t compressed = 0;           ///< of these, in compressed messages that could be inflated
  std::uint64_t inflated = 0;             ///< what those became
  std::uint64_t missing = 0;              ///< octets that the capture lacks
  std::uint64_t unread = 0;               ///< captured octets of which it is not known what they are
  bool end_lost = false;                  ///< frames may have come behind the last one that was found
  std::optional<Origin> first{}, last{};  ///< frames
  std::optional<CloseSeen> close{};       ///< the first Close
  PingTimes pings{};
  std::uint64_t frame_count() const;
};

/// What the transport below says of one direction.
struct TransportSide {
  std::string address{};  ///< "192.0.2.1:443", "[::1]:80"
  std::optional<Origin> syn{}, fin{}, reset{};
  std::optional<AlertSeen> alert{};
  std::optional<Origin> last_data{};    ///< new octets
  std::optional<Origin> last_packet{};  ///< of any kind
  std::optional<Origin> zero_window{};  ///< since when it takes nothing; empty while it does
  std::uint64_t zero_windows = 0;       ///< how often it closed its window
  std::uint64_t retransmissions = 0;    ///< packets it sent again
  std::uint64_t retransmitted_at_end =
      0;                      ///< of these, since the other side was last heard, before its own end
  std::uint64_t missing = 0;  ///< octets
  bool captured = false;      ///< a packet of it is in the capture
  bool ended = false;         ///< its stream was seen to end
};

/// A TCP connection: what all WebSockets on it share.
struct Transport {
  std::array<capture::IpEndpoint, 2> ends{};      ///< by Side
  std::array<TransportSide, 2> sides{};           ///< by Side
  std::uint64_t flow = 0;                         ///< from 1, in the order of the capture
  Origin first{}, last{};                         ///< packets
  std::optional<Origin> established{};            ///< the ACK that ends the three-way handshake
  std::optional<Origin> tls_start{}, tls_done{};  ///< ClientHello, and the last Finished
  std::string tls{};                              ///< "TLSv1.3 TLS_AES_128_GCM_SHA256"; empty without TLS
  std::string sni{}, alpn{};
  std::vector<std::array<std::uint8_t, 32>> tls_sessions{};  ///< the ClientHellos' random octets
  std::vector<std::string> via{};  ///< what the stream went through: "connect host:443", "socks5 host:80"
  bool over = false;               ///< both directions have ended, or the capture

  TransportSide& side(Side which) { return sides[index(which)]; }
  const TransportSide& side(Side which) const { return sides[index(which)]; }
};

/// A WebSocket connection, or what could have been one.
struct Connection {
  std::uint64_t id = 0;  ///< from 1, in the order in which they were found
  ConnectionKind kind = ConnectionKind::websocket;
  const Transport* transport = nullptr;  ///< never null
  Side client = Side::first;             ///< which side of the transport
  std::uint32_t http2_stream = 0;        ///< RFC 8441; 0: HTTP/1.1
  bool mid_stream = false;               ///< found by its frames, without a handshake
  double confidence = 1;                 ///< that this is a WebSocket at all: 1 with a handshake

  std::optional<ws::HttpHead> request{}, response{};  ///< of HTTP/2, as HTTP/1.1 would write them
  std::optional<Origin> requested{}, answered{};
  bool request_cut = false, response_cut = false;  ///< the capture has only the beginning of the head
  std::string subprotocol{};
  std::optional<ws::DeflateParams> deflate{};

  std::array<Sent, 2> sent{};                                     ///< by ws::Role
  std::map<std::string, std::uint64_t, std::less<>> anomalies{};  ///< how many of each id
  std::array<std::optional<Origin>, 2> stream_end{};              ///< by ws::Role: END_STREAM or RST_STREAM

  Sent& of(ws::Role role) { return sent[static_cast<std::size_t>(role)]; }
  const Sent& of(ws::Role role) const { return sent[static_cast<std::size_t>(role)]; }
  Side side_of(ws::Role role) const { return role == ws::Role::client ? client : other(client); }
  const TransportSide& transport_of(ws::Role role) const { return transport->side(side_of(role)); }
  /// How this role ended the stream, and with it the connection: END_STREAM or RST_STREAM of HTTP/2, else FIN
  /// or RST, whichever came first.
  std::optional<Origin> end_of(ws::Role role) const;
  /// Who did so first.
  std::optional<ws::Role> first_to_end() const;
  /// Empty when the request is not in the capture.
  std::string_view path() const { return request ? request->target() : std::string_view(); }
  std::string_view host() const;
  /// Nothing that this role sent since the connection was found is missing at the end: of what was not
  /// captured nothing may be said, neither that it came nor that it did not.
  bool is_end_known(ws::Role role) const { return transport_of(role).captured && !of(role).end_lost; }
  int status() const { return response ? response->status() : 0; }
  /// The first and last packet known to belong to it.
  Origin begin() const;
  Origin last() const;
};

}  // namespace wsrig::pcap
