#include "scenarios/engine/run/preflight.hpp"

#include <array>
#include <fmt/format.h>
#include <utility>

#include "scenarios/engine/run/connection.hpp"
#include "ws/handshake.hpp"

namespace wsrig::engine {

namespace {

constexpr std::string_view hello = "wsrig preflight";

/// One connection: how far it came.
struct Attempt {
  Transcript transcript;
  std::unique_ptr<Connection> connection;
  bool asked = false;
  bool upgraded = false;
  bool ponged = false;
  bool echoed = false;
  bool ended = false;

  bool served(const Oracle& oracle) const {
    return oracle.echoes() ? echoed : oracle.kind == Oracle::Kind::ping ? ponged : upgraded;
  }
};

ws::FrameSpec frame(ws::Opcode opcode) {
  ws::FrameSpec spec;
  spec.opcode = opcode;
  spec.payload.assign(hello.begin(), hello.end());
  return spec;
}

}  // namespace

struct Preflight::State : std::enable_shared_from_this<State> {
  State(net::Loop& on_loop, const CaseSettings& with, std::function<void(Findings)> when_done)
      : loop(on_loop), settings(with), done(std::move(when_done)), timer(on_loop) {}

  void start() {
    for (auto& attempt : attempts) open(attempt);
    timer.start(settings.handshake_timeout, [this] { finish(); });
  }

  void open(Attempt& attempt) {
    Connection::Options options;
    options.url = settings.subject.url;
    options.dial = {.timeout = settings.connect_timeout, .tls = settings.subject.tls};
    options.epoch = std::chrono::steady_clock::now();
    const auto index = static_cast<std::uint64_t>(&attempt - attempts.data());
    attempt.connection =
        std::make_unique<Connection>(loop, std::move(options), Random(settings.seed + index),
                                     attempt.transcript, [this, &attempt] { look(attempt); });
    attempt.connection->open();
  }

  void look(Attempt& attempt) {
    Connection& connection = *attempt.connection;
    if (connection.dial_error()) return finish();
    if (connection.phase() == Connection::Phase::dialling) return;
    if (!std::exchange(attempt.asked, true)) ask(connection);
    while (auto seen = connection.take()) note(attempt, *seen);
    if (attempts[0].ended || attempts[0].served(settings.subject.oracle)) first_is_served();
  }

  void ask(Connection& connection) {
    ws::ClientRequest request;
    request.target = settings.subject.url.target;
    request.host = settings.subject.url.authority();
    std::array<std::uint8_t, 16> nonce{};
    connection.random().fill(nonce);
    request.key = ws::make_key(nonce);
    request.headers = settings.subject.headers;
    connection.send_http(ws::build_request(request), 0);
  }

  void note(Attempt& attempt, const Observation& seen) {
    if (std::holds_alternative<SawEnd>(seen.what)) attempt.ended = true;
    if (const auto* response = std::get_if<SawHead>(&seen.what)) on_response(attempt, *response);
    if (std::holds_alternative<SawMessage>(seen.what)) attempt.echoed = true;
    const auto* pong = std::get_if<SawFrame>(&seen.what);
    if (pong != nullptr && pong->frame.header.opcode == ws::Opcode::pong) attempt.ponged = true;
  }

  void on_response(Attempt& attempt, const SawHead& response) {
    if (response.head->is_interim()) return;
    if (response.head->status() != 101) {
      refusal = fmt::format("the subject answers the opening handshake with {}", describe({response, {}}));
      return finish();
    }
    attempt.upgraded = true;
    attempt.connection->send_frame(frame(ws::Opcode::ping));
    if (settings.subject.oracle.echoes()) attempt.connection->send_frame(frame(ws::Opcode::text));
  }

  /// The second connection gets as long again as the first took, and at least half a second.
  void first_is_served() {
    if (attempts[1].served(settings.subject.oracle) || attempts[1].ended || attempts[0].ended)
      return finish();
    if (!std::exchange(waiting_for_second, true)) {
      timer.start(std::chrono::milliseconds(500), [this] { finish(); });
    }
  }

  void finish() {
    timer.cancel();
    loop.post([self = shared_from_this()] {
      auto call = std::exchange(self->done, nullptr);
      if (!call) return;
      const Findings findings = self->judge();
      for (auto& attempt : self->attempts) attempt.connection.reset();
      call(findings);
    });
  }

  Findings judge() const {
    const Attempt& first = attempts[0];
    if (const auto& error = first.connection->dial_error()) {
      // Who resets has accepted before: a port where nobody listens refuses.
      return {.reachable = error->error == boost::system::errc::connection_reset, .text = error->message};
    }
    Findings findings;
    findings.one_at_a_time = waiting_for_second && !attempts[1].served(settings.subject.oracle);
    findings.text = refusal;
    findings.silent = refusal.empty() && !first.upgraded && !first.ended;
    if (findings.silent) findings.text = "the subject does not answer the opening handshake";
    if (findings.text.empty() && first.upgraded && !first.served(settings.subject.oracle))
      findings.text = hint(first);
    return findings;
  }

  std::string hint(const Attempt& attempt) const {
    if (settings.subject.oracle.echoes() && attempt.ponged) {
      return "the subject answers a Ping, but does not echo: if it is no echo server, use --oracle ping";
    }
    return "the subject completes the handshake, but answers neither text nor Ping: see --oracle passive";
  }

  net::Loop& loop;
  const CaseSettings& settings;
  std::function<void(Findings)> done;
  net::Timer timer;
  std::array<Attempt, 2> attempts;
  std::string refusal;
  bool waiting_for_second = false;
};

Preflight::Preflight(net::Loop& loop, const CaseSettings& settings, std::function<void(Findings)> done)
    : state_(std::make_shared<State>(loop, settings, std::move(done))) {
  state_->start();
}

Preflight::~Preflight() { state_->done = nullptr; }

}  // namespace wsrig::engine
