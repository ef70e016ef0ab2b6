#pragma once

#include <memory>

#include "proxy/connection.hpp"
#include "proxy/web_folder.hpp"

namespace wsrig::proxy {

/// A client that gets an answer of the proxy's own folder: the head, then the file, a piece at a time and as
/// fast as the client takes it.
class WebAnswer final : public Connection, private net::ChannelHandler {
 public:
  WebAnswer(Services& services, std::shared_ptr<const Setup> setup, std::unique_ptr<net::Channel> channel,
            WebReply reply);

  void begin() override;
  void sweep(net::Clock::time_point now) override;
  void drain() override {}  // an answer that is on its way may end in its own time
  std::size_t buffered() const override { return channel_->pending(); }

 private:
  void on_data(ws::MutableBytes) override {}  // what follows the request of a connection that closes
  void on_eof() override {}                   // a client may end its half and wait for the answer
  void on_error(net::error_code) override { remove(); }
  void on_drained() override { send_pieces(); }

  void send_pieces();
  bool send_piece();

  std::unique_ptr<net::Channel> channel_;
  WebReply reply_;
  std::uint64_t sent_ = 0;  ///< octets of the file
  net::Timer next_turn_;
  net::Clock::time_point progress_;  ///< the last piece, or the beginning
};

}  // namespace wsrig::proxy
