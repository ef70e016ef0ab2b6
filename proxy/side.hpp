#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "net/channel.hpp"
#include "proxy/counters.hpp"
#include "proxy/stage.hpp"

namespace wsrig::proxy {

class Side;

/// What happens on the sides of a tunnel; each call may destroy them.
class SideEvents {
 public:
  virtual ~SideEvents() = default;
  virtual void on_data(Side& side, ws::MutableBytes data) = 0;
  /// Octets have gone straight to the other side (Channel::splice_to).
  virtual void on_spliced(Side&, std::size_t) {}
  virtual void on_eof(Side& side) = 0;
  virtual void on_error(Side& side, net::error_code error) = 0;
  /// All that the channel kept has gone.
  virtual void on_drained(Side& side) = 0;
};

/// One side of a tunnel: its channel, and the stages in front of it.
class Side final : private net::ChannelHandler, private ByteSink {
 public:
  /// `reads`: which way the octets go that are read here.
  Side(std::unique_ptr<net::Channel> channel, Direction reads, SideEvents& events)
      : channel_(std::move(channel)), events_(events), reads_(reads) {}

  /// Puts a stage in front of those that are there.
  void plug(std::unique_ptr<ByteStage> stage) { stages_.push_back(std::move(stage)); }
  void start() { channel_->start(*this); }
  /// Where to write to this side.
  ByteSink& outlet() { return stages_.empty() ? static_cast<ByteSink&>(*this) : *stages_.back(); }
  /// Octets that this side has not taken yet, in the stages and in the channel.
  std::size_t held() const { return stages_.empty() ? channel_->pending() : stages_.back()->pending(); }
  /// Back-pressure: stops reading, or goes on.
  void hold(bool stop) { stop ? channel_->pause() : channel_->resume(); }

  Direction reads() const { return reads_; }
  net::Channel& channel() { return *channel_; }
  const net::Channel& channel() const { return *channel_; }
  /// For the next part of the connection; this side is of no use any more.
  std::unique_ptr<net::Channel> take_channel() { return std::move(channel_); }
  /// A stage has reset it.
  bool was_reset() const { return was_reset_; }

 private:
  void on_data(ws::MutableBytes data) override { events_.on_data(*this, data); }
  void on_spliced(std::size_t size) override { events_.on_spliced(*this, size); }
  void on_eof() override { events_.on_eof(*this); }
  void on_error(net::error_code error) override { events_.on_error(*this, error); }
  void on_drained() override { events_.on_drained(*this); }
  bool wants_rest() const override { return true; }

  // The end of the chain.
  void write(ws::Bytes data) override { channel_->send(data); }
  void end() override { channel_->shutdown(); }
  void reset() override;
  std::size_t pending() const override { return channel_->pending(); }

  std::unique_ptr<net::Channel> channel_;
  SideEvents& events_;
  std::vector<std::unique_ptr<ByteStage>> stages_;  ///< the last one is the outermost
  Direction reads_;
  bool was_reset_ = false;
};

}  // namespace wsrig::proxy
