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
              const ws::Limits& limits = {}, const std::optional<ws::DeflateParams>& deflate = {}) {
  Recorder recorder;
  FrameReader reader(receiver, limits, deflate);
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

/// Messages of a client that compresses, with its window taken over or not.
class Compressed {
 public:
  explicit Compressed(bool takeover)
      : params_{.client_no_context_takeover = !takeover}, deflater_(15, takeover) {}

  void add(ws::Opcode opcode, std::string_view message, std::size_t first_fragment = 0) {
    ws::ByteBuffer payload;
    deflater_.compress(ws::as_bytes(message), payload);
    const ws::Bytes whole(payload);
    ws::FrameHeader header{.fin = first_fragment == 0, .rsv = ws::rsv1, .opcode = opcode, .mask = key_};
    if (first_fragment > 0) {
      add_frame(header, whole.first(first_fragment));
      header = {.opcode = ws::Opcode::continuation, .mask = key_};
    }
    add_frame(header, whole.subspan(first_fragment));
  }
  void add_octets(const char* frame) { ws::append(octets_, octets_of({frame})); }

  /// What is told, the same for all cuts but for the sizes of data frames.
  std::string told(const ws::Limits& limits = {}) const {
    const Recorder whole = read(octets_, octets_.size(), ws::Role::server, limits, params_);
    for (std::size_t size = 1; size < std::min<std::size_t>(octets_.size(), 40); ++size) {
      EXPECT_EQ(read(octets_, size, ws::Role::server, limits, params_).told, whole.told) << size;
    }
    if (whole.told.find('!') == std::string::npos) {
      EXPECT_EQ(whole.raw, octets_);
    }
    return whole.told;
  }

 private:
  void add_frame(ws::FrameHeader header, ws::Bytes payload) {
    header.payload_length = payload.size();
    ws::encode({header, {payload.begin(), payload.end()}}, octets_);
  }

  static constexpr ws::MaskKey key_{1, 2, 3, 4};
  ws::DeflateParams params_;
  ws::Deflater deflater_;
  ws::ByteBuffer octets_;
};

TEST(FrameReader, judges_what_is_compressed) {
  for (const bool takeover : {true, false}) {
    Compressed client(takeover);
    client.add(ws::Opcode::text, "h\xc3\xa9llo h\xc3\xa9llo", 3);
    client.add(ws::Opcode::text, "h\xc3\xa9llo h\xc3\xa9llo");
    client.add(ws::Opcode::binary, "h\xc3h\xc3h\xc3");
    client.add(ws::Opcode::text, "");
    client.add_octets("text mask=01020304 \"plain\"");
    EXPECT_EQ(client.told().find('!'), std::string::npos) << client.told();
    client.add(ws::Opcode::text, "h\xc3h");
    client.add(ws::Opcode::text, "never read");
    EXPECT_TRUE(client.told().ends_with("text(! text-not-utf8")) << client.told();
  }
}

TEST(FrameReader, rfc7692_s7_2_2_what_cannot_be_inflated_is_a_violation) {
  for (const char* frame :
       {"text rsv1 mask=01020304 hex(ff ff ff)", "binary rsv1 mask=01020304 hex(f2 48 cd c9 c9 07)"}) {
    Compressed client(true);
    client.add(ws::Opcode::text, "good");
    client.add_octets(frame);
    EXPECT_TRUE(client.told().ends_with("! deflate-data-corrupt")) << client.told();
  }
}

TEST(FrameReader, s10_4_counts_what_a_message_inflates_to) {
  const ws::Limits limits{.message = 100'000};
  Compressed client(true);
  client.add(ws::Opcode::binary, std::string(100'000, 'x'));
  EXPECT_EQ(client.told(limits).find('!'), std::string::npos);
  client.add(ws::Opcode::binary, std::string(100'001, 'x'));
  EXPECT_TRUE(client.told(limits).ends_with("! message-too-big")) << client.told(limits);
}

}  // namespace
}  // namespace wsrig::proxy
