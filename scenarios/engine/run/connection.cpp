#include "scenarios/engine/run/connection.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "proxy/channel_recorder.hpp"

namespace wsrig::engine {

namespace {

constexpr std::size_t shown_payload = 120;
constexpr std::size_t max_inbox_weight = 64u << 20;
constexpr std::size_t max_inbox_count = 100'000;
/// What a subject may send at once; more when the tester itself has sent more, for that may come back.
constexpr std::uint64_t least_message_limit = 16u << 20;
constexpr std::uint32_t max_fragments = 1u << 24;

/// Of the frames that are sent only their ends matter.
struct Boundaries {
  bool on_header(const ws::FrameHeader&) { return true; }
  void on_payload(ws::Bytes) {}
  bool on_frame_end() { return true; }
};

/// The head at the beginning of what was sent: frames may stand behind it. Interim responses before it are
/// taken off (RFC 9110 §15.2).
ws::HttpHead final_head_of(std::string& sent) {
  for (;;) {
    ws::HeadReader reader(sent.size() + 1, sent.size() + 1);
    std::size_t taken = 0;
    const bool is_whole = reader.feed(ws::as_bytes(sent), taken) == ws::HeadReader::Status::complete;
    ws::HttpHead head = reader.take();
    if (!is_whole || !head.is_interim()) return head;
    sent.erase(0, taken);
  }
}

ws::ClientRequest request_from(const ws::HttpHead& head) {
  ws::ClientRequest request;
  request.target = head.target();
  request.host = head.find("host").value_or("");
  request.key = head.find("sec-websocket-key").value_or("");
  const std::string protocols = head.joined("sec-websocket-protocol");
  for (const auto name : ws::split_list(protocols)) request.subprotocols.emplace_back(name);
  request.extensions = head.joined("sec-websocket-extensions");
  return request;
}

}  // namespace

Connection::Connection(net::Loop& loop, Options options, Random random, Transcript& transcript,
                       std::function<void()> changed)
    : loop_(loop),
      options_(std::move(options)),
      random_(std::move(random)),
      transcript_(transcript),
      changed_(std::move(changed)),
      notified_(std::make_shared<bool>(false)),
      head_reader_(std::size_t{1} << 20, 10'000) {
  endpoint_config_.role = options_.role;
  endpoint_config_.mode = ws::Mode::observe;
  endpoint_config_.limits = {least_message_limit, least_message_limit, max_fragments};
  endpoint_config_.answer_ping = false;
  endpoint_config_.answer_close = false;
  endpoint_config_.report_frames = true;
  endpoint_config_.mask_keys = &random_;
}

Connection::~Connection() = default;

void Connection::open() {
  phase_ = Phase::dialling;
  dial_ = std::make_unique<net::Dial>(loop_, options_.url, options_.dial,
                                      [this](auto result) { on_dialled(std::move(result)); });
}

void Connection::on_dialled(boost::system::result<std::unique_ptr<net::Channel>, net::DialError> result) {
  if (result) {
    adopt(std::move(*result));
  } else {
    dial_error_ = result.error();
    phase_ = Phase::closed;
    transcript_.add(elapsed(), name(), '-', dial_error_->message);
  }
  notify();
}

void Connection::adopt(std::unique_ptr<net::Channel> channel) {
  channel_ = std::move(channel);
  if (options_.recording != nullptr) {
    const bool is_client = options_.role == ws::Role::client;
    proxy::record(*channel_, is_client ? proxy::OwnEnd::client : proxy::OwnEnd::server, *options_.recording);
  }
  phase_ = options_.is_raw ? Phase::raw : Phase::http;
  channel_->start(*this);
}

// ---- sending ----

void Connection::write(std::string_view bytes, std::size_t cut) {
  if (!channel_ || (ended_ && !half_closed_)) {
    transcript_.add(elapsed(), name(), '-', "not sent: the connection is gone");
    return;
  }
  Boundaries boundaries;
  if (phase_ == Phase::websocket) sent_.observe(ws::as_bytes(bytes), boundaries);
  const std::size_t piece = cut == 0 ? bytes.size() : cut;
  while (!bytes.empty() && channel_) {
    channel_->send(ws::as_bytes(bytes.substr(0, piece)));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
}

void Connection::remember_sent(const ws::FrameSpec& frame) {
  if (ws::is_control(frame.opcode)) return;
  if (frame.opcode != ws::Opcode::continuation) sending_.clear();
  sending_ += ws::as_text(frame.payload);
  if (frame.fin) {
    last_sent_ = std::exchange(sending_, {});
  }
}

void Connection::send_frame(const ws::FrameSpec& spec) {
  remember_sent(spec);
  ws::ByteBuffer wire;
  for (const ws::Frame& frame :
       ws::frames_of(spec, deflater_ ? &*deflater_ : nullptr, options_.role, random_)) {
    transcript_.add(elapsed(), name(), '>', ws::print(frame, options_.role, {.max_payload = shown_payload}));
    ws::encode(frame, wire);
  }
  if (spec.opcode == ws::Opcode::close) {
    close_sent_ = true;
    sent_close_code_ = ws::parse_close(spec.payload).code;
  }
  write(ws::as_text(wire), spec.cut);
  answer_ping();
  finish_close();
}

void Connection::send_bytes(std::string_view bytes, std::size_t cut, std::string_view shown) {
  transcript_.add(elapsed(), name(), '>', std::string(shown));
  write(bytes, cut);
  answer_ping();
}

void Connection::send_http(std::string_view bytes, std::size_t cut) {
  if (answered_) {
    sent_head_.clear();
    answered_ = false;
  }
  sent_head_ += bytes;
  const ws::HttpHead head = final_head_of(sent_head_);
  if (options_.role == ws::Role::client) request_ = request_from(head);
  send_bytes(bytes, cut, "http " + ws::quote(bytes));
  if (options_.role == ws::Role::server && head.status() == 101) {
    upgrade(ws::verify_response(head, request_));
    read_early_frames();
  }
}

/// Of a client that did not wait for the 101: what stands behind its request.
void Connection::read_early_frames() {
  const std::string early = head_reader_.take().bytes();
  ws::ByteBuffer data(early.begin(), early.end());
  on_data(data);
}

std::string Connection::response() const { return ws::build_response(received_request_).print(); }

void Connection::shutdown() {
  transcript_.add(elapsed(), name(), '>', "shutdown");
  if (channel_) channel_->shutdown();
}

void Connection::reset() {
  transcript_.add(elapsed(), name(), '>', "reset");
  if (channel_) channel_->reset();
  ended_ = true;
  inbox_.clear();  // what the subject had said is of no account any more
  inbox_weight_ = 0;
  half_closed_ = false;
}

void Connection::hold() {
  transcript_.add(elapsed(), name(), '-', "hold");
  held_ = true;
  if (channel_) channel_->pause();
}

void Connection::resume() {
  transcript_.add(elapsed(), name(), '-', "resume");
  held_ = false;
  if (channel_ && channel_->is_paused()) channel_->resume();
}

// ---- receiving ----

void Connection::on_data(ws::MutableBytes data) {
  while (phase_ == Phase::http && !data.empty()) data = data.subspan(read_head(data));
  if (phase_ == Phase::raw) return observe({SawBytes{std::string(ws::as_text(data))}, elapsed()});
  if (phase_ == Phase::websocket && !data.empty()) {
    ws::ByteBuffer unused;  // an observer that answers nothing writes nothing
    endpoint_->receive(data, *this, unused);
  }
}

/// Reads towards the end of one head, of several that may come at once (RFC 9110 §15.2); the octets of a body
/// behind another final status than 101 are dropped. Returns how many octets it has taken.
std::size_t Connection::read_head(ws::Bytes data) {
  if (answered_) return data.size();
  std::size_t taken = 0;
  const auto status = head_reader_.feed(data, taken);
  if (status != ws::HeadReader::Status::need_more) on_head(head_reader_.take());
  return taken;
}

void Connection::on_head(ws::HttpHead head) {
  if (options_.role == ws::Role::server) {
    on_request(std::move(head));
  } else {
    on_response(std::move(head));
  }
}

void Connection::on_request(ws::HttpHead head) {
  auto shared = std::make_shared<const ws::HttpHead>(std::move(head));
  received_request_ = ws::verify_request(*shared, {});
  request_ = request_from(*shared);
  observe({SawHead{shared, received_request_.findings}, elapsed()});
}

void Connection::on_response(ws::HttpHead head) {
  auto shared = std::make_shared<const ws::HttpHead>(std::move(head));
  answered_ = !shared->is_interim();
  SawHead seen{shared, {}};
  if (shared->status() == 101) {
    const auto verdict = ws::verify_response(*shared, request_);
    seen.findings = verdict.findings;
    upgrade(verdict);
  }
  observe({std::move(seen), elapsed()});
}

void Connection::upgrade(const ws::ResponseVerdict& verdict) {
  phase_ = Phase::websocket;
  agreement_ = verdict.agreement;
  endpoint_.emplace(endpoint_config_, agreement_.deflate);
  if (agreement_.deflate) {
    deflater_.emplace(agreement_.deflate->window_bits(options_.role),
                      agreement_.deflate->takeover(options_.role));
  }
}

void Connection::on_frame(const ws::FrameHeader& header, ws::Bytes payload) {
  observe({SawFrame{{header, {payload.begin(), payload.end()}}}, elapsed()});
  const bool is_close = header.opcode == ws::Opcode::close && !std::exchange(close_received_, true);
  if (is_close) {
    received_close_ = describe({SawFrame{{header, {payload.begin(), payload.end()}}}, {}}, shown_payload,
                               ws::peer_of(options_.role));
  }
  if (header.opcode == ws::Opcode::ping && options_.answer_ping) {
    owed_pong_.emplace(payload.begin(), payload.end());
    answer_ping();
  }
  if (is_close && options_.answer_close && !close_sent_) answer(ws::Opcode::close, payload);
  finish_close();
}

/// A server closes TCP as soon as both Closes are out (RFC 6455 §7.1.1).
void Connection::finish_close() {
  if (options_.role == ws::Role::server && close_sent_ && close_received_ && channel_) channel_->shutdown();
}

/// Not within a frame that a step has begun and another will end, where a Pong would be taken for its
/// payload; at the end of it the newest Ping is answered (RFC 6455 §5.5.3).
void Connection::answer_ping() {
  if (!owed_pong_ || close_sent_ || !sent_.at_boundary()) return;
  const auto payload = *std::exchange(owed_pong_, std::nullopt);
  answer(ws::Opcode::pong, payload);
}

void Connection::answer(ws::Opcode opcode, ws::Bytes payload) {
  ws::FrameSpec frame;
  frame.opcode = opcode;
  frame.payload.assign(payload.begin(), payload.end());
  send_frame(frame);
}

void Connection::on_message(const ws::Message& message) {
  observe({SawMessage{message.opcode, std::string(ws::as_text(message.payload)), message.frames,
                      message.compressed},
           elapsed()});
}

void Connection::on_violation(const ws::Violation& violation) {
  observe({SawViolation{violation}, elapsed()});
}

/// Behind the closing handshake a client closes as soon as the server has (RFC 6455 §7.1.1).
void Connection::on_eof() {
  half_closed_ = true;
  end({SawEnd::How::fin, {}});
  if (close_sent_ && close_received_) channel_->shutdown();
}

void Connection::on_error(net::error_code error) {
  half_closed_ = false;
  if (error == net::tls_truncated()) {
    end({SawEnd::How::tls_truncated, {}});
  } else if (error == boost::system::errc::connection_reset || error == boost::system::errc::broken_pipe) {
    end({SawEnd::How::reset, {}});
  } else {
    end({SawEnd::How::failed, error.message()});
  }
}

void Connection::end(SawEnd how) {
  if (std::exchange(ended_, true)) return;
  if (phase_ == Phase::http && !head_reader_.partial().empty()) on_head(head_reader_.take());
  observe({std::move(how), elapsed()});
}

void Connection::observe(Observation observation) {
  note(observation);
  inbox_weight_ += observation.weight();
  inbox_.push_back(std::move(observation));
  if (channel_ && (inbox_weight_ > max_inbox_weight || inbox_.size() > max_inbox_count)) channel_->pause();
  notify();
}

/// A message of one plain frame would only repeat that frame's line.
void Connection::note(const Observation& observation) {
  const auto* message = std::get_if<SawMessage>(&observation.what);
  if (message != nullptr && message->frames == 1 && !message->compressed) return;
  const bool on_the_wire = message == nullptr && !std::holds_alternative<SawViolation>(observation.what);
  transcript_.add(observation.at, name(), on_the_wire ? '<' : '-',
                  (message != nullptr ? "message " : "") +
                      describe(observation, shown_payload, ws::peer_of(options_.role)));
}

std::optional<Observation> Connection::take() {
  if (inbox_.empty()) return std::nullopt;
  std::optional<Observation> oldest{std::move(inbox_.front())};
  inbox_.pop_front();
  inbox_weight_ = inbox_.empty() ? 0 : inbox_weight_ - std::min(inbox_weight_, oldest->weight());
  if (inbox_.empty() && !held_ && channel_ && channel_->is_paused()) channel_->resume();
  return oldest;
}

std::string Connection::culprit(ws::Rule rule) const {
  switch (rule) {
    case ws::Rule::close_payload_of_one:
    case ws::Rule::close_code_reserved:
    case ws::Rule::close_code_unassigned:
    case ws::Rule::close_reason_not_utf8: return received_close_;
    case ws::Rule::text_not_utf8:
    case ws::Rule::deflate_context_kept:
    case ws::Rule::deflate_window_exceeded:
    case ws::Rule::deflate_data_corrupt: return {};
    default: break;
  }
  const auto frame = std::ranges::find_if(
      inbox_, [](const Observation& one) { return std::holds_alternative<SawFrame>(one.what); });
  return frame == inbox_.end() ? "" : describe(*frame, shown_payload, ws::peer_of(options_.role));
}

void Connection::notify() {
  if (std::exchange(*notified_, true)) return;
  loop_.post([this, alive = std::weak_ptr<bool>(notified_)] {
    if (const auto flag = alive.lock()) {
      *flag = false;
      changed_();
    }
  });
}

std::chrono::microseconds Connection::elapsed() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               options_.epoch);
}

}  // namespace wsrig::engine
