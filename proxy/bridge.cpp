#include "proxy/bridge.hpp"

#include <algorithm>

#include "proxy/frames.hpp"
#include "ws/base64.hpp"
#include "ws/close_code.hpp"

namespace wsrig::proxy {

namespace {

// Payloads from here on are not gathered with their neighbours: copying costs more than a write.
constexpr std::size_t large_payload = std::size_t{16} * 1024;
// So that a frame of it is at most as long as what is held for a blocked peer.
constexpr std::uint32_t octets_for_base64 = 48 * 1024;

}  // namespace

Bridge::Bridge(Services& services, TunnelStart start)
    : Relay(services, std::move(start)), reader_(ws::Role::server, config().limits.frames, std::nullopt) {
  FrameEvents& self = *this;
  if (config().trace) {
    trace_ = std::make_unique<FrameTrace>(self, Log(config().log), id(), Direction::to_upstream);
  }
}

void Bridge::use_base64() {
  decoder_ = std::make_unique<net::Base64Decoder>();
  source(Direction::to_downstream).channel().limit_reads(octets_for_base64);
}

void Bridge::arrived(Direction direction, ws::MutableBytes data) {
  if (direction == Direction::to_upstream) return read_client(data);
  if (closing_ != Closing::sent) send_data(data);
}

// ---- from the client to the target ----

// Small payloads of one read leave in one write.
void Bridge::read_client(ws::MutableBytes data) {
  pinged_at_ = {};
  FrameEvents& self = *this;
  reader_.feed(data, trace_ ? *trace_ : self);
  flush_to_target();
  end_when_closed();
}

void Bridge::flush_to_target() {
  ws::ByteBuffer& out = services_.loop.write_buffer();
  if (!out.empty()) outlet(Direction::to_upstream).write(out);
  out.clear();
}

void Bridge::on_data_frame(const ws::FrameHeader& header, ws::Bytes) {
  masker_ = ws::Masker(*header.mask);  // §5.1: else it was a violation
  last_frame_ = header.fin;
}

void Bridge::on_data_payload(ws::MutableBytes chunk) {
  if (decoder_) return decode(chunk);
  ws::ByteBuffer& out = services_.loop.write_buffer();
  if (chunk.size() < large_payload) {
    ws::append(out, chunk);
    masker_.apply(ws::MutableBytes(out).last(chunk.size()));
    return;
  }
  flush_to_target();
  masker_.apply(chunk);
  outlet(Direction::to_upstream).write(chunk);
}

void Bridge::decode(ws::MutableBytes chunk) {
  masker_.apply(chunk);
  if (decoder_->feed(chunk, services_.loop.write_buffer())) return;
  fail(ws::close_code::invalid_payload, "not base64");
}

void Bridge::on_data_frame_end() {
  if (!decoder_ || !last_frame_) return;
  if (!decoder_->is_complete()) fail(ws::close_code::invalid_payload, "base64 ends too early");
  decoder_->reset();
}

void Bridge::on_control(const ws::FrameHeader& header, ws::MutableBytes payload, ws::Bytes) {
  if (header.opcode == ws::Opcode::close) return on_close(payload);
  if (header.opcode == ws::Opcode::ping && closing_ != Closing::sent) send_frame(ws::Opcode::pong, payload);
}

// What the target still has to say is sent before the answer: RFC 6455 §5.5.1 lets an endpoint delay it.
void Bridge::on_close(ws::Bytes payload) {
  client_code_ = ws::parse_close(payload).code.value_or(ws::close_code::no_status);
  blame(Ender::client, "close");
  flush_to_target();
  end(Direction::to_upstream);
  end_for_good();
  if (closing_ == Closing::open) closing_ = Closing::wanted;
  if (is_source_done(Direction::to_downstream)) answer_close();
}

void Bridge::on_violation(const ws::Violation& violation) {
  ++services_.counters.violations;
  blame(Ender::client, std::string(violation->section) + ": " + std::string(violation->text));
  fail(violation.close_code, violation->text);
}

// What came before the violation is the target's; nothing behind it is (§7.1.7).
void Bridge::fail(std::uint16_t code, std::string_view reason) {
  blame(Ender::client, reason);
  reader_.stop();
  flush_to_target();
  end(Direction::to_upstream);
  close_client(code, reason);
  end_for_good();
}

// ---- from the target to the client ----

void Bridge::note_sent(const ws::FrameHeader& header, ws::Bytes payload) {
  ++frames_sent_;
  if (trace_) trace_frame(Log(config().log), id(), Direction::to_downstream, header, payload);
}

// One read, one frame. Its header stands in front of the data, in the read buffer's headroom.
void Bridge::send_data(ws::MutableBytes data) {
  if (decoder_) return send_frame(ws::Opcode::text, ws::as_bytes(ws::base64(data)));
  const ws::FrameHeader header{.opcode = ws::Opcode::binary, .payload_length = data.size()};
  note_sent(header, data);
  const ws::EncodedHeader encoded = ws::encode(header);
  static_assert(ws::max_header_size <= net::read_headroom);
  std::uint8_t* const start = data.data() - encoded.size;
  std::ranges::copy(encoded.bytes(), start);
  outlet(Direction::to_downstream).write({start, encoded.size + data.size()});
}

void Bridge::send_frame(ws::Opcode opcode, ws::Bytes payload) {
  note_sent({.opcode = opcode, .payload_length = payload.size()}, payload);
  ws::ByteBuffer frame;
  append_frame(Direction::to_downstream, opcode, payload, services_.mask_keys, frame);
  outlet(Direction::to_downstream).write(frame);
}

// ---- how it ends ----

void Bridge::close_client(std::optional<std::uint16_t> code, std::string_view reason) {
  if (std::exchange(closing_, Closing::sent) == Closing::sent) return;
  own_code_ = code.value_or(ws::close_code::no_status);
  ws::ByteBuffer payload;
  ws::encode_close(code, reason, payload);
  send_frame(ws::Opcode::close, payload);
  begin_closing();
}

// §5.5.1: with the code that came.
void Bridge::answer_close() {
  if (closing_ != Closing::wanted) return;
  if (*client_code_ == ws::close_code::no_status) return close_client({}, {});
  const bool may_echo = ws::may_send_close_code(*client_code_, ws::Role::server);
  close_client(may_echo ? *client_code_ : ws::close_code::normal, {});
}

// RFC 6455 §7.1.1: the server closes the connection once both have said Close, or the client cannot any more.
void Bridge::end_when_closed() {
  if (closing_ != Closing::sent) return;
  if (reader_.has_stopped() || is_source_done(Direction::to_upstream)) end(Direction::to_downstream);
}

void Bridge::source_ended(Direction direction) {
  if (direction == Direction::to_upstream) {
    end(Direction::to_upstream);
  } else {
    answer_close();
    close_client(ws::close_code::normal, {});
  }
  end_when_closed();
}

void Bridge::source_failed(Direction direction) {
  if (direction == Direction::to_upstream) return end(Direction::to_upstream);
  answer_close();
  close_client(ws::close_code::internal_error, "the connection to the target broke");
  end_when_closed();
}

void Bridge::say_goodbye() {
  answer_close();
  close_client(ws::close_code::going_away, "the proxy stops");
  end(Direction::to_upstream);
  end_for_good();
  end_when_closed();
}

void Bridge::say_last_words() { answer_close(); }

void Bridge::sweep_open(net::Clock::time_point now) {
  const Timeouts& timeouts = config().timeouts;
  const net::Channel& client = source(Direction::to_upstream).channel();
  const auto alive = std::max(client.last_read(), client.last_write());
  if (timeouts.ping.count() == 0 || client.is_paused()) return;
  if (pinged_at_ != net::Clock::time_point{}) {
    if (now - std::max(pinged_at_, alive) < timeouts.pong) return;
    blame(Ender::proxy, "no answer to a Ping");
    fail(ws::close_code::internal_error, "no answer to a Ping");
  } else if (now - alive >= timeouts.ping) {
    send_frame(ws::Opcode::ping, {});
    pinged_at_ = now;
  }
}

std::optional<std::uint16_t> Bridge::close_code(Direction direction) const {
  return direction == Direction::to_upstream ? client_code_ : own_code_;
}

std::uint64_t Bridge::frames(Direction direction) const {
  return direction == Direction::to_upstream ? reader_.frames() : frames_sent_;
}

}  // namespace wsrig::proxy
