#include <gmock/gmock.h>
#include <random>

#include "tests/support/damage.hpp"
#include "tests/support/dissected.hpp"
#include "tests/support/websocket_talk.hpp"

// Captures that began when the connection was under way, and traffic that only looks a little like it.
namespace wsrig::pcap {
namespace {

using test::client_frame;
using test::Conversation;
using test::dissected;
using test::MadeCapture;
using test::server_frame;
using testing::IsEmpty;
using ws::Opcode;

/// A chat, each frame in a segment of its own, without its handshake.
MadeCapture chat_without_beginning(int rounds) {
  Conversation talk;
  talk.open().client(test::upgrade_request()).server(test::upgrade_response());
  const std::size_t handshake = talk.packets().size();
  for (int i = 0; i < rounds; ++i) {
    talk.client(client_frame(Opcode::text, "{\"id\": " + std::to_string(i) + "}"));
    talk.server(server_frame(Opcode::text, "{\"ok\": true, \"id\": " + std::to_string(i) + "}"));
  }
  return test::cut_start(talk.packets(), handshake);
}

TEST(MidStream, a_chat_is_found_from_its_first_frame_on) {
  const auto seen = dissected(chat_without_beginning(10));
  ASSERT_EQ(seen.connections.size(), 1u);
  EXPECT_TRUE(seen.connections[0].mid_stream);
  EXPECT_GT(seen.connections[0].confidence, 0.99);
  EXPECT_EQ(seen.frames.size(), 20u);
  EXPECT_EQ(seen.frames[0], "> text \"{\\\"id\\\": 0}\"");
  EXPECT_THAT(seen.anomalies, IsEmpty());
}

TEST(MidStream, one_direction_is_enough) {
  Conversation talk;
  talk.open().client("x");
  const std::size_t start = talk.packets().size();
  for (int i = 0; i < 5; ++i) talk.server(server_frame(Opcode::text, "price of thing " + std::to_string(i)));
  EXPECT_EQ(dissected(test::cut_start(talk.packets(), start)).frames.size(), 5u);
}

TEST(MidStream, binary_frames_are_found_by_their_lengths) {
  std::mt19937 random(6455);
  Conversation talk;
  talk.open().client("x");
  const std::size_t start = talk.packets().size();
  const auto noise = [&](std::size_t size) {
    std::string out(size, '\0');
    for (char& c : out) c = static_cast<char>(random());
    return out;
  };
  for (int i = 0; i < 12; ++i) {
    talk.client(client_frame(Opcode::binary, noise(20 + random() % 60)));
    talk.server(server_frame(Opcode::binary, noise(200 + random() % 600)));
  }
  EXPECT_EQ(dissected(test::cut_start(talk.packets(), start)).frames.size(), 24u);
}

TEST(MidStream, an_echo_speaks_for_frames_that_little_else_speaks_for) {
  Conversation talk;
  talk.open().client("x");
  const std::size_t start = talk.packets().size();
  const std::string binary = "\x01\x02\xf3\xf4\x05\x06\xf7\xf8";
  talk.client(client_frame(Opcode::binary, binary)).server(server_frame(Opcode::binary, binary));
  EXPECT_EQ(dissected(test::cut_start(talk.packets(), start)).frames.size(), 2u);
  Conversation other;
  other.open().client("x");
  other.client(client_frame(Opcode::binary, binary))
      .server(server_frame(Opcode::binary, "\x01\x02\xf3\xf4\x05\x06\xf7!"));
  EXPECT_EQ(dissected(test::cut_start(other.packets(), start)).frames.size(), 0u);
}

TEST(MidStream, a_capture_that_begins_within_a_long_frame) {
  Conversation talk;
  talk.open().server(server_frame(Opcode::text, std::string(20000, 'a')));
  const std::size_t start = 9;  // some segments into the long frame
  for (int i = 0; i < 6; ++i)
    talk.server(server_frame(Opcode::text, "short and readable " + std::to_string(i)));
  const auto seen = dissected(test::cut_start(talk.packets(), start));
  EXPECT_EQ(seen.frames.size(), 6u) << testing::PrintToString(seen.frames);
}

TEST(MidStream, compressed_messages_are_found_and_said_to_be_unreadable) {
  Conversation talk;
  talk.open().client("x");
  const std::size_t start = talk.packets().size();
  ws::Deflater deflater(15, true);
  for (int i = 0; i < 20; ++i) {
    ws::ByteBuffer compressed;
    deflater.compress(ws::as_bytes("a text that comes again and again " + std::to_string(i)), compressed);
    talk.server(
        test::wire(ws::Role::server, ws::FrameHeader{.rsv = ws::rsv1, .opcode = Opcode::text}, compressed));
    talk.client(client_frame(Opcode::text, "and now number " + std::to_string(i)));
  }
  const auto seen = dissected(test::cut_start(talk.packets(), start + 2));
  EXPECT_EQ(seen.frames.size(), 39u);
  EXPECT_EQ(seen.connections.at(0).anomalies.count("reserved-bits"), 0u);
}

struct Noise {
  const char* name;
  std::string (*make)(std::mt19937&, int);
};
std::ostream& operator<<(std::ostream& out, const Noise& noise) { return out << noise.name; }

std::string some(std::mt19937& random, std::size_t size, int least = 0, int most = 255) {
  std::string out(size, '\0');
  for (char& c : out)
    c = static_cast<char>(least + static_cast<int>(random() % static_cast<unsigned>(most - least + 1)));
  return out;
}

class Other : public testing::TestWithParam<Noise> {};

TEST_P(Other, traffic_has_no_frames) {
  std::mt19937 random(7);
  Conversation talk;
  talk.open().client("?");
  const std::size_t start = talk.packets().size();
  for (int i = 0; i < 300; ++i)
    talk.client(GetParam().make(random, i)).server(GetParam().make(random, i + 1));
  const auto seen = dissected(test::cut_start(talk.packets(), start));
  EXPECT_THAT(seen.frames, IsEmpty());
  EXPECT_THAT(seen.connections, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Traffic, Other,
    testing::Values(
        Noise{"random", [](std::mt19937& r, int) { return some(r, 1 + r() % 1400); }},
        Noise{"zeros", [](std::mt19937& r, int) { return std::string(1 + r() % 1400, '\0'); }},
        Noise{"ones", [](std::mt19937& r, int) { return std::string(1 + r() % 1400, '\xff'); }},
        Noise{"text", [](std::mt19937& r, int) { return some(r, 1 + r() % 1400, 0x20, 0x7e); }},
        Noise{"http_body", [](std::mt19937& r, int) { return "<p>" + some(r, 1000, 'a', 'z') + "</p>\r\n"; }},
        Noise{"dns_over_tcp",
              [](std::mt19937& r, int) {
                const std::size_t size = 20 + r() % 100;
                return std::string{'\0', static_cast<char>(size)} + some(r, size);
              }},
        Noise{"mqtt_subscribe",
              [](std::mt19937& r, int i) {
                const std::string topic = "sensors/" + some(r, 8, 'a', 'z');
                const auto size = static_cast<char>(topic.size() + 5);
                if (i % 2 == 1) return std::string("\x90\x03\x00\x01\x00", 5);
                return std::string{'\x82', size, 0, 1, 0, static_cast<char>(topic.size())} + topic + '\0';
              }},
        Noise{"rtp_interleaved",
              [](std::mt19937& r, int i) {
                return std::string{'$',
                                   '\0',
                                   '\0',
                                   '\x6c',
                                   '\x80',
                                   '\x60',
                                   static_cast<char>(i >> 8),
                                   static_cast<char>(i)} +
                       some(r, 104);
              }},
        Noise{"fixed_records_with_81",
              [](std::mt19937& r, int) { return std::string{'\x81', '\x1e'} + some(r, 30, 0x80, 0xff); }},
        Noise{"records_like_binary_frames",
              [](std::mt19937& r, int) { return std::string{'\x82', '\x7d'} + some(r, 125); }},
        Noise{"records_like_text_frames",
              [](std::mt19937& r, int) { return std::string{'\x81', '\x1e'} + some(r, 30, 'a', 'z'); }},
        Noise{"ssh_packets",
              [](std::mt19937& r, int) { return std::string{'\0', '\0', '\0', '\x2c'} + some(r, 60); }}));

}  // namespace
}  // namespace wsrig::pcap
