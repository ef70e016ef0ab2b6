#pragma once

#include <cstdio>
#include <deque>
#include <gtest/gtest.h>
#include <ostream>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/cuts.hpp"
#include "tests/support/octets.hpp"
#include "ws/endpoint.hpp"

namespace wsrig::test {

/// A key for each frame that can be predicted: tests only.
class CountingKeys final : public ws::MaskKeySource {
 public:
  ws::MaskKey next() override { return {0xa1, 0xb2, 0xc3, count_++}; }

 private:
  std::uint8_t count_ = 0;
};

/// Text as it is, with other octets as \xNN.
inline std::string readable(ws::Bytes payload) {
  std::string text;
  for (const std::uint8_t octet : payload) {
    char escaped[8];
    const bool plain = octet >= 0x20 && octet < 0x7f;
    std::snprintf(escaped, sizeof escaped, plain ? "%c" : "\\x%02x", octet);
    text += escaped;
  }
  return text;
}

/// `word payload`, without the blank when the payload is empty.
inline std::string line(std::string word, ws::Bytes payload) {
  return payload.empty() ? word : word + " " + readable(payload);
}

/// "ping x", "cont fin=0 rsv=4 abc", "close 1000 bye", "op=3".
inline std::string describe(const ws::FrameHeader& header, ws::Bytes payload) {
  std::string word(ws::name(header.opcode));
  if (word.empty()) word = "op=" + std::to_string(static_cast<int>(header.opcode));
  if (!header.fin) word += " fin=0";
  if (header.rsv != 0) word += " rsv=" + std::to_string(header.rsv);
  if (header.payload_length != payload.size()) word += " len=" + std::to_string(header.payload_length);
  if (header.opcode != ws::Opcode::close || payload.size() < 2) return line(word, payload);
  const ws::CloseReason close = ws::parse_close(payload);
  return line(word + " " + std::to_string(*close.code), ws::as_bytes(close.reason));
}

/// Writes each event as a line: "text Hello", "ping x", "close 1000 bye", "violation reserved-bits".
class EventLog final : public ws::EndpointEvents {
 public:
  std::vector<std::string> lines;

  void on_frame(const ws::FrameHeader& header, ws::Bytes payload) override {
    lines.push_back("frame " + describe(header, payload));
  }
  void on_message(const ws::Message& message) override {
    std::string word(ws::name(message.opcode));
    if (message.compressed) word += " deflate";
    if (message.frames != 1) word += " frames=" + std::to_string(message.frames);
    lines.push_back(line(word, message.payload));
  }
  void on_ping(ws::Bytes payload) override { lines.push_back(line("ping", payload)); }
  void on_pong(ws::Bytes payload) override { lines.push_back(line("pong", payload)); }
  void on_close(const ws::CloseReason& close) override {
    const std::string code = close.code ? " " + std::to_string(*close.code) : "";
    lines.push_back(line("close" + code, ws::as_bytes(close.reason)));
  }
  void on_violation(const ws::Violation& violation) override {
    lines.push_back("violation " + std::string(violation->id));
  }
};

/// The frames in what an endpoint wrote, unmasked; octets that are no whole frame are a last line.
inline std::vector<std::string> describe_wire(ws::Bytes wire) {
  std::vector<std::string> lines;
  while (const auto decoded = ws::decode_header(wire)) {
    const ws::FrameHeader& header = decoded->header;
    if (wire.size() - decoded->size < header.payload_length) break;
    const ws::Bytes body = wire.subspan(decoded->size, static_cast<std::size_t>(header.payload_length));
    ws::ByteBuffer payload(body.begin(), body.end());
    if (header.mask) ws::Masker(*header.mask).apply(payload);
    lines.push_back(describe(header, payload));
    wire = wire.subspan(decoded->size + body.size());
  }
  if (!wire.empty()) lines.push_back("rest " + readable(wire));
  return lines;
}

/// What an endpoint made of a stream: two of them are equal when nobody could tell the two runs apart.
struct Trace {
  std::vector<std::string> events;
  std::vector<std::string> sent;
  bool failed = false;
  bool finished = false;

  friend bool operator==(const Trace&, const Trace&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Trace& trace) {
    for (const auto& event : trace.events) out << "\n  reports " << event.substr(0, 200);
    for (const auto& frame : trace.sent) out << "\n  sends " << frame.substr(0, 200);
    return out << (trace.failed ? "\n  failed" : "") << (trace.finished ? "\n  finished" : "");
  }
};

/// Feeds a stream to a new endpoint in pieces. Each piece lies in memory of its own size, so that a sanitizer
/// sees the first octet read or written beyond it.
inline Trace run(const ws::EndpointConfig& config, const std::optional<ws::DeflateParams>& deflate,
                 ws::Bytes stream, const Pieces& pieces) {
  ws::Endpoint endpoint(config, deflate);
  EventLog log;
  ws::ByteBuffer out;
  std::size_t at = 0;
  for (const std::size_t size : pieces) {
    const ws::Bytes piece = stream.subspan(at, size);
    ws::ByteBuffer read(piece.begin(), piece.end());
    endpoint.receive(read, log, out);
    at += size;
  }
  return {log.lines, describe_wire(out), endpoint.failed(), endpoint.finished()};
}

/// A conversation with an endpoint as one expression, without sockets and time:
///   Playbook(config).hears(ping).sends("pong x").reports("ping x").hears(…)…
/// Whatever it does without being asked for fails the test at the end.
class Playbook {
 public:
  using Where = std::source_location;

  explicit Playbook(const ws::EndpointConfig& config, const std::optional<ws::DeflateParams>& deflate = {},
                    Where where = Where::current())
      : endpoint_(config, deflate), where_(where) {}
  Playbook(const Playbook&) = delete;
  ~Playbook() {
    for (const auto& event : events_) fail_at(where_, "it also reported: " + event);
    for (const auto& frame : describe_wire(out_)) fail_at(where_, "it also sent: " + frame);
  }

  ws::Endpoint& endpoint() { return endpoint_; }
  /// For calls like `play.endpoint().send(…, play.out())`; `sends` then expects what they wrote.
  ws::ByteBuffer& out() { return out_; }

  /// The peer sends these octets, in one piece.
  Playbook& hears(ws::ByteBuffer stream) {
    EventLog log;
    endpoint_.receive(stream, log, out_);
    events_.insert(events_.end(), log.lines.begin(), log.lines.end());
    return *this;
  }
  /// The next event is this one.
  Playbook& reports(std::string_view expected, Where where = Where::current()) {
    const std::string got = events_.empty() ? "nothing" : events_.front();
    if (got != expected) fail_at(where, "it reported: " + got + "\n    expected: " + std::string(expected));
    if (!events_.empty()) events_.pop_front();
    return *this;
  }
  /// The next frame it wrote is this one.
  Playbook& sends(std::string_view expected, Where where = Where::current()) {
    const auto header = ws::decode_header(out_);
    const std::string got = header ? describe_wire(out_).front() : "nothing";
    if (got != expected) fail_at(where, "it sent: " + got + "\nexpected: " + std::string(expected));
    if (!header) return *this;
    const auto size = header->size + static_cast<std::size_t>(header->header.payload_length);
    out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(std::min(size, out_.size())));
    return *this;
  }
  Playbook& finished(bool expected, Where where = Where::current()) {
    if (endpoint_.finished() != expected) fail_at(where, expected ? "not finished" : "finished too early");
    return *this;
  }

 private:
  static void fail_at(const Where& where, const std::string& text) {
    ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line())) << text;
  }

  ws::Endpoint endpoint_;
  Where where_;
  std::deque<std::string> events_;
  ws::ByteBuffer out_;
};

}  // namespace wsrig::test
