#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "loadgen/meter.hpp"
#include "loadgen/target.hpp"
#include "net/channel.hpp"
#include "net/dial.hpp"
#include "net/loop.hpp"
#include "ws/endpoint.hpp"
#include "ws/handshake.hpp"

namespace wsrig::loadgen {

/// How a link ended.
struct LinkEnd {
  enum class How : std::uint8_t {
    closed,   ///< by us, as it should be
    by_peer,  ///< the peer's Close or FIN, unasked for
    failed,   ///< never opened, reset, timed out, or the peer broke the protocol
  } how = How::closed;
  bool was_open = false;  ///< the opening handshake had succeeded
  /// It never opened for want of something of ours: a descriptor, a port.
  bool lacks_resource = false;
  std::optional<std::uint16_t> close_code{};  ///< of the peer's Close; 1005 when that had none
  net::error_code error{};                    ///< of the system, where it never opened
  std::string kind{};  ///< of the error, without what differs: "connect: Connection refused"
};

/// What happens on a link, in the loop's thread. What is appended to its output during on_message leaves in
/// one write behind the read; other links must not be written to until on_read, for they share the buffer.
class LinkEvents {
 public:
  virtual ~LinkEvents() = default;
  virtual void on_open() = 0;
  virtual void on_message(const ws::Message& message) = 0;
  virtual void on_pong(ws::Bytes payload) = 0;
  /// All messages of one read were delivered, and what was appended meanwhile was written.
  virtual void on_read() = 0;
  /// What was kept for a slow peer has been written.
  virtual void on_writable() = 0;
  /// The last call; the link may be destroyed in it.
  virtual void on_end(const LinkEnd& end) = 0;
};

/// What the links of a run share; outlives them.
struct LinkShared {
  net::Loop& loop;
  const Target& target;
  const net::TlsContext* tls;  ///< for wss
  const std::string host;      ///< of the Host header
  ws::MaskKeySource& keys;
  Meter& meter;
  ws::EndpointConfig endpoint{};
  net::Clock::time_point
      read_time{};  ///< when the read at hand was done: the clock is read once for all its messages

  LinkShared(net::Loop& the_loop, const Target& the_target, const net::TlsContext* the_tls,
             ws::MaskKeySource& the_keys, Meter& the_meter);
  /// How a connection from this address of ours is made.
  net::DialOptions dial_options(const std::optional<net::SocketAddress>& source) const;
};

/// One WebSocket connection of the load: dials, shakes hands, reads messages and writes octets; counts and
/// times all that into the meter. An idle one holds no buffer and no timer.
class Link : private net::ChannelHandler, private ws::EndpointEvents {
 public:
  Link(LinkShared& shared, LinkEvents& events);
  ~Link() override;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// What a connection asks for in its own way; the rest comes from the target.
  struct Request {
    std::string target{};  ///< path and query
    std::vector<std::pair<std::string, std::string>> headers{};
    std::optional<net::SocketAddress> source{};
  };
  void open(Request request, std::uint64_t nonce_seed);

  bool is_open() const { return phase_ == Phase::open; }
  /// Where frames are appended that flush() writes; shared by all links of the loop.
  ws::ByteBuffer& out() { return shared_.loop.write_buffer(); }
  /// Writes what was appended; during a read that happens by itself.
  void flush();
  /// The same in pieces of at most so many octets, a system call each.
  void flush_cut(std::size_t octets);
  /// Octets that the peer has not taken yet.
  std::size_t pending() const { return channel_ ? channel_->pending() : 0; }
  /// Empty without permessage-deflate.
  const std::optional<ws::DeflateParams>& deflate() const { return deflate_; }

  /// The closing handshake (RFC 6455 §7.1.2); on_end comes when it is over, or did not end in time.
  void close(std::uint16_t code);
  /// RST; on_end comes in a later turn.
  void reset();
  /// The same, as a failure of this kind.
  void fail(const std::string& kind);

 private:
  enum class Phase : std::uint8_t { idle, dialling, handshake, open, closing, ending, ended };
  /// What is needed until the link is open.
  struct Opening;

  void on_dialled(boost::system::result<std::unique_ptr<net::Channel>, net::DialError> result);
  void send_request();
  std::size_t read_response(ws::Bytes data);
  void on_response(const ws::HttpHead& head);
  void read_frames(ws::MutableBytes data);
  void settle();
  void arm(milliseconds time, const char* kind);
  void end(LinkEnd::How how, std::string kind);
  void end_later(LinkEnd::How how, std::string kind);

  void on_data(ws::MutableBytes data) override;
  void on_eof() override;
  void on_error(net::error_code error) override;
  void on_drained() override;

  void on_message(const ws::Message& message) override;
  void on_ping(ws::Bytes payload) override;
  void on_pong(ws::Bytes payload) override;
  void on_close(const ws::CloseReason& close) override;
  void on_violation(const ws::Violation& violation) override;

  LinkShared& shared_;
  LinkEvents& events_;
  std::unique_ptr<Opening> opening_;
  std::unique_ptr<net::Channel> channel_;
  std::optional<ws::Endpoint> endpoint_;
  std::optional<ws::DeflateParams> deflate_;
  std::unique_ptr<net::Timer> deadline_;
  std::optional<ws::Rule> violated_;  ///< by the peer
  Phase phase_ = Phase::idle;
  bool reading_ = false;  ///< what is appended leaves behind the read
  bool was_open_ = false;
  std::optional<std::uint16_t> close_seen_;  ///< code of the peer's Close, once that has come
  bool closed_by_us_ = false;                ///< our Close went first
};

}  // namespace wsrig::loadgen
