#include "echo/raw_connection.hpp"

#include <algorithm>

#include "echo/back_pressure.hpp"

namespace wsrig::echo {

void RawConnection::on_data(ws::MutableBytes data) {
  if (config_.mode == Mode::sink) return;
  channel_->send(data);
  hold_back(*channel_);
}

void RawConnection::on_drained() {
  if (ending_) return registry_.remove(*this);
  channel_->resume();
}

void RawConnection::stop() {
  if (channel_->pending() == 0) return registry_.remove(*this);
  ending_ = true;
  since_ = channel_->loop().now();
}

void RawConnection::sweep(net::Clock::time_point now) {
  const auto last = std::max(channel_->last_read(), channel_->last_write());
  const bool idle = config_.timeouts.idle.count() > 0 && now - last >= config_.timeouts.idle;
  if (idle || (ending_ && now - since_ >= config_.timeouts.close)) registry_.remove(*this);
}

void FarewellConnection::begin() {
  Connection::begin();
  channel_->send(ws::as_bytes(last_words_));
  channel_->shutdown();
}

void FarewellConnection::on_eof() {
  peer_ended_ = true;
  on_drained();
}

void FarewellConnection::on_drained() {
  if (peer_ended_ && channel_->pending() == 0) registry_.remove(*this);
}

void FarewellConnection::sweep(net::Clock::time_point now) {
  if (now - since_ >= timeout_) registry_.remove(*this);
}

}  // namespace wsrig::echo
