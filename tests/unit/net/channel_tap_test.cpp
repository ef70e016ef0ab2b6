#include "net/channel_tap.hpp"

#include <gtest/gtest.h>
#include <string>

#include "tests/unit/net/loopback.hpp"

namespace wsrig::net {
namespace {

/// What a tap has seen, which outlives it.
struct Seen {
  std::string read, written;
  std::string ends;  ///< `<fin `, `>reset `
};

class Notes final : public ChannelTap {
 public:
  explicit Notes(Seen& seen) : seen_(seen) {}

 private:
  void on_octets(Way way, ws::Bytes octets) override {
    (way == Way::read ? seen_.read : seen_.written) += ws::as_text(octets);
  }
  void on_end(Way way, End end) override {
    seen_.ends += way == Way::read ? '<' : '>';
    seen_.ends += end == End::fin ? "fin " : "reset ";
  }

  Seen& seen_;
};

class ChannelTapOver : public ::testing::TestWithParam<std::string> {
 protected:
  ChannelTapOver() { net_.client->set_tap(std::make_unique<Notes>(seen_)); }

  Seen seen_;
  Loopback net_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Transports, ChannelTapOver, ::testing::Values("tcp", "tls"),
                         [](const auto& transport) { return transport.param; });

TEST_P(ChannelTapOver, sees_both_ways_as_they_are_behind_TLS) {
  net_.client->send(ws::as_bytes("to the server"));
  net_.server->send(ws::as_bytes("to the client"));
  EXPECT_TRUE(net_.run([&] { return net_.at_client.received.size() == 13; }));
  EXPECT_EQ(seen_.written, "to the server");
  EXPECT_EQ(seen_.read, "to the client");
}

TEST_P(ChannelTapOver, sees_what_was_kept_when_it_goes_out) {
  const std::string much(8u << 20, 'x');
  net_.server->pause();
  net_.client->send(ws::as_bytes(much));
  EXPECT_LT(seen_.written.size(), much.size());
  net_.server->resume();
  EXPECT_TRUE(net_.run([&] { return net_.at_server.received.size() == much.size(); }));
  EXPECT_EQ(seen_.written, much);
}

TEST_P(ChannelTapOver, sees_each_fin) {
  net_.client->shutdown();
  EXPECT_TRUE(net_.run([&] { return net_.at_server.eof; }));
  net_.server->shutdown();
  EXPECT_TRUE(net_.run([&] { return net_.at_client.eof; }));
  EXPECT_EQ(seen_.ends, ">fin <fin ");
}

TEST_P(ChannelTapOver, sees_a_reset_of_the_peer_and_its_own) {
  net_.server->reset();
  EXPECT_TRUE(net_.run([&] { return static_cast<bool>(net_.at_client.error); }));
  EXPECT_EQ(seen_.ends, "<reset ");
  net_.client->reset();
  EXPECT_EQ(seen_.ends, "<reset >reset ");
}

}  // namespace
}  // namespace wsrig::net
