#include "pcap/filter.hpp"

#include <gmock/gmock.h>

#include "tests/support/dissected.hpp"
#include "tests/support/websocket_talk.hpp"

namespace wsrig::pcap {
namespace {

using test::client_frame;
using test::server_frame;
using testing::ElementsAre;
using ws::Opcode;

/// Two connections: /a with a fault, /b without.
test::Dissected filtered(FilterOptions options) {
  test::Dissected out;
  test::MadeCapture packets;
  for (const auto* path : {"/a", "/b"}) {
    auto config = test::Conversation::defaults();
    config.client.port = path[1] == 'a' ? 5001 : 5002;
    test::Conversation talk(config);
    talk.open().client(test::upgrade_request(path)).server(test::upgrade_response());
    talk.client(client_frame(Opcode::text, "hello")).server(server_frame(Opcode::binary, "12345678"));
    if (path[1] == 'a') talk.server(server_frame(Opcode::text, "\xff"));
    packets.insert(packets.end(), talk.packets().begin(), talk.packets().end());
  }
  Filter filter(std::move(options), out);
  const ws::ByteBuffer file = test::as_pcapng(packets);
  const auto source = capture::read_capture(ws::Bytes(file));
  TlsKeyLog keys;
  dissect(*source, {&filter}, keys, {});
  return out;
}

TEST(Filter, by_path) {
  const auto seen = filtered({.paths = {"/b*"}});
  EXPECT_EQ(seen.frames.size(), 2u);
  ASSERT_EQ(seen.connections.size(), 1u);
  EXPECT_EQ(seen.connections[0].path, "/b");
}

TEST(Filter, by_stream) { EXPECT_EQ(filtered({.streams = {1}}).connections.at(0).path, "/a"); }

TEST(Filter, by_direction_opcode_and_length) {
  EXPECT_EQ(filtered({.sender = ws::Role::client}).frames.size(), 2u);
  EXPECT_EQ(filtered({.opcodes = {Opcode::binary}}).frames.size(), 2u);
  EXPECT_EQ(filtered({.min_length = 6}).frames.size(), 2u);
  EXPECT_EQ(filtered({.max_length = 1}).frames.size(), 1u);
}

TEST(Filter, by_text_leaves_out_connections_without_it) {
  EXPECT_EQ(filtered({.text = "ell"}).connections.size(), 2u);
  EXPECT_EQ(filtered({.text = "absent"}).connections.size(), 0u);
}

TEST(Filter, by_anomaly) {
  const auto seen = filtered({.anomalies = {"text-not-utf8"}});
  EXPECT_THAT(seen.anomalies, ElementsAre("< text-not-utf8"));
  ASSERT_EQ(seen.connections.size(), 1u);
  EXPECT_EQ(seen.connections[0].path, "/a");
}

TEST(Filter, frames_of_a_kind_come_without_anomalies) {
  EXPECT_TRUE(filtered({.opcodes = {Opcode::text}}).anomalies.empty());
  EXPECT_TRUE(filtered({.sender = ws::Role::client}).anomalies.empty());
  EXPECT_THAT(filtered({.sender = ws::Role::server}).anomalies, ElementsAre("< text-not-utf8"));
}

}  // namespace
}  // namespace wsrig::pcap
