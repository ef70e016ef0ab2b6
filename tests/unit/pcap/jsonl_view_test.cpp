#include "pcap/jsonl_view.hpp"

#include <cstdlib>
#include <gtest/gtest.h>

#include "pcap/plain_text.hpp"
#include "report/text.hpp"
#include "tests/support/octets.hpp"

// What a line of --jsonl holds, to the octet.
namespace wsrig::pcap {
namespace {

/// Records of two connections, behind the line that starts the output.
class Records {
 public:
  Records() : file_(open_memstream(&text_, &size_)) {
    sink_.emplace(file_);
    view_.emplace(*sink_, 1024, std::vector<std::string>{});
    sink_->flush();
    start_ = size_;
  }
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;
  ~Records() {
    std::fclose(file_);
    std::free(text_);
  }

  JsonlView& view() { return *view_; }
  /// What was written since the last call.
  std::string take() {
    sink_->flush();
    std::string lines(text_ + start_, size_ - start_);
    start_ = size_;
    return lines;
  }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0, start_ = 0;
  std::FILE* file_;
  std::optional<Sink> sink_;
  std::optional<JsonlView> view_;
};

struct Connections {
  Connections() {
    first.id = 1;
    second.id = 20;
  }
  Connection first, second;
};

FrameSeen frame_of(const Connection& connection, ws::Role sender, ws::Opcode opcode, std::uint64_t length) {
  FrameSeen frame{.connection = &connection, .sender = sender};
  frame.header.opcode = opcode;
  frame.header.payload_length = frame.captured = length;
  frame.complete = true;
  frame.offset = 9;
  frame.first = frame.last = {.packet = 10, .time = Time{1'700'000'000'000'000'001}};
  return frame;
}

TEST(JsonlFrame, says_who_sent_what_where) {
  const Connections of;
  Records records;
  records.view().on_frame(frame_of(of.first, ws::Role::client, ws::Opcode::text, 0));
  records.view().on_frame(frame_of(of.first, ws::Role::server, ws::Opcode::binary, 99'999'999));
  records.view().on_frame(frame_of(of.second, ws::Role::client, ws::Opcode::text, 100'000'000));
  records.view().on_frame(frame_of(of.second, ws::Role::client, ws::Opcode{11}, UINT64_MAX));
  const std::string where = R"(,"offset":9,"packet":10,"time_ns":1700000000000000001})";
  EXPECT_EQ(
      records.take(),
      R"({"type":"frame","stream":1,"from":"client","opcode":"text","length":0)" + where + "\n" +
          R"({"type":"frame","stream":1,"from":"server","opcode":"binary","length":99999999)" + where + "\n" +
          R"({"type":"frame","stream":20,"from":"client","opcode":"text","length":100000000)" + where + "\n" +
          R"({"type":"frame","stream":20,"from":"client","opcode":"op11","length":18446744073709551615)" +
          where + "\n");
}

TEST(JsonlFrame, says_what_is_unusual) {
  const Connections of;
  Records records;
  FrameSeen frame = frame_of(of.first, ws::Role::client, ws::Opcode::ping, 3);
  frame.header.fin = false;
  frame.header.rsv = 5;
  frame.header.mask = ws::MaskKey{0x00, 0x1f, 0xa0, 0xff};
  frame.last.packet = 12;
  frame.complete = false;
  frame.captured = 2;
  frame.confidence = 0.5;
  const ws::ByteBuffer payload = test::octets("61 22");
  frame.payload = payload;
  records.view().on_frame(frame);
  EXPECT_EQ(
      records.take(),
      R"({"type":"frame","stream":1,"from":"client","opcode":"ping","length":3,"fin":false,"rsv":5,"mask":"001fa0ff",)"
      R"("offset":9,"packet":10,"last_packet":12,"time_ns":1700000000000000001,"captured":2,"confidence":0.5,)"
      R"("text":"a\"","cut":true})"
      "\n");
}

TEST(JsonlFrame, has_the_time_of_each_frame) {
  const Connections of;
  Records records;
  for (const std::int64_t time :
       {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, std::int64_t{7}, std::int64_t{99'999'999},
        std::int64_t{100'000'000}, std::int64_t{100'000'001}, std::int64_t{199'999'999},
        std::int64_t{200'000'000}, std::int64_t{1'700'000'000'000'000'000}, std::int64_t{7}, INT64_MAX}) {
    FrameSeen frame = frame_of(of.first, ws::Role::client, ws::Opcode::text, 0);
    frame.first.time = Time{time};
    records.view().on_frame(frame);
    const auto told = std::to_string(std::max<std::int64_t>(time, 0));
    EXPECT_NE(records.take().find(R"(,"time_ns":)" + told + "}\n"), std::string::npos) << time;
  }
}

TEST(JsonlMessage, has_its_payload_as_text_or_base64) {
  const Connections of;
  Records records;
  const auto line = [&](std::string_view payload, std::uint64_t size) {
    records.view().on_message({.connection = &of.first,
                               .opcode = ws::Opcode::text,
                               .complete = true,
                               .frames = 1,
                               .number = 1,
                               .size = size,
                               .payload = ws::as_bytes(payload)});
    const std::string all = records.take();
    const std::string before =
        R"({"type":"message","stream":1,"from":"client","opcode":"text","number":1,"length":)" +
        std::to_string(size) + R"(,"offset":0,"packet":0)";
    EXPECT_TRUE(all.starts_with(before)) << all;
    return all.substr(std::min(all.size(), before.size()));
  };
  EXPECT_EQ(line("", 0), "}\n");
  EXPECT_EQ(line("plain", 5), ",\"text\":\"plain\"}\n");
  EXPECT_EQ(line("plain", 6), ",\"text\":\"plain\",\"cut\":true}\n");
  EXPECT_EQ(line("{\"a\": \"\\\"}", 10), R"(,"text":"{\"a\": \"\\\"}"})"
                                         "\n");
  EXPECT_EQ(line("\xe2\x80\xa8 é\n", 6), ",\"text\":\"\\u2028 é\\n\"}\n");
  EXPECT_EQ(line("\xff", 1), ",\"base64\":\"/w==\"}\n");
  EXPECT_EQ(line("é\xe2\x82", 5), ",\"text\":\"é\",\"cut\":true}\n") << "cut inside of a character";
}

/// Every octet at every place of texts of every length around that of a block.
TEST(PlainText, is_what_a_json_string_holds_as_it_is) {
  EXPECT_TRUE(is_plain_text({}));
  for (std::size_t size = 1; size <= 50; ++size) {
    std::string text(size, 'm');
    for (std::size_t at = 0; at < size; ++at) {
      for (int octet = 0; octet < 256; ++octet) {
        text[at] = static_cast<char>(octet);
        const bool stays = octet < 0x80 && report::json_string(text) == '"' + text + '"';
        ASSERT_EQ(is_plain_text(ws::as_bytes(text)), stays) << size << " " << at << " " << octet;
      }
      text[at] = 'm';
    }
  }
}

}  // namespace
}  // namespace wsrig::pcap
