#include "loadgen/link.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <utility>

#include "ws/close_code.hpp"
#include "ws/random.hpp"

namespace wsrig::loadgen {
namespace {

/// The write buffer is one for all connections; what a large message made of it is not kept.
constexpr std::size_t write_buffer_limit = std::size_t{1024} * 1024;

bool is_lack_of_resource(const net::error_code& error) {
  const int value = error.value();
  if (error.category() != boost::system::system_category()) return false;
  return value == EMFILE || value == ENFILE || value == EADDRNOTAVAIL || value == ENOBUFS || value == ENOMEM;
}

std::string make_key(std::uint64_t seed) {
  std::array<std::uint8_t, 16> nonce{};
  ws::Random(seed).fill(nonce);
  return ws::make_key(nonce);
}

}  // namespace

LinkShared::LinkShared(net::Loop& the_loop, const Target& the_target, const net::TlsContext* the_tls,
                       ws::MaskKeySource& the_keys, Meter& the_meter)
    : loop(the_loop),
      target(the_target),
      tls(the_tls),
      host(target.url.authority()),
      keys(the_keys),
      meter(the_meter) {
  endpoint.role = ws::Role::client;
  endpoint.limits = target.limits;
  endpoint.answer_ping = target.answer_pings;
  endpoint.mask_keys = &keys;
}

net::DialOptions LinkShared::dial_options(const std::optional<net::SocketAddress>& source) const {
  return {.timeout = target.connect_timeout,
          .tls = tls,
          .receive_buffer = target.receive_buffer,
          .via = target.via,
          .source = source};
}

struct Link::Opening {
  ws::ClientRequest request;
  std::optional<net::SocketAddress> source;
  std::unique_ptr<net::Dial> dial;
  ws::HeadReader head;
  net::Clock::time_point secured{};  ///< TCP and TLS are done
};

Link::Link(LinkShared& shared, LinkEvents& events) : shared_(shared), events_(events) {}
Link::~Link() = default;

// ---- opening ----

void Link::open(Request request, std::uint64_t nonce_seed) {
  const Target& target = shared_.target;
  phase_ = Phase::dialling;
  opening_ = std::make_unique<Opening>();
  opening_->request = {.target = std::move(request.target),
                       .host = shared_.host,
                       .key = make_key(nonce_seed),
                       .subprotocols = target.subprotocols,
                       .extensions = target.extensions,
                       .headers = std::move(request.headers)};
  ++shared_.meter.counters.connects_attempted;
  opening_->dial = std::make_unique<net::Dial>(shared_.loop, target.url, shared_.dial_options(request.source),
                                               [this](auto result) { on_dialled(std::move(result)); });
}

void Link::on_dialled(boost::system::result<std::unique_ptr<net::Channel>, net::DialError> result) {
  if (!result) {
    const net::DialError& error = result.error();
    LinkEnd failure{.how = LinkEnd::How::failed,
                    .lacks_resource = is_lack_of_resource(error.error),
                    .error = error.error,
                    .kind = fmt::format("{}: {}", name(error.step), error.error.message())};
    phase_ = Phase::ended;
    return events_.on_end(failure);
  }
  const net::DialTimes& times = opening_->dial->times();
  shared_.meter.record(Timing::connect, times.connected - times.began);
  if (shared_.target.url.is_tls()) shared_.meter.record(Timing::tls, times.secured - times.connected);
  opening_->secured = times.secured;
  channel_ = std::move(*result);
  send_request();
}

void Link::send_request() {
  phase_ = Phase::handshake;
  arm(shared_.target.handshake_timeout, "handshake: no answer in time");
  channel_->start(*this);
  channel_->send(ws::as_bytes(ws::build_request(opening_->request)));
}

/// Reads towards the end of one head, of several that may come at once. Returns how many octets it has taken.
std::size_t Link::read_response(ws::Bytes data) {
  std::size_t taken = 0;
  const auto status = opening_->head.feed(data, taken);
  if (status == ws::HeadReader::Status::need_more) return taken;
  if (status == ws::HeadReader::Status::complete) {
    on_response(opening_->head.take());
  } else {
    end_later(LinkEnd::How::failed, "handshake: the response head is too large");
  }
  return taken;
}

void Link::on_response(const ws::HttpHead& head) {
  if (head.is_interim()) return;  // RFC 9110 §15.2: any number may come; the deadline bounds them
  if (head.status() > 0) shared_.meter.count_status(static_cast<std::uint16_t>(head.status()));
  auto verdict = ws::verify_response(head, opening_->request);
  if (!verdict.findings.empty()) {
    const bool refused = head.status() > 0 && head.status() != 101;
    return end_later(LinkEnd::How::failed, refused
                                               ? fmt::format("handshake: HTTP {}", head.status())
                                               : fmt::format("handshake: {}", verdict.findings.front().id));
  }
  shared_.meter.record(Timing::upgrade, net::Clock::now() - opening_->secured);
  ++shared_.meter.counters.connects_opened;
  deflate_ = verdict.agreement.deflate;
  endpoint_.emplace(shared_.endpoint, deflate_);
  opening_.reset();
  deadline_.reset();
  phase_ = Phase::open;
  was_open_ = true;
}

// ---- what the channel tells ----

void Link::on_data(ws::MutableBytes data) {
  if (phase_ == Phase::handshake) {
    while (phase_ == Phase::handshake && !data.empty()) data = data.subspan(read_response(data));
    if (phase_ == Phase::open) events_.on_open();
  }
  if (endpoint_ && phase_ < Phase::ending && !data.empty()) read_frames(data);
}

void Link::read_frames(ws::MutableBytes data) {
  shared_.meter.counters.octets_received += data.size();
  shared_.read_time = net::Clock::now();
  reading_ = true;
  endpoint_->receive(data, *this, out());
  reading_ = false;
  flush();
  settle();
}

/// What follows from what was read; the last thing an event does.
void Link::settle() {
  if (violated_) return end(LinkEnd::How::failed, fmt::format("protocol: {}", ws::info(*violated_).id));
  if (phase_ == Phase::open && close_seen_) {
    phase_ = Phase::closing;
    arm(shared_.target.close_timeout, "close: the server did not end the connection in time");
  }
  events_.on_read();
}

void Link::on_eof() {
  if (phase_ == Phase::ending) return;
  if (phase_ == Phase::handshake) return end(LinkEnd::How::failed, "handshake: the connection was closed");
  if (!close_seen_) shared_.meter.count_close(ws::close_code::abnormal);
  if (closed_by_us_ && close_seen_) return end(LinkEnd::How::closed, {});
  end(LinkEnd::How::by_peer,
      close_seen_ ? "closed by the server" : "the server ended the connection without a Close");
}

void Link::on_error(net::error_code error) {
  if (phase_ == Phase::ending) return;
  // §7.1.1: a server may well reset when both Closes are through.
  if (phase_ == Phase::closing && close_seen_) {
    return end(closed_by_us_ ? LinkEnd::How::closed : LinkEnd::How::by_peer, "closed by the server");
  }
  if (was_open_) shared_.meter.count_close(ws::close_code::abnormal);
  end(LinkEnd::How::failed, (was_open_ ? "connection: " : "handshake: ") + error.message());
}

void Link::on_drained() {
  if (phase_ == Phase::open) events_.on_writable();
}

// ---- what the endpoint tells ----

void Link::on_message(const ws::Message& message) {
  shared_.meter.counters.frames_received += message.frames;
  events_.on_message(message);
}

void Link::on_ping(ws::Bytes) {
  ++shared_.meter.counters.frames_received;
  if (shared_.target.answer_pings) ++shared_.meter.counters.frames_sent;
}

void Link::on_pong(ws::Bytes payload) {
  ++shared_.meter.counters.frames_received;
  ++shared_.meter.counters.pongs_received;
  events_.on_pong(payload);
}

void Link::on_close(const ws::CloseReason& close) {
  ++shared_.meter.counters.frames_received;
  close_seen_ = close.code.value_or(ws::close_code::no_status);
  shared_.meter.count_close(*close_seen_);
}

void Link::on_violation(const ws::Violation& violation) { violated_ = violation.rule; }

// ---- what the owner asks for ----

void Link::flush() {
  ws::ByteBuffer& buffer = out();
  if (reading_ || buffer.empty()) return;
  shared_.meter.counters.octets_sent += buffer.size();
  if (channel_) channel_->send(buffer);
  buffer.clear();
  if (buffer.capacity() > write_buffer_limit) ws::ByteBuffer().swap(buffer);
}

void Link::flush_cut(std::size_t octets) {
  ws::ByteBuffer& buffer = out();
  shared_.meter.counters.octets_sent += buffer.size();
  for (ws::Bytes rest(buffer); !rest.empty() && channel_;) {
    const ws::Bytes piece = rest.first(std::min(octets, rest.size()));
    channel_->send(piece);
    rest = rest.subspan(piece.size());
  }
  buffer.clear();
}

void Link::close(std::uint16_t code) {
  if (phase_ != Phase::open) return end_later(LinkEnd::How::closed, {});
  closed_by_us_ = endpoint_->close(code, {}, out());
  phase_ = Phase::closing;
  ++shared_.meter.counters.frames_sent;
  flush();
  arm(shared_.target.close_timeout, "close: no answer in time");
}

void Link::reset() {
  if (channel_) channel_->reset();
  end_later(LinkEnd::How::closed, {});
}

void Link::fail(const std::string& kind) {
  if (channel_) channel_->reset();
  end_later(LinkEnd::How::failed, kind);
}

// ---- the end ----

void Link::arm(milliseconds time, const char* kind) {
  if (!deadline_) deadline_ = std::make_unique<net::Timer>(shared_.loop);
  deadline_->start(time, [this, kind] { end(LinkEnd::How::failed, kind); });
}

void Link::end(LinkEnd::How how, std::string kind) {
  if (std::exchange(phase_, Phase::ended) == Phase::ended) return;
  channel_.reset();
  LinkEnd result{.how = how, .was_open = was_open_, .close_code = close_seen_, .kind = std::move(kind)};
  events_.on_end(result);
}

/// From within a call of the owner, or of the endpoint: on_end comes in a later turn. What the peer does
/// until then changes nothing.
void Link::end_later(LinkEnd::How how, std::string kind) {
  phase_ = Phase::ending;
  if (!deadline_) deadline_ = std::make_unique<net::Timer>(shared_.loop);
  deadline_->start({}, [this, how, why = std::move(kind)] { end(how, why); });
}

}  // namespace wsrig::loadgen
