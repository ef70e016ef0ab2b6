#include "net/channel.hpp"

#include <gtest/gtest.h>
#include <string>

#include "tests/unit/net/loopback.hpp"

namespace wsrig::net {
namespace {

// Long enough for an event that must not come to have come: the peer's bytes cross loopback in microseconds.
bool stays_false(Loop& loop, const std::function<bool()>& condition) {
  bool over = false;
  Timer timer(loop);
  timer.start(std::chrono::milliseconds(50), [&] { over = true; });
  run_until(loop, [&] { return over || condition(); });
  return !condition();
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i * 7919 >> 3) & 0xff);
  return text;
}

class ChannelOver : public ::testing::TestWithParam<std::string> {
 protected:
  Loopback net_{GetParam()};
};

TEST_P(ChannelOver, carries_bytes_both_ways) {
  net_.client->send(ws::as_bytes("to the server"));
  net_.server->send(ws::as_bytes("to the client"));
  EXPECT_TRUE(
      net_.run([&] { return net_.at_server.received.size() == 13 && net_.at_client.received.size() == 13; }));
  EXPECT_EQ(net_.at_server.received, "to the server");
  EXPECT_EQ(net_.at_client.received, "to the client");
  EXPECT_EQ(net_.client->is_tls(), GetParam() == "tls");
}

TEST_P(ChannelOver, keeps_what_a_paused_reader_does_not_take_and_loses_nothing) {
  const std::string sent = pattern(20u << 20);
  net_.server->pause();
  net_.client->send(ws::as_bytes(sent));
  EXPECT_GT(net_.client->pending(), 0u);
  EXPECT_TRUE(stays_false(net_.loop, [&] { return !net_.at_server.received.empty(); }));
  net_.server->resume();
  EXPECT_TRUE(net_.run([&] { return net_.at_server.received.size() == sent.size(); }));
  EXPECT_TRUE(net_.at_server.received == sent);
  EXPECT_TRUE(net_.run([&] { return net_.at_client.drained == 1; }));
  EXPECT_EQ(net_.client->pending(), 0u);
}

TEST_P(ChannelOver, sends_its_fin_behind_what_is_kept_and_reads_on) {
  const std::string sent = pattern(8u << 20);
  net_.client->send(ws::as_bytes(sent));
  net_.client->shutdown();
  net_.client->send(ws::as_bytes("too late"));
  EXPECT_TRUE(net_.run([&] { return net_.at_server.eof; }));
  EXPECT_TRUE(net_.at_server.received == sent);
  EXPECT_FALSE(net_.at_client.eof);
  net_.server->send(ws::as_bytes("half open"));
  EXPECT_TRUE(net_.run([&] { return net_.at_client.received == "half open"; }));
}

TEST_P(ChannelOver, delivers_data_and_fin_that_come_in_one_event) {
  net_.client->send(ws::as_bytes("last words"));
  net_.client->shutdown();
  EXPECT_TRUE(net_.run([&] { return net_.at_server.eof; }));
  EXPECT_EQ(net_.at_server.received, "last words");
  EXPECT_FALSE(net_.at_server.error);
}

TEST_P(ChannelOver, reports_a_reset) {
  net_.client->reset();
  EXPECT_TRUE(net_.run([&] { return static_cast<bool>(net_.at_server.error); }));
  EXPECT_EQ(net_.at_server.error, boost::system::errc::connection_reset);
  EXPECT_FALSE(net_.at_server.eof);
}

TEST_P(ChannelOver, a_failed_send_does_not_hide_what_the_peer_said_before) {
  net_.server->pause();  // nothing is read before the send below has failed
  net_.client->send(ws::as_bytes("goodbye"));
  net_.client->reset();
  EXPECT_TRUE(stays_false(net_.loop, [&] { return !net_.at_server.received.empty(); }));
  net_.server->resume();
  net_.server->send(ws::as_bytes("into the void"));
  EXPECT_TRUE(net_.run([&] { return static_cast<bool>(net_.at_server.error); }));
  EXPECT_EQ(net_.at_server.received, "goodbye");
  EXPECT_FALSE(net_.at_server.eof);
}

TEST_P(ChannelOver, may_be_destroyed_by_its_own_event) {
  net_.at_server.data_hook = [&] { net_.server.reset(); };
  net_.client->send(ws::as_bytes("x"));
  EXPECT_TRUE(net_.run([&] { return net_.at_client.eof || net_.at_client.error; }));
  EXPECT_EQ(net_.server, nullptr);
}

TEST_P(ChannelOver, may_be_destroyed_when_drained) {
  net_.at_client.drained_hook = [&] { net_.client.reset(); };
  net_.client->send(ws::as_bytes(pattern(8u << 20)));
  EXPECT_TRUE(net_.run([&] { return net_.at_server.eof || net_.at_server.error; }));
  EXPECT_EQ(net_.client, nullptr);
}

TEST_P(ChannelOver, may_be_destroyed_by_an_event_of_another_in_the_same_turn) {
  // Both ends are ready in one turn; whichever is served first takes the other out.
  net_.at_server.data_hook = [&] { net_.client.reset(); };
  net_.at_client.data_hook = [&] { net_.server.reset(); };
  net_.client->send(ws::as_bytes("x"));
  net_.server->send(ws::as_bytes("x"));
  EXPECT_TRUE(net_.run([&] { return !net_.client || !net_.server; }));
  EXPECT_NE(net_.client == nullptr, net_.server == nullptr);
}

TEST_P(ChannelOver, a_pause_in_on_data_holds_the_next_chunk_back) {
  net_.at_server.data_hook = [&] { net_.server->pause(); };
  const std::string sent = pattern(4u << 20);
  net_.client->send(ws::as_bytes(sent));
  EXPECT_TRUE(net_.run([&] { return !net_.at_server.received.empty(); }));
  const std::size_t first = net_.at_server.received.size();
  EXPECT_TRUE(stays_false(net_.loop, [&] { return net_.at_server.received.size() > first; }));
  net_.at_server.data_hook = nullptr;
  net_.server->resume();
  EXPECT_TRUE(net_.run([&] { return net_.at_server.received.size() == sent.size(); }));
  EXPECT_TRUE(net_.at_server.received == sent);
}

INSTANTIATE_TEST_SUITE_P(transport, ChannelOver, ::testing::Values("tcp", "tls"));

TEST(Channel, names_its_peer) {
  Loopback net;
  EXPECT_EQ(net.client->peer_address(), net.listener->address());
}

// RFC 8446 §6.1: a FIN without close_notify may have cut data off.
TEST(ChannelOverTls, tells_truncation_from_an_orderly_end) {
  Loopback net("tls");
  net.client.reset();  // closes the socket, without close_notify
  EXPECT_TRUE(net.run([&] { return net.at_server.eof || net.at_server.error; }));
  EXPECT_FALSE(net.at_server.eof);
  EXPECT_EQ(net.at_server.error, tls_truncated());
}

}  // namespace
}  // namespace wsrig::net
