#include "ws/frame_parser.hpp"

#include <gmock/gmock.h>
#include <string>
#include <vector>

#include "tests/support/cuts.hpp"
#include "tests/support/frames.hpp"

namespace wsrig::ws {
namespace {

using test::octets;
using test::operator+;
using test::wire;
using testing::ElementsAre;

/// Writes down the calls; payload chunks of one frame are joined.
struct CallLog {
  std::vector<std::string> calls = {};
  int stop_behind_header = -1;
  int stop_behind_frame = -1;
  int headers = 0;
  int ends = 0;

  bool on_header(const FrameHeader& header) {
    calls.push_back("header " + std::to_string(header.payload_length));
    return headers++ != stop_behind_header;
  }
  void on_payload(MutableBytes chunk) {
    EXPECT_FALSE(chunk.empty());
    if (!calls.back().starts_with("payload")) calls.emplace_back("payload ");
    calls.back() += as_text(chunk);
  }
  bool on_frame_end() {
    calls.emplace_back("end");
    return ends++ != stop_behind_frame;
  }
};

std::vector<std::string> parse_in_pieces(ByteBuffer stream, const test::Pieces& pieces) {
  CallLog log;
  FrameParser parser;
  std::size_t at = 0;
  for (const std::size_t size : pieces) {
    EXPECT_EQ(parser.parse(MutableBytes(stream).subspan(at, size), log), size);
    at += size;
  }
  EXPECT_TRUE(parser.at_boundary());
  return log.calls;
}

TEST(FrameParserTest, s5_2_does_not_depend_on_cuts) {
  const ByteBuffer stream = wire(Role::server, Opcode::text, "Hello") + wire(Role::client, Opcode::ping) +
                            octets("827e0003") + "abc" + octets("827f0000000000000002") + "de" +
                            wire(Role::server, Opcode::close);
  const auto expected = parse_in_pieces(stream, test::whole(stream.size()));
  EXPECT_THAT(expected,
              ElementsAre("header 5", "payload Hello", "end", "header 0", "end", "header 3", "payload abc",
                          "end", "header 2", "payload de", "end", "header 0", "end"));
  EXPECT_EQ(parse_in_pieces(stream, test::octet_by_octet(stream.size())), expected);
  for (const auto& pieces : test::every_cut(stream.size()))
    EXPECT_EQ(parse_in_pieces(stream, pieces), expected);
}

TEST(FrameParserTest, a_whole_payload_comes_in_one_piece_where_it_lies) {
  struct Sink {
    MutableBytes seen;
    bool on_header(const FrameHeader&) { return true; }
    void on_payload(MutableBytes chunk) { seen = chunk; }
    bool on_frame_end() { return true; }
  } sink;
  ByteBuffer stream = wire(Role::server, Opcode::text, "Hello");
  FrameParser().parse(stream, sink);
  EXPECT_EQ(sink.seen.data(), stream.data() + 2);
  EXPECT_EQ(sink.seen.size(), 5u);
}

TEST(FrameParserTest, a_sink_can_stop_behind_a_header_and_go_on_later) {
  ByteBuffer stream = wire(Role::server, Opcode::text, "Hello");
  CallLog log{.stop_behind_header = 0};
  FrameParser parser;
  EXPECT_EQ(parser.parse(stream, log), 2u);
  EXPECT_FALSE(parser.at_boundary());
  EXPECT_EQ(parser.remaining(), 5u);
  EXPECT_EQ(parser.parse(MutableBytes(stream).subspan(2), log), 5u);
  EXPECT_THAT(log.calls, ElementsAre("header 5", "payload Hello", "end"));
}

TEST(FrameParserTest, a_sink_can_stop_behind_a_frame) {
  ByteBuffer stream = wire(Role::server, Opcode::text, "Hello") + wire(Role::server, Opcode::ping);
  CallLog log{.stop_behind_frame = 0};
  FrameParser parser;
  EXPECT_EQ(parser.parse(stream, log), 7u);
  EXPECT_TRUE(parser.at_boundary());
}

TEST(FrameParserTest, knows_where_a_stream_ended) {
  ByteBuffer stream = wire(Role::client, Opcode::binary, "abc");
  CallLog log;
  FrameParser parser;
  EXPECT_TRUE(parser.at_boundary());
  for (std::size_t at = 0; at < stream.size(); ++at) {
    parser.parse(MutableBytes(stream).subspan(at, 1), log);
    EXPECT_EQ(parser.at_boundary(), at + 1 == stream.size()) << at;
  }
}

TEST(FrameParserTest, counts_a_payload_of_2_to_the_64) {
  ByteBuffer stream = octets("82ff ffffffffffffffff 00000000") + "abc";
  CallLog log;
  FrameParser parser;
  EXPECT_EQ(parser.parse(stream, log), stream.size());
  EXPECT_EQ(parser.remaining(), UINT64_MAX - 3);
}

TEST(FrameParserTest, a_watcher_sees_the_same_of_octets_that_it_may_not_change) {
  struct Sink {
    std::string seen;
    bool on_header(const FrameHeader&) { return true; }
    void on_payload(Bytes chunk) { seen += as_text(chunk); }
    bool on_frame_end() { return true; }
  } sink;
  const ByteBuffer stream = wire(Role::server, Opcode::text, "Hello") + wire(Role::server, Opcode::text, "!");
  EXPECT_EQ(FrameParser().observe(stream, sink), stream.size());
  EXPECT_EQ(sink.seen, "Hello!");
}

TEST(FrameParserTest, goes_on_behind_a_hole_in_a_payload_and_nowhere_else) {
  ByteBuffer stream = wire(Role::server, Opcode::text, "Hello") + wire(Role::server, Opcode::text, "!");
  CallLog log;
  FrameParser parser;
  EXPECT_FALSE(parser.skip(1)) << "between frames nothing is known";
  parser.parse(MutableBytes(stream).first(1), log);
  EXPECT_FALSE(parser.skip(1)) << "nor within a header";
  parser.parse(MutableBytes(stream).subspan(1, 3), log);
  EXPECT_FALSE(parser.skip(4)) << "nor where the hole covers the next header";
  EXPECT_TRUE(parser.skip(1));
  EXPECT_EQ(parser.remaining(), 2u);
  EXPECT_TRUE(parser.skip(2));
  EXPECT_TRUE(parser.at_boundary());
  parser.parse(MutableBytes(stream).subspan(7), log);
  EXPECT_THAT(log.calls, ElementsAre("header 5", "payload He", "header 1", "payload !", "end"));
}

}  // namespace
}  // namespace wsrig::ws
