#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "echo/core_server.hpp"
#include "echo/run.hpp"
#include "net/dial.hpp"
#include "tests/support/frames.hpp"
#include "tests/unit/net/loopback.hpp"
#include "ws/notation.hpp"

namespace wsrig::echo {

inline const std::string good_request =
    "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

/// What a client saw of one connection.
struct Transcript {
  std::string head;                 ///< of the response
  std::vector<std::string> frames;  ///< in notation
  bool ended_in_time = false;       ///< FIN came before the close time-out
  std::string error;                ///< how the transport broke, if it did

  friend bool operator==(const Transcript&, const Transcript&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Transcript& transcript) {
    out << transcript.head << '\n';
    for (const std::string& frame : transcript.frames) out << "< " << frame << '\n';
    return out << (transcript.ended_in_time ? "eof" : "no eof") << ' ' << transcript.error;
  }
};

/// All frames in some octets, each in notation; octets that are no whole frame come last, as hex.
inline std::vector<std::string> print_frames(ws::Bytes octets) {
  std::vector<std::string> frames;
  while (const auto decoded = ws::decode_header(octets)) {
    const ws::Bytes rest = octets.subspan(decoded->size);
    if (decoded->header.payload_length > rest.size()) break;
    const auto payload = rest.first(static_cast<std::size_t>(decoded->header.payload_length));
    ws::Frame frame{decoded->header, {payload.begin(), payload.end()}};
    if (frame.header.mask) ws::Masker(*frame.header.mask).apply(frame.payload);
    frames.push_back(ws::print(frame, ws::Role::server, {.max_payload = 64}));
    octets = rest.subspan(payload.size());
  }
  if (!octets.empty()) frames.push_back("raw " + ws::hex(octets));
  return frames;
}

/// A server on a loop of its own.
class EchoFixture {
 public:
  static constexpr std::chrono::milliseconds close_timeout{100};

  explicit EchoFixture(std::vector<std::string> misbehaviours = {}, Config config = {})
      : config_(std::move(config)) {
    config_.listeners = {*net::parse_url("ws://127.0.0.1:0")};
    if (!config_.policy.deflate) config_.policy.deflate.emplace();
    config_.misbehaviours = std::move(misbehaviours);
    config_.timeouts.close = close_timeout;
    config_.timeouts.idle = 3 * close_timeout;  // ends a connection on which a misbehaviour waits for ever
    config_.timeouts.ping = {};
    server_ = std::make_unique<CoreServer>(loop_, config_, std::move(*make_behaviour(config_)));
    server_->open();
  }

  /// Sends octets on a new connection and collects what comes until the server ends it.
  Transcript converse(const std::string& octets) {
    std::unique_ptr<net::Channel> channel;
    net::Dial dial(loop_, server_->addresses().front(), {},
                   [&](auto result) { channel = std::move(*result); });
    net::run_until(loop_, [&] { return channel != nullptr; });
    net::Recorder recorder;
    channel->start(recorder);
    channel->send(ws::as_bytes(octets));
    const auto begun = net::Clock::now();
    net::run_until(loop_, [&] { return recorder.eof || recorder.error; });
    Transcript transcript;
    const auto end = recorder.received.find("\r\n\r\n");
    transcript.head = recorder.received.substr(0, end);
    if (end != std::string::npos) {
      transcript.frames = print_frames(ws::as_bytes(recorder.received).subspan(end + 4));
    }
    transcript.ended_in_time = recorder.eof && net::Clock::now() - begun < close_timeout;
    transcript.error = recorder.error ? recorder.error.message() : "";
    return transcript;
  }

  net::Loop& loop() { return loop_; }
  CoreServer& server() { return *server_; }

 private:
  net::Loop loop_;
  Config config_;
  std::unique_ptr<CoreServer> server_;
};

}  // namespace wsrig::echo
