#include "loadgen/client.hpp"

#include <algorithm>
#include <utility>

#include "loadgen/connection_values.hpp"
#include "loadgen/crc32c.hpp"
#include "ws/close_code.hpp"

namespace wsrig::loadgen {
namespace {

/// What a peer may leave untaken before no more is written for it.
constexpr std::size_t most_pending = 4u << 20;
/// What may be on its way on one connection: the ledger remembers it.
constexpr std::uint32_t most_unanswered = 1u << 20;

constexpr EnvelopeForm form_of(ws::Opcode opcode) {
  return opcode == ws::Opcode::text ? EnvelopeForm::text : EnvelopeForm::binary;
}

constexpr ws::Opcode opcode_of(MixEntry::Kind kind) {
  switch (kind) {
    case MixEntry::Kind::text: return ws::Opcode::text;
    case MixEntry::Kind::binary: return ws::Opcode::binary;
    case MixEntry::Kind::ping: return ws::Opcode::ping;
    case MixEntry::Kind::close: break;
  }
  return ws::Opcode::close;
}

}  // namespace

Client::Client(ClientShared& shared, std::uint32_t number)
    : shared_(shared),
      random_(shared.config.seed ^ (number + std::uint64_t{1}) * 0x9e3779b97f4a7c15U),
      number_(number) {}

Client::~Client() = default;

void Client::open() {
  if (shared_.config.session) {
    in_session_ = true;
    session_ = shared_.config.session(*this);
    if (!session_->log_in()) return;
  }
  login_done();
}

void Client::login_done() {
  LinkEvents& events = *this;
  link_.emplace(shared_.link, events);
  link_->open(request_of(shared_.config.target, number_, scope()), random_.next_word());
}

/// What a template may name was checked when it was read, so there is a value for each.
std::optional<std::string> Client::value_of(std::string_view name) const {
  if (name == "seq") return std::to_string(ledger_.next_sequence());
  if (session_) {
    if (auto captured = session_->captured(name)) return captured;
  }
  return connection_value(shared_.config, number_, name);
}

ws::Scope Client::scope() const {
  return {.lookup = [this](std::string_view name) { return value_of(name); }};
}

// ---- sending ----

bool Client::takes_more() const {
  return is_open() && !is_spent() && link_->pending() < most_pending &&
         ledger_.unanswered() < most_unanswered;
}

/// It has sent all that a connection is to send before it is made anew.
bool Client::is_spent() const { return shared_.config.churn && sent_here_ >= *shared_.config.churn; }

void Client::retire_if_spent() {
  if (is_spent() && is_open() && unanswered() == 0) finish(shared_.config.ending);
}

void Client::flush() {
  link_->flush();
  retire_if_spent();
}

void Client::append(Clock::time_point intended, Clock::time_point now) {
  const std::size_t index = shared_.mix.choose(sent_++, random_);
  const MixEntry& entry = shared_.mix[index];
  ++sent_here_;
  switch (entry.kind) {
    case MixEntry::Kind::text:
    case MixEntry::Kind::binary: append_message(index, intended, now); break;
    case MixEntry::Kind::ping: append_ping(entry.sizes.draw(random_), intended, now); break;
    case MixEntry::Kind::close: return finish(Ending::close);
  }
  ++shared_.meter().counters.messages_sent;
  shared_.meter().record(Timing::send_lag, now - intended);
}

inline void Client::append_message(std::size_t index, Clock::time_point intended, Clock::time_point now) {
  const MixEntry& entry = shared_.mix[index];
  const ReplyRule& rule = shared_.config.replies;
  const bool awaits_reply = rule.awaits_reply() && !shared_.is_receiver;
  std::uint16_t replies = awaits_reply ? rule.replies : std::uint16_t{0};
  const std::uint32_t key = entry.payload ? write_own(entry, replies) : write_enveloped(entry, intended);
  ledger_.add({.intended = intended,
               .sent = now,
               .key = key,
               .entry = shared_.mix.label_of(index),
               .replies = replies});
}

/// Returns the key that its reply is known by; `replies` becomes 0 where it has none, so that none is
/// awaited.
std::uint32_t Client::write_own(const MixEntry& entry, std::uint16_t& replies) {
  const std::string payload = ws::evaluate(*entry.payload, scope()).value();
  const ws::Bytes octets = ws::as_bytes(payload);
  write(entry, opcode_of(entry.kind), octets);
  const ReplyRule& rule = shared_.config.replies;
  const bool comes_back = rule.kind == ReplyRule::Kind::echo || rule.kind == ReplyRule::Kind::prefix;
  const auto key = comes_back ? crc32c(octets) : message_key(rule, octets);
  if (!key) replies = 0;
  return key.value_or(0);
}

/// A message of ours; valid until the next one.
inline ws::Bytes Client::make_enveloped(std::uint32_t sequence, std::size_t size, EnvelopeForm form,
                                        Clock::time_point intended) const {
  const Envelope envelope{
      .sequence = sequence,
      .connection = number_,
      .intended = static_cast<std::uint64_t>((intended.time_since_epoch() + shared_.epoch).count()),
      .length = static_cast<std::uint32_t>(size)};
  return shared_.filler.message(envelope, form);
}

/// Returns the key that its reply is known by where it is too small for its envelope.
inline std::uint32_t Client::write_enveloped(const MixEntry& entry, Clock::time_point intended) {
  const ws::Opcode opcode = opcode_of(entry.kind);
  const EnvelopeForm form = form_of(opcode);
  const std::size_t size = entry.sizes.draw(random_);
  const ws::Bytes payload = make_enveloped(ledger_.next_sequence(), size, form, intended);
  write(entry, opcode, payload);
  return size < envelope_size(form) ? crc32c(payload) : 0;
}

inline void Client::write(const MixEntry& entry, ws::Opcode opcode, ws::Bytes payload) {
  if (link_->deflate()) return write_compressed(entry, opcode, payload);
  ws::FrameHeader header{.opcode = opcode};
  write_frames(entry, header, payload);
}

void Client::write_compressed(const MixEntry& entry, ws::Opcode opcode, ws::Bytes payload) {
  ws::ByteBuffer compressed;
  deflater()->compress(payload, compressed);
  ws::FrameHeader header{.rsv = ws::rsv1, .opcode = opcode};
  write_frames(entry, header, compressed);
}

inline void Client::write_frames(const MixEntry& entry, ws::FrameHeader& header, ws::Bytes payload) {
  const bool is_masked = shared_.config.target.masking.mode != Masking::Mode::none;
  ws::MaskKeySource* const keys = is_masked ? &shared_.link.keys : nullptr;
  if (entry.cut > 0) link_->flush();
  shared_.meter().counters.frames_sent +=
      write_message(header, payload, entry.fragmentation, random_, keys, link_->out());
  if (entry.cut > 0) link_->flush_cut(entry.cut);
}

/// Null where compression was not agreed.
ws::Deflater* Client::deflater() {
  const auto& deflate = link_->deflate();
  if (deflate && !deflater_) {
    deflater_ = std::make_unique<ws::Deflater>(deflate->window_bits(ws::Role::client),
                                               deflate->takeover(ws::Role::client));
  }
  return deflater_.get();
}

/// A Pong brings the payload back (RFC 6455 §5.5.3), so it is an envelope, as much of it as the size allows.
void Client::append_ping(std::size_t size, Clock::time_point intended, Clock::time_point now) {
  const ws::Bytes payload = make_enveloped(pings_.next_sequence(), size, EnvelopeForm::binary, intended);
  const std::uint32_t key = size < binary_envelope_size ? crc32c(payload) : 0;
  pings_.add({.intended = intended, .sent = now, .key = key});
  ws::FrameHeader header{.opcode = ws::Opcode::ping};
  write_frame(header, payload, &shared_.link.keys, link_->out());
  ++shared_.meter().counters.frames_sent;
  ++shared_.meter().counters.pings_sent;
}

void Client::finish(Ending ending) {
  if (!link_) return;
  if (ending == Ending::reset) return link_->reset();
  link_->close(ws::close_code::normal);
}

// ---- receiving ----

void Client::on_open() {
  deflater_.reset();
  sent_here_ = 0;
  if (!session_) return session_done();
  session_->start();
}

// ---- what the session asks for ----

void Client::send(const ws::FrameSpec& frame) {
  for (const ws::Frame& one : ws::frames_of(frame, deflater(), ws::Role::client, shared_.link.keys)) {
    ws::encode(one, link_->out());
    ++shared_.meter().counters.frames_sent;
  }
  link_->flush();
}

void Client::session_done() {
  in_session_ = false;
  shared_.events.on_open(*this);
  retire_if_spent();
}

void Client::session_failed(const std::string& kind) {
  const std::string text = "session: " + kind;
  link_ ? link_->fail(text) : on_end({.how = LinkEnd::How::failed, .kind = text});
}

net::DialOptions Client::dial_options() const {
  return shared_.link.dial_options(source_of(shared_.config.target, number_));
}

// ---- what comes ----

void Client::on_message(const ws::Message& message) {
  if (session_ && session_->on_message(message)) return;
  ++shared_.meter().counters.messages_received;
  if (shared_.is_receiver) return receive_pushed(message);
  judge(message);
}

inline void Client::judge(const ws::Message& message) {
  const ReplyRule& rule = shared_.config.replies;
  ws::Bytes payload = message.payload;
  switch (rule.kind) {
    case ReplyRule::Kind::echo: return judge_returned(payload, form_of(message.opcode));
    case ReplyRule::Kind::prefix:
      if (!ws::as_text(payload).starts_with(rule.text)) return account({});
      return judge_returned(payload.subspan(rule.text.size()), form_of(message.opcode));
    case ReplyRule::Kind::none: return;
    case ReplyRule::Kind::any:
    case ReplyRule::Kind::json:
    case ReplyRule::Kind::regex: break;
  }
  if (const auto key = reply_key(rule, payload)) account(ledger_.answer_key(*key));
}

/// The message as it was sent, if nothing happened to it.
inline void Client::judge_returned(ws::Bytes payload, EnvelopeForm form) {
  const bool is_large = payload.size() >= envelope_size(form);
  if (is_large && !shared_.mix.has_own_payloads()) return judge_enveloped(payload, form);
  const Answer answer = ledger_.answer_key(crc32c(payload));
  if (answer.kind == ReplyKind::unexpected && is_large) return judge_enveloped(payload, form);
  account(answer);
}

inline void Client::judge_enveloped(ws::Bytes payload, EnvelopeForm form) {
  const auto read = read_envelope(payload, form);
  if (!read || (read->is_intact && read->envelope.connection != number_)) return account({});
  if (!read->is_intact) return judge_corrupted(read->envelope);
  account(ledger_.answer(read->envelope.sequence));
}

/// It settles the message that it names, or else the oldest, so that this one is not counted as lost too; its
/// time is not recorded.
void Client::judge_corrupted(const Envelope& envelope) {
  ++shared_.meter().counters.corrupted;
  const bool is_named =
      envelope.connection == number_ && ledger_.answer(envelope.sequence).kind == ReplyKind::matched;
  if (!is_named) ledger_.answer_oldest();
}

inline void Client::account(const Answer& answer) {
  Counters& counters = shared_.meter().counters;
  switch (answer.kind) {
    case ReplyKind::duplicated: ++counters.duplicated; return;
    case ReplyKind::unexpected: ++counters.unexpected; return;
    case ReplyKind::matched: break;
  }
  const Clock::time_point now = shared_.link.read_time;
  const nanoseconds corrected = now - answer.message.intended;
  if (answer.is_reordered) ++counters.reordered;
  if (corrected > shared_.config.reply_timeout) ++counters.late;
  shared_.meter().record_reply(answer.message.entry, corrected, now - answer.message.sent);
}

void Client::receive_pushed(const ws::Message& message) {
  const auto read = read_envelope(message.payload, form_of(message.opcode));
  if (!read) return;
  if (!read->is_intact) {
    ++shared_.meter().counters.corrupted;
    return;
  }
  note_pushed(read->envelope);
  const auto sent = nanoseconds(static_cast<nanoseconds::rep>(read->envelope.intended));
  const nanoseconds corrected = shared_.link.read_time.time_since_epoch() + shared_.epoch - sent;
  shared_.meter().record_reply(0, corrected, corrected);
}

void Client::on_pong(ws::Bytes payload) {
  const Answer answer = answer_ping(payload);
  if (answer.kind != ReplyKind::matched) return;  // unsolicited: §5.5.3 allows it
  shared_.meter().record(Timing::ping_rtt, shared_.link.read_time - answer.message.intended);
}

/// Each sender's messages reach each receiver in order, all of them.
void Client::note_pushed(const Envelope& envelope) {
  Counters& counters = shared_.meter().counters;
  SequenceWindow& window = senders_[envelope.connection];
  switch (window.note(envelope.sequence)) {
    case SequenceWindow::Seen::in_order: break;
    case SequenceWindow::Seen::reordered: ++counters.reordered; break;
    case SequenceWindow::Seen::duplicated: ++counters.duplicated; break;
  }
  counters.lost += window.take_lost();
}

Answer Client::answer_ping(ws::Bytes payload) {
  const auto read = read_envelope(payload, EnvelopeForm::binary);
  if (!read) return pings_.answer_key(crc32c(payload));
  if (!read->is_intact || read->envelope.connection != number_) return {};
  pings_.forget_before(read->envelope.sequence);
  return pings_.answer(read->envelope.sequence);
}

void Client::on_read() {
  if (in_session_) return;
  retire_if_spent();
  shared_.events.on_read(*this);
}
void Client::on_writable() { shared_.events.on_writable(*this); }

void Client::on_end(const LinkEnd& end) {
  link_.reset();
  session_.reset();
  in_session_ = false;
  give_up(Clock::now());
  shared_.events.on_end(*this, end);
}

void Client::give_up(Clock::time_point now) {
  Counters& counters = shared_.meter().counters;
  counters.lost += ledger_.take_given_up();
  for (auto& [sender, window] : senders_) {
    window.finish();
    counters.lost += window.take_lost();
  }
  ledger_.take_unanswered([&](const Outstanding& message, bool is_passed) {
    ++(is_passed ? counters.lost : counters.unanswered);
    shared_.meter().record(Timing::outstanding, now - message.intended);
  });
}

}  // namespace wsrig::loadgen
