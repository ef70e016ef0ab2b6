#include "proxy/farewell.hpp"

#include <algorithm>

namespace wsrig::proxy {

void Farewell::begin() {
  channel_->start(*this);
  channel_->resume();
  channel_->send(ws::as_bytes(last_words_));
  channel_->shutdown();
  client_ended_ = channel_->has_ended();
  finish_when_told();
}

void Farewell::on_eof() {
  client_ended_ = true;
  finish_when_told();
}

void Farewell::finish_when_told() {
  if (client_ended_ && channel_->pending() == 0) remove();
}

void Farewell::sweep(net::Clock::time_point now) {
  const auto progress = std::max(since_, channel_->last_write());
  if (now - progress >= config().timeouts.close) remove();
}

}  // namespace wsrig::proxy
