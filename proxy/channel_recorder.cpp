#include "proxy/channel_recorder.hpp"

#include <chrono>

#include "net/ip_range.hpp"
#include "net/socket.hpp"

namespace wsrig::proxy {
namespace {

using capture::TcpSynthesis;

capture::Timestamp wall_clock() { return std::chrono::system_clock::now().time_since_epoch(); }

class ChannelRecorder final : public net::ChannelTap {
 public:
  ChannelRecorder(TcpSynthesis connection, OwnEnd own_end)
      : connection_(std::move(connection)), own_end_(own_end) {
    connection_.open(wall_clock());
  }
  ChannelRecorder(const ChannelRecorder&) = delete;
  ChannelRecorder& operator=(const ChannelRecorder&) = delete;
  /// The socket is closed with the channel.
  ~ChannelRecorder() override { on_end(Way::written, End::fin); }

  void on_octets(Way way, ws::Bytes octets) override { connection_.send(sender(way), octets, wall_clock()); }
  void on_end(Way way, End end) override {
    bool& is_ended = way == Way::read ? read_ended_ : written_ended_;
    if (std::exchange(is_ended, true) || is_reset_) return;
    is_reset_ = end == End::reset;
    is_reset_ ? connection_.reset(sender(way), wall_clock()) : connection_.finish(sender(way), wall_clock());
  }

 private:
  TcpSynthesis::Sender sender(Way way) const {
    const bool is_client = (own_end_ == OwnEnd::client) == (way == Way::written);
    return is_client ? TcpSynthesis::Sender::client : TcpSynthesis::Sender::server;
  }

  TcpSynthesis connection_;
  OwnEnd own_end_;
  bool read_ended_ = false;
  bool written_ended_ = false;
  bool is_reset_ = false;
};

/// A UNIX socket has no address of this kind; it is shown as port 0 of 0.0.0.0.
capture::IpEndpoint endpoint_of(const net::SocketAddress& address) {
  const auto ip = net::IpAddress::of(address);
  return ip ? capture::IpEndpoint{{ip->octets()}, address.port()} : capture::IpEndpoint{};
}

}  // namespace

void record(net::Channel& channel, OwnEnd own_end, capture::Recording& recording) {
  const int descriptor = channel.stream().descriptor();
  const capture::IpEndpoint own = endpoint_of(net::local_address(descriptor));
  const capture::IpEndpoint peer = endpoint_of(net::peer_address(descriptor));
  const bool is_client = own_end == OwnEnd::client;
  channel.set_tap(std::make_unique<ChannelRecorder>(
      recording.connection(is_client ? own : peer, is_client ? peer : own), own_end));
}

}  // namespace wsrig::proxy
