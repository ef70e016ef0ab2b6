#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "net/loop.hpp"
#include "net/stream.hpp"
#include "ws/bytes.hpp"

namespace wsrig::net {

class Channel;

/// What happens on a channel. Each call may destroy the channel (and with it the handler).
class ChannelHandler {
 public:
  virtual ~ChannelHandler() = default;
  /// Bytes have come; they lie in the loop's read buffer and may be changed in place. Called again while more
  /// is there, but for pause().
  virtual void on_data(ws::MutableBytes data) = 0;
  /// The peer's FIN (over TLS: close_notify; a FIN without it is on_error(truncated)). All data came before.
  virtual void on_eof() = 0;
  /// Reset, time-out of the kernel, TLS failure. The channel is dead.
  virtual void on_error(error_code error) = 0;
  /// All that was kept has been written.
  virtual void on_drained() {}
};

/// A connected stream (TCP or TLS) on a loop: reads when there is something, writes at once and keeps only what
/// the kernel did not take. An idle channel holds no buffer.
class Channel : private Watcher {
 public:
  Channel(Loop& loop, Stream stream);
  ~Channel() override;  ///< closes the socket: what is kept is lost

  /// Begins to deliver events. Bytes that are there already come in the next turn.
  void start(ChannelHandler& handler);

  /// Writes, or keeps what does not go out at once. After an error it does nothing.
  void send(ws::Bytes data);
  /// Octets kept.
  std::size_t pending() const;
  /// Back-pressure: no on_data until resume().
  void pause();
  void resume();
  bool is_paused() const;

  /// FIN (over TLS: close_notify, then FIN) behind what is kept; reading goes on.
  void shutdown();
  /// RST now (SO_LINGER 0); what is kept is lost. No further events.
  void reset();

  Loop& loop() { return loop_; }
  Stream& stream() { return stream_; }
  bool is_tls() const { return stream_.is_tls(); }
  std::string peer_address() const;  ///< "127.0.0.1:40000", "[::1]:40000"
  Clock::time_point last_read() const { return last_read_; }

 private:
  void on_ready(std::uint32_t events) override;
  void read_all(std::uint32_t events);
  void write_pending();

  Loop& loop_;
  Stream stream_;
  ChannelHandler* handler_ = nullptr;
  std::unique_ptr<ws::ByteBuffer> kept_;
  std::size_t kept_offset_ = 0;
  Clock::time_point last_read_{};
  bool* destroyed_ = nullptr;   ///< set while an event is delivered, to notice destruction
  bool paused_ = false;
  bool readable_ = false;
  bool writable_ = true;
  bool peer_closed_ = false;
  bool shutdown_wanted_ = false;
  bool shutdown_done_ = false;
  bool dead_ = false;
};

}  // namespace wsrig::net
