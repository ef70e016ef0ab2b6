#include "proxy/frame_reader.hpp"

#include <gtest/gtest.h>
#include <string>

#include "ws/notation.hpp"

namespace wsrig::proxy {
namespace {

/// Writes down what it is told; the raw octets too, which must be what came.
struct Recorder final : FrameEvents {
  void on_data_frame(const ws::FrameHeader& header, ws::Bytes octets) override {
    told += (header.fin ? "fin " : "") + std::string(ws::name(header.opcode)) + "(";
    ws::append(raw, octets);
  }
  void on_data_payload(ws::MutableBytes chunk) override {
    told += std::to_string(chunk.size()) + "+";
    size += chunk.size();
    ws::append(raw, chunk);
  }
  void on_data_frame_end() override {
    told.resize(told.rfind('(') + 1);
    told += std::to_string(std::exchange(size, 0)) + ") ";
  }
  void on_control(const ws::FrameHeader& header, ws::MutableBytes payload, ws::Bytes octets) override {
    told += std::string(ws::name(header.opcode)) + "[" + std::string(ws::as_text(payload)) + "] ";
    ws::append(raw, octets);
  }
  void on_violation(const ws::Violation& violation) override {
    if (const auto open = told.rfind('(');
        open != std::string::npos && told.find(')', open) == std::string::npos) {
      told.resize(open + 1);
    }
    told += "! " + std::string(violation->id);
  }

  std::string told;
  ws::ByteBuffer raw;
  std::size_t size = 0;
};

ws::ByteBuffer octets_of(std::initializer_list<const char*> frames, ws::Role sender = ws::Role::client) {
  ws::ByteBuffer octets;
  for (const char* text : frames) ws::encode(*ws::parse_frame(text, sender), octets);
  return octets;
}

Recorder read(const ws::ByteBuffer& octets, std::size_t size, ws::Role receiver = ws::Role::server,
              const ws::Limits& limits = {}) {
  Recorder recorder;
  FrameReader reader(receiver, limits, false);
  for (std::size_t at = 0; at < octets.size(); at += size) {
    ws::ByteBuffer piece(octets.begin() + static_cast<std::ptrdiff_t>(at),
                         octets.begin() + static_cast<std::ptrdiff_t>(std::min(octets.size(), at + size)));
    reader.feed(piece, recorder);
  }
  return recorder;
}

TEST(FrameReader, tells_the_same_and_passes_the_same_octets_whatever_the_cut) {
  const ws::ByteBuffer octets =
      octets_of({"text fin=0 mask=01020304 \"h\\u00e9\"", "ping mask=a1a2a3a4 \"mid\"",
                 "cont mask=01ff0304 \"llo\"", "binary \"\"", "pong \"\"",
                 "binary mask=09080706 repeat(\"x\", 300)", "close mask=07070707 4001 \"bye\""});
  for (std::size_t size = 1; size <= octets.size(); ++size) {
    const Recorder recorder = read(octets, size);
    EXPECT_EQ(recorder.told,
              "text(3) ping[mid] fin cont(3) fin binary(0) pong[] fin binary(300) close[\x0f\xa1"
              "bye] ")
        << size;
    EXPECT_EQ(recorder.raw, octets) << size;
  }
}

struct Row {
  std::initializer_list<const char*> frames;
  const char* told;
  ws::Role receiver = ws::Role::server;
};

TEST(FrameReader, stops_at_the_first_violation_whatever_the_cut) {
  const Row rows[] = {
      {{"binary \"a\"", "binary mask=none \"b\"", "ping \"c\""}, "fin binary(1) ! unmasked-client-frame"},
      {{"ping \"a\"", "text rsv1 \"b\""}, "ping[a] ! reserved-bits"},
      {{"text fin=0 \"a\"", "text \"b\""}, "text(1) ! data-inside-message"},
      {{"cont \"a\""}, "! continuation-without-start"},
      {{"ping fin=0 \"a\""}, "! fragmented-control"},
      {{"text fin=0 hex(c3)", "cont hex(28)"}, "text(1) fin cont(! text-not-utf8"},
      {{"text hex(c3)"}, "fin text(! text-not-utf8"},
      {{"binary hex(c3)"}, "fin binary(1) "},
      {{"close hex(03)"}, "! close-payload-of-one"},
      {{"close 1005"}, "! close-code-reserved"},
      {{"binary mask=01020304 \"a\""}, "! masked-server-frame", ws::Role::client},
  };
  for (const Row& row : rows) {
    const ws::ByteBuffer octets = octets_of(row.frames, ws::peer_of(row.receiver));
    for (std::size_t size = 1; size <= octets.size(); ++size) {
      EXPECT_EQ(read(octets, size, row.receiver).told, row.told) << size;
    }
  }
}

TEST(FrameReader, s5_5_1_reads_nothing_behind_a_close) {
  EXPECT_EQ(read(octets_of({"close 1000", "binary \"x\"", "text rsv1 \"y\""}), 1000).told,
            "close[\x03\xe8] ");
}

TEST(FrameReader, s10_4_counts_before_anything_comes) {
  const ws::Limits limits{.frame = 10, .message = 15, .fragments = 3};
  EXPECT_EQ(read(octets_of({"binary repeat(\"x\", 11)"}), 1000, ws::Role::server, limits).told,
            "! frame-too-big");
  EXPECT_EQ(read(octets_of({"binary fin=0 repeat(\"x\", 8)", "cont repeat(\"x\", 8)"}), 1000,
                 ws::Role::server, limits)
                .told,
            "binary(8) ! message-too-big");
  EXPECT_EQ(read(octets_of({"binary fin=0 \"\"", "cont fin=0 \"\"", "cont fin=0 \"\"", "cont \"\""}), 1000,
                 ws::Role::server, limits)
                .told,
            "binary(0) cont(0) cont(0) ! too-many-fragments");
}

}  // namespace
}  // namespace wsrig::proxy
