#include "ws/endpoint.hpp"

#include <algorithm>

namespace wsrig::ws {
namespace {

constexpr std::size_t longest_control_payload = 125;  // §5.5

std::optional<Inflater> inflater_for(Role compressor, const std::optional<DeflateParams>& deflate) {
  if (!deflate) return {};
  return Inflater(deflate->window_bits(compressor), deflate->takeover(compressor));
}

}  // namespace

/// The parser's sink during one call of receive().
struct Endpoint::Reader {
  Endpoint& self;
  EndpointEvents& events;
  ByteBuffer& out;
  MutableBytes whole = {};  ///< the current payload where it lies in the read buffer in one piece

  bool on_header(const FrameHeader& header);
  void on_payload(MutableBytes chunk);
  bool on_frame_end();

 private:
  void collect(MutableBytes chunk);
  void end_message_frame();
  void end_control_frame(Bytes payload);
  void on_close_frame(Bytes payload);
};

bool Endpoint::Reader::on_header(const FrameHeader& header) {
  whole = {};
  if (header.mask) self.masker_ = Masker(*header.mask);
  const auto violation = self.config_->judge->check(header, self.receiver_state());
  if (violation) self.violated(*violation, events, out);
  if (self.reading_ended_) return false;
  self.use_ = self.use_of(header, violation.has_value());
  if (self.use_ == Use::message) self.assembler_.begin_frame(header);
  return true;
}

void Endpoint::Reader::on_payload(MutableBytes chunk) {
  if (self.parser_.header().mask) self.masker_.apply(chunk);
  if (self.use_ == Use::control || self.config_->report_frames) collect(chunk);
  if (self.use_ != Use::message) return;
  if (const auto violation = self.assembler_.payload(chunk)) self.violated(*violation, events, out);
}

bool Endpoint::Reader::on_frame_end() {
  if (self.reading_ended_) return false;
  const MutableBytes payload = self.collected_ ? MutableBytes(*self.collected_) : whole;
  if (self.config_->report_frames) events.on_frame(self.parser_.header(), payload);
  if (self.use_ == Use::message) end_message_frame();
  if (self.use_ == Use::control) end_control_frame(payload);
  self.collected_.reset();
  return !self.reading_ended_;
}

/// Keeps a payload that comes in pieces, up to the limit; one that comes whole stays where it is.
void Endpoint::Reader::collect(MutableBytes chunk) {
  const auto limit = static_cast<std::size_t>(self.config_->limits.frame);
  if (chunk.size() == self.parser_.header().payload_length) {
    whole = chunk.first(std::min(chunk.size(), limit));
    return;
  }
  if (!self.collected_) self.collected_ = std::make_unique<ByteBuffer>();
  const std::size_t room = limit - self.collected_->size();
  append(*self.collected_, chunk.first(std::min(chunk.size(), room)));
}

void Endpoint::Reader::end_message_frame() {
  if (const auto violation = self.assembler_.end_frame()) self.violated(*violation, events, out);
  if (self.reading_ended_ || !self.parser_.header().fin) return;
  if (self.assembler_.has_message()) events.on_message(self.assembler_.message());
  self.assembler_.clear();
}

void Endpoint::Reader::end_control_frame(Bytes payload) {
  switch (self.parser_.header().opcode) {
    case Opcode::ping:
      if (self.config_->answer_ping) self.write_control(Opcode::pong, payload, out);
      return events.on_ping(payload);
    case Opcode::pong: return events.on_pong(payload);
    default: return on_close_frame(payload);
  }
}

void Endpoint::Reader::on_close_frame(Bytes payload) {
  const Role role = self.config_->role;
  const auto violation = self.config_->judge->check_close_payload(payload, peer_of(role));
  if (violation) self.violated(*violation, events, out);
  if (self.reading_ended_) return;

  const CloseReason close = parse_close(payload);
  self.close_received_ = true;
  self.assembler_.clear();  // §5.4 allows a Close amid a message, which then has no end
  if (self.config_->answer_close && !self.close_sent_) {
    // §5.5.1: typically the code is echoed. 1010 is no code of a server (§7.4.1), and nobody may send 1005.
    auto reply = violation ? violation->close_code : close.code;
    if (reply && !may_send_close_code(*reply, role)) reply = close_code::normal;
    self.write_close(reply, {}, out);
  }
  events.on_close(close);
}

Endpoint::Endpoint(const EndpointConfig& config, const std::optional<DeflateParams>& deflate)
    : config_(&config),
      assembler_(config.limits, *config.judge, inflater_for(peer_of(config.role), deflate)),
      deflate_(deflate) {}

void Endpoint::receive(MutableBytes data, EndpointEvents& events, ByteBuffer& out) {
  if (reading_ended_) return;
  Reader reader{*this, events, out};
  const std::size_t taken = receive_plain(data, events);
  parser_.parse(data.subspan(taken), reader);
}

/// The short way for what nearly all traffic is: messages of one plain frame that has come as a whole and
/// breaks no rule. They need no assembling, and no judge. At the first octet of anything else it stops, and
/// leaves that to the parser.
std::size_t Endpoint::receive_plain(MutableBytes data, EndpointEvents& events) {
  if (!parser_.at_boundary() || assembler_.in_message() || config_->report_frames) return 0;
  std::size_t taken = 0;
  while (!close_received_) {
    const MutableBytes rest = data.subspan(taken);
    FrameHeader header;
    const std::size_t size = decode_header(rest, header);
    if (size == 0 || !is_plain_message(header) || header.payload_length > rest.size() - size) break;
    const MutableBytes payload = rest.subspan(size, static_cast<std::size_t>(header.payload_length));
    if (header.mask) Masker(*header.mask).apply(payload);
    if (header.opcode == Opcode::text && !is_valid_utf8(payload)) {
      if (header.mask) Masker(*header.mask).apply(payload);  // as it was: the parser will judge it
      break;
    }
    taken += size + payload.size();
    events.on_message({.opcode = header.opcode, .payload = payload});
  }
  return taken;
}

/// Between messages, and before any Close, such a header breaks none of the rules.
bool Endpoint::is_plain_message(const FrameHeader& header) const {
  const Limits& limits = config_->limits;
  const bool begins = header.opcode == Opcode::text || header.opcode == Opcode::binary;
  const bool is_masked_rightly = header.mask.has_value() == (config_->role == Role::server);
  const bool is_within_limits = header.payload_length <= limits.message &&
                                header.payload_length <= limits.frame && limits.fragments > 0;
  return begins && header.fin && header.rsv == 0 && header.length_form == LengthForm::minimal &&
         is_masked_rightly && is_within_limits;
}

bool Endpoint::send(Opcode opcode, Bytes payload, ByteBuffer& out) {
  if (close_sent_) return false;
  if (!deflate_ || payload.size() < config_->compress_from) {
    write_message(opcode, 0, payload, out);
    return true;
  }
  ByteBuffer compressed;
  deflater().compress(payload, compressed);
  write_message(opcode, rsv1, compressed, out);  // RFC 7692 §6
  return true;
}

bool Endpoint::ping(Bytes payload, ByteBuffer& out) {
  return !close_sent_ && write_control(Opcode::ping, payload, out);
}

bool Endpoint::pong(Bytes payload, ByteBuffer& out) {
  return !close_sent_ && write_control(Opcode::pong, payload, out);
}

bool Endpoint::close(std::optional<std::uint16_t> code, std::string_view reason, ByteBuffer& out) {
  ByteBuffer payload;
  encode_close(code, reason, payload);
  if (close_sent_ || payload.size() > longest_control_payload) return false;
  if (check_close_payload(payload, config_->role)) return false;
  write_close(code, reason, out);
  return true;
}

ReceiverState Endpoint::receiver_state() const {
  return {.role = config_->role,
          .in_message = assembler_.in_message(),
          .deflate = deflate_.has_value(),
          .close_received = close_received_,
          .message_size = assembler_.wire_size(),
          .message_frames = assembler_.frames(),
          .message_compressed = assembler_.is_compressed(),
          .limits = &config_->limits};
}

/// Whatever the judge let pass has to mean something: a frame behind a Close is ignored unless it is data and
/// found legal, a reserved opcode is ignored, and so is a continuation of nothing.
Endpoint::Use Endpoint::use_of(const FrameHeader& header, bool violates) const {
  if (close_received_ && (violates || is_control(header.opcode))) return Use::ignored;
  if (is_reserved(header.opcode)) return Use::ignored;
  if (is_control(header.opcode)) return Use::control;
  if (header.opcode == Opcode::continuation && !assembler_.in_message()) return Use::ignored;
  return Use::message;
}

void Endpoint::violated(const Violation& violation, EndpointEvents& events, ByteBuffer& out) {
  if (config_->mode == Mode::observe) return events.on_violation(violation);
  reading_ended_ = true;
  assembler_.clear();
  collected_.reset();
  if (close_received_) return;  // §5.5.1: what comes behind a Close is not processed, so it cannot fail
  failed_ = true;
  if (!close_sent_) write_close(violation.close_code, {}, out);  // §7.1.7
  events.on_violation(violation);
}

Deflater& Endpoint::deflater() {
  if (!deflater_) {
    deflater_ =
        std::make_unique<Deflater>(deflate_->window_bits(config_->role), deflate_->takeover(config_->role),
                                   config_->deflate_level, config_->deflate_memory_level);
  }
  return *deflater_;
}

void Endpoint::write_message(Opcode opcode, std::uint8_t rsv, Bytes payload, ByteBuffer& out) {
  FrameHeader header{.rsv = rsv, .opcode = opcode};
  const std::size_t most = config_->fragment_size;
  while (most != 0 && payload.size() > most) {
    header.fin = false;
    write_frame(header, payload.first(most), out);
    payload = payload.subspan(most);
    header = {.opcode = Opcode::continuation};
  }
  write_frame(header, payload, out);
}

bool Endpoint::write_control(Opcode opcode, Bytes payload, ByteBuffer& out) {
  if (payload.size() > longest_control_payload) return false;
  FrameHeader header{.opcode = opcode};
  write_frame(header, payload, out);
  return true;
}

void Endpoint::write_close(std::optional<std::uint16_t> code, std::string_view reason, ByteBuffer& out) {
  ByteBuffer payload;
  encode_close(code, reason, payload);
  FrameHeader header{.opcode = Opcode::close};
  write_frame(header, payload, out);
  close_sent_ = true;
}

void Endpoint::write_frame(FrameHeader& header, Bytes payload, ByteBuffer& out) {
  header.payload_length = payload.size();
  if (config_->role == Role::client) header.mask = config_->mask_keys->next();
  if (config_->shaper != nullptr) return config_->shaper->write(header, payload, out);
  encode(header, out);
  append(out, payload);
  if (header.mask) Masker(*header.mask).apply(MutableBytes(out).last(payload.size()));
}

}  // namespace wsrig::ws
