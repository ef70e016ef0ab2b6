#include "echo/websocket_connection.hpp"

#include <algorithm>
#include <utility>

#include "echo/back_pressure.hpp"
#include "ws/close_code.hpp"

namespace wsrig::echo {

namespace {

// A few octets can inflate to a thousand times as many: with compression less is read before looking at what
// the replies have come to.
constexpr std::uint32_t compressed_octets_at_once = 16 * 1024;
// The write buffer is one for all connections; what a large message made of it is not kept.
constexpr std::size_t write_buffer_limit = std::size_t{1024} * 1024;

}  // namespace

WebSocketConnection::WebSocketConnection(Registry& registry, std::unique_ptr<net::Channel> channel,
                                         const Config& config, const Behaviour& behaviour,
                                         const std::optional<ws::DeflateParams>& deflate, ws::Bytes first)
    : Connection(registry, std::move(channel)),
      config_(config),
      behaviour_(behaviour),
      endpoint_(behaviour.endpoint, deflate),
      out_(channel_->loop().write_buffer()),
      octets_at_once_(deflate ? compressed_octets_at_once : UINT32_MAX) {
  if (!first.empty()) held_ = std::make_unique<ws::ByteBuffer>(first.begin(), first.end());
}

void WebSocketConnection::begin() {
  Connection::begin();
  behaviour_.application->on_open(*this);
  read_held();
  settle();
}

// ---- what the channel tells ----

void WebSocketConnection::on_data(ws::MutableBytes data) {
  read(data);
  settle();
}

void WebSocketConnection::on_eof() {
  peer_ended_ = true;
  end();
  settle();
}

void WebSocketConnection::on_drained() {
  channel_->resume();
  read_held();
  if (channel_->pending() == 0) behaviour_.application->on_drained(*this);
  settle();
}

void WebSocketConnection::read(ws::MutableBytes data) {
  while (!data.empty() && !channel_->is_paused() && !dropped_) {
    const ws::MutableBytes part = data.first(std::min<std::size_t>(data.size(), octets_at_once_));
    data = data.subspan(part.size());
    gathering_ = true;
    endpoint_.receive(part, *this, out_);
    gathering_ = false;
    flush();
  }
  if (!data.empty()) held_ = std::make_unique<ws::ByteBuffer>(data.begin(), data.end());
}

void WebSocketConnection::read_held() {
  if (const auto held = std::move(held_)) read(*held);
}

void WebSocketConnection::flush() {
  if (!dropped_) channel_->send(out_);
  out_.clear();
  if (out_.capacity() > write_buffer_limit) ws::ByteBuffer().swap(out_);
  hold_back(*channel_);
}

void WebSocketConnection::flush_unless_gathering() {
  if (!gathering_) flush();
}

// What follows from what has happened. The last thing an event does, for the connection may be gone behind
// it.
void WebSocketConnection::settle() {
  if (endpoint_.finished() && !std::exchange(finished_, true)) {
    enter(Phase::ending);
    behaviour_.application->on_finished(*this);
  }
  if (dropped_ || (peer_ended_ && channel_->pending() == 0)) registry_.remove(*this);
}

// ---- deadlines ----

void WebSocketConnection::enter(Phase phase) {
  phase_ = phase;
  since_ = loop().now();
}

void WebSocketConnection::sweep(net::Clock::time_point now) {
  if (phase_ != Phase::ending) return sweep_open(now);
  if (now - since_ >= config_.timeouts.close) registry_.remove(*this);
}

void WebSocketConnection::sweep_open(net::Clock::time_point now) {
  const Timeouts& timeouts = config_.timeouts;
  const auto alive = std::max(channel_->last_read(), channel_->last_write());
  if (phase_ == Phase::pinged && alive > since_) phase_ = Phase::open;
  if (timeouts.idle.count() > 0 && now - alive >= timeouts.idle) {
    close(ws::close_code::going_away, "idle for too long");
  } else if (phase_ == Phase::pinged) {
    if (now - since_ >= timeouts.pong) close(ws::close_code::internal_error, "no answer to a Ping");
  } else if (timeouts.ping.count() > 0 && now - alive >= timeouts.ping) {
    endpoint_.ping({}, out_);
    flush();
    enter(Phase::pinged);
  }
}

void WebSocketConnection::stop() {
  if (phase_ != Phase::ending) close(ws::close_code::going_away, "the server stops");
}

// ---- what the endpoint tells ----

void WebSocketConnection::on_message(const ws::Message& message) {
  if (!dropped_) behaviour_.application->on_message(*this, message);
}

void WebSocketConnection::on_close(const ws::CloseReason& close) {
  enter(Phase::ending);
  behaviour_.application->on_close(*this, close);
}

// ---- what the application asks for ----

bool WebSocketConnection::send(ws::Opcode opcode, ws::Bytes payload) {
  const bool sent = endpoint_.send(opcode, payload, out_);
  flush_unless_gathering();
  return sent;
}

void WebSocketConnection::close(std::optional<std::uint16_t> code, std::string_view reason) {
  endpoint_.close(code, reason, out_);
  flush_unless_gathering();
  enter(Phase::ending);
}

void WebSocketConnection::send_raw(ws::Bytes octets) {
  ws::append(out_, octets);
  flush_unless_gathering();
}

void WebSocketConnection::end() {
  flush();
  channel_->shutdown();
  enter(Phase::ending);
}

void WebSocketConnection::drop() {
  flush();
  dropped_ = true;
  enter(Phase::ending);
}

}  // namespace wsrig::echo
