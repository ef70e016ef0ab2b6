#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "net/channel_tap.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"
#include "ws/bytes.hpp"

namespace wsrig::net {

class Channel;
class SplicePipe;

/// What happens on a channel. Each call comes from the loop, never from inside a call to the channel, and may
/// destroy the channel (and with it the handler).
class ChannelHandler {
 public:
  virtual ~ChannelHandler() = default;
  /// Bytes have come; they lie in the loop's read buffer and may be changed in place. Called again while more
  /// is there, but for pause().
  virtual void on_data(ws::MutableBytes data) = 0;
  /// Octets have gone straight to another channel: see Channel::splice_to().
  virtual void on_spliced(std::size_t) {}
  /// The peer's FIN (over TLS: close_notify; a FIN without it is on_error(truncated)). All data came before.
  virtual void on_eof() = 0;
  /// Reset, time-out of the kernel, TLS failure. The channel is dead. After a failed write, what the peer had
  /// sent before is delivered first (unless paused).
  virtual void on_error(error_code error) = 0;
  /// All that was kept has been written.
  virtual void on_drained() {}
  /// A write failed while the channel is paused. True: what the peer had sent before is wanted all the same,
  /// and waits for resume(); on_error comes behind it.
  virtual bool wants_rest() const { return false; }
};

/// A connected stream (TCP or TLS) on a loop: reads when there is something, writes at once and keeps only
/// what the kernel did not take. An idle channel holds no buffer.
class Channel : private Watcher {
 public:
  Channel(Loop& loop, Stream stream);
  ~Channel() override;  ///< closes the socket: what is kept is lost

  /// Begins to deliver events. Bytes that are there already come in the next turn. Called again, it hands the
  /// channel over to another handler.
  void start(ChannelHandler& handler);
  /// The socket is in the loop's set already, for `before`, and `events` have come: the channel takes its
  /// place there, at no cost.
  void take_over(Watcher& before, std::uint32_t events);

  /// Writes, or keeps what does not go out at once. After an error or shutdown() it does nothing.
  void send(ws::Bytes data);
  /// Octets kept.
  std::size_t pending() const { return kept_ ? kept_->size() - kept_offset_ : 0; }
  /// Back-pressure: no on_data until resume().
  void pause();
  void resume();
  bool is_paused() const { return paused_; }
  /// Reads at most so many octets at a time, so that no more need be kept for a peer that takes nothing;
  /// without it, what the loop's read buffer holds.
  void limit_reads(std::uint32_t octets) { octets_at_once_ = octets; }

  /// Has everything that passes seen by `tap` too.
  void set_tap(std::unique_ptr<ChannelTap> tap) { tap_ = std::move(tap); }

  /// Hands the next `octets` over to another channel of the loop in the kernel, past the handler, as long as
  /// they come in large pieces and the other one takes them at once; the rest comes by on_data(), and all
  /// does where TLS or a tap must see it. `sink` must live until then.
  void splice_to(Channel& sink, std::uint64_t octets);
  bool is_splicing() const { return splice_left_ > 0; }

  /// The peer's FIN was delivered: to whom the channel is handed over then, it is not told again.
  bool has_ended() const { return read_ended_; }

  /// FIN (over TLS: close_notify, then FIN) behind what is kept; reading goes on.
  void shutdown();
  /// RST now (SO_LINGER 0); what is kept is lost. No further events.
  void reset();

  Loop& loop() { return loop_; }
  Stream& stream() { return stream_; }
  bool is_tls() const { return stream_.is_tls(); }
  std::string peer_address() const;  ///< "127.0.0.1:40000", "[::1]:40000"
  Clock::time_point last_read() const { return last_read_; }
  /// When the peer last took something that had been kept for it.
  Clock::time_point last_write() const { return last_write_; }

 private:
  void on_ready(std::uint32_t events) override;
  void note(std::uint32_t events);
  void read_ready();
  bool deliver(const IoResult& result, std::size_t asked);
  bool may_splice() const;
  IoResult splice();
  void deliver_spliced(std::size_t size);
  void take_spliced(SplicePipe& pipe, std::size_t size);
  void write_kept();
  std::size_t write_now(ws::Bytes data);
  void fail_write(error_code error);
  void finish_shutdown();
  void die(error_code error);
  void wake();
  void tell_tap(ChannelTap::Way way, ChannelTap::End end) const;

  Loop& loop_;
  Stream stream_;
  ChannelHandler* handler_ = nullptr;
  std::unique_ptr<ChannelTap> tap_;
  std::unique_ptr<ws::ByteBuffer> kept_;  ///< only while the kernel does not take more
  std::size_t kept_offset_ = 0;
  Channel* splice_sink_ = nullptr;
  std::uint64_t splice_left_ = 0;
  error_code write_error_{};
  Clock::time_point last_read_{};
  Clock::time_point last_write_{};
  std::uint32_t octets_at_once_ = UINT32_MAX;
  bool watched_ = false;
  bool paused_ = false;
  bool woken_ = false;
  bool readable_ = false;     ///< no read has found the socket empty since the last event
  bool peer_closed_ = false;  ///< RDHUP, HUP or ERR was seen: a short read proves nothing (DESIGN §8)
  bool read_ended_ = false;   ///< on_eof was delivered
  bool shutdown_wanted_ = false;
  bool shutdown_done_ = false;
  bool dead_ = false;
};

}  // namespace wsrig::net
