#include "proxy/web_answer.hpp"

#include <algorithm>
#include <unistd.h>

#include "proxy/farewell.hpp"

namespace wsrig::proxy {

namespace {

// What one answer may send before the other connections have their turn.
constexpr std::size_t octets_per_turn = std::size_t{1024} * 1024;

}  // namespace

WebAnswer::WebAnswer(Services& services, std::shared_ptr<const Setup> setup,
                     std::unique_ptr<net::Channel> channel, WebReply reply)
    : Connection(services, std::move(setup)),
      channel_(std::move(channel)),
      reply_(std::move(reply)),
      next_turn_(services.loop),
      progress_(services.loop.now()) {}

void WebAnswer::begin() {
  channel_->start(*this);
  channel_->send(ws::as_bytes(reply_.head.print()));
  send_pieces();
}

void WebAnswer::send_pieces() {
  const std::uint64_t size = reply_.file ? reply_.file->size : 0;
  const std::uint64_t turn_end = sent_ + octets_per_turn;
  while (channel_->pending() == 0 && sent_ < size) {
    if (sent_ >= turn_end) return next_turn_.start({}, [this] { send_pieces(); });
    if (!send_piece()) return remove();  // cut short, as the client can see by Content-Length
  }
  if (sent_ < size) return;
  services_.registry.replace(
      *this, std::make_unique<Farewell>(services_, setup_, std::move(channel_), std::string()));
}

// False when the file has become shorter, or cannot be read.
bool WebAnswer::send_piece() {
  const auto left = static_cast<std::size_t>(reply_.file->size - sent_);
  const ws::MutableBytes buffer =
      services_.loop.read_buffer().first(std::min<std::size_t>(left, octets_at_once));
  const ssize_t size =
      ::pread(reply_.file->file.get(), buffer.data(), buffer.size(), static_cast<off_t>(sent_));
  if (size <= 0) return false;
  sent_ += static_cast<std::uint64_t>(size);
  progress_ = services_.loop.now();
  channel_->send(buffer.first(static_cast<std::size_t>(size)));
  return true;
}

void WebAnswer::sweep(net::Clock::time_point now) {
  const microseconds idle = config().timeouts.idle;
  if (idle.count() > 0 && now - std::max(progress_, channel_->last_write()) >= idle) remove();
}

}  // namespace wsrig::proxy
