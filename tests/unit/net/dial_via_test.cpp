#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "net/dial.hpp"
#include "net/listen.hpp"
#include "tests/support/octets.hpp"
#include "tests/unit/net/loopback.hpp"

namespace wsrig::net {
namespace {

using namespace std::chrono_literals;
using test::octets;
using test::operator+;
using Result = boost::system::result<std::unique_ptr<Channel>, DialError>;

/// A proxy that says its answers in order, each when it has been told `expected[i]`, and keeps all it hears.
struct ScriptedProxy {
  struct Turn {
    ws::ByteBuffer expected;
    ws::ByteBuffer answer;
  };

  ScriptedProxy(Loop& loop, std::vector<Turn> the_turns) : turns(std::move(the_turns)) {
    listener = *Listener::open(loop, *parse_url("tcp://127.0.0.1:0"), {}, [this](auto accepted) {
      channel = std::move(accepted);
      recorder.data_hook = [this] { answer(); };
      channel->start(recorder);
    });
  }
  void answer() {
    while (!turns.empty() && recorder.received == ws::as_text(turns.front().expected)) {
      recorder.received.clear();
      const ws::ByteBuffer said = turns.front().answer;
      turns.erase(turns.begin());
      channel->send(said);
      if (turns.empty() && and_fin) channel->shutdown();
    }
  }
  Via via(const std::string& scheme) const { return *parse_via(scheme + "://" + listener->address()); }

  std::vector<Turn> turns;
  bool and_fin = false;
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Channel> channel;
  Recorder recorder;
};

/// A target that does not exist: only the proxy is asked for it.
const char* const far_away = "tcp://far-away.invalid:9";
const ws::ByteBuffer socks_request = octets("05 01 00 03 10") + "far-away.invalid" + octets("00 09");
const ws::ByteBuffer socks_reply = octets("05 00 00 01 00 00 00 00 00 00");
const ws::ByteBuffer connect_request =
    test::to_buffer("CONNECT far-away.invalid:9 HTTP/1.1\r\nHost: far-away.invalid:9\r\n\r\n");

Result dial(Loop& loop, const char* url, const DialOptions& options) {
  std::optional<Result> outcome;
  Dial dial(loop, *parse_url(url), options, [&](Result result) { outcome.emplace(std::move(result)); });
  EXPECT_TRUE(run_until(loop, [&] { return outcome.has_value(); }));
  return std::move(*outcome);
}

Result dial_via(Loop& loop, const Via& via, std::chrono::milliseconds timeout = 5000ms) {
  DialOptions options;
  options.via = via;
  options.timeout = timeout;
  return dial(loop, far_away, options);
}

TEST(DialVia, delivers_what_came_with_a_socks_reply) {
  Loop loop;
  ScriptedProxy proxy(loop,
                      {{octets("05 01 00"), octets("05 00")}, {socks_request, socks_reply + "early banner"}});
  const auto result = dial_via(loop, proxy.via("socks5"));
  ASSERT_TRUE(result.has_value()) << result.error().message;
  Recorder recorder;
  (*result)->start(recorder);
  EXPECT_TRUE(run_until(loop, [&] { return recorder.received == "early banner"; }));
  (*result)->send(ws::as_bytes("hello"));
  EXPECT_TRUE(run_until(loop, [&] { return proxy.recorder.received == "hello"; }));
}

TEST(DialVia, delivers_what_came_with_a_connect_response_and_its_fin) {
  Loop loop;
  ScriptedProxy proxy(loop, {{connect_request, test::to_buffer("HTTP/1.0 200 OK\r\n\r\nearly banner")}});
  proxy.and_fin = true;
  const auto result = dial_via(loop, proxy.via("http"));
  ASSERT_TRUE(result.has_value()) << result.error().message;
  Recorder recorder;
  (*result)->start(recorder);
  EXPECT_TRUE(run_until(loop, [&] { return recorder.eof; }));
  EXPECT_EQ(recorder.received, "early banner");
}

TEST(DialVia, tells_what_the_proxy_said) {
  Loop loop;
  ScriptedProxy socks(loop, {{octets("05 01 00"), octets("05 00")}, {socks_request, octets("05 05")}});
  const auto refused = dial_via(loop, socks.via("socks5"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().step, DialError::Step::proxy);
  EXPECT_EQ(refused.error().error, ProxyError::socks_connection_refused);
  EXPECT_EQ(refused.error().message, socks.via("socks5").print() +
                                         ", asked for far-away.invalid:9: the target refused the connection "
                                         "(reply 5)");
  ScriptedProxy http(loop, {{connect_request, test::to_buffer("HTTP/1.1 403 No\r\n\r\n")}});
  const auto forbidden = dial_via(loop, http.via("http"));
  ASSERT_FALSE(forbidden.has_value());
  EXPECT_EQ(forbidden.error().error, ProxyError::http_forbidden);
}

TEST(DialVia, tells_a_proxy_that_closes_without_an_answer) {
  Loop loop;
  ScriptedProxy proxy(loop, {{octets("05 01 00"), {}}});
  proxy.and_fin = true;
  const auto result = dial_via(loop, proxy.via("socks5"));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().error, ProxyError::closed);
}

TEST(DialVia, tells_a_proxy_that_is_not_there) {
  Loop loop;
  const Via nobody = ScriptedProxy(loop, {}).via("http");
  const auto result = dial_via(loop, nobody);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().step, DialError::Step::connect);
  EXPECT_EQ(result.error().message,
            "connect to the proxy 127.0.0.1:" + std::to_string(nobody.port) + ": Connection refused");
}

TEST(DialVia, tells_credentials_that_cannot_be_said) {
  Loop loop;
  ScriptedProxy proxy(loop, {});
  Via via = proxy.via("socks5");
  via.credentials = ProxyCredentials{"user", ""};
  EXPECT_EQ(dial_via(loop, via).error().error, ProxyError::socks_credentials_size);
  EXPECT_EQ(proxy.recorder.received, "");
}

TEST(DialVia, one_deadline_holds_for_the_proxy_too) {
  Loop loop;
  ScriptedProxy proxy(loop, {{octets("05 01 00"), octets("05 00")}});  // and then it is silent
  const auto result = dial_via(loop, proxy.via("socks5"), 30ms);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().step, DialError::Step::timeout);
  EXPECT_THAT(result.error().message, ::testing::EndsWith(": no answer within 30 ms"));
}

TEST(DialVia, tls_begins_behind_the_tunnel_with_the_targets_name) {
  Loop loop;
  ScriptedProxy proxy(loop, {{connect_request, test::to_buffer("HTTP/1.1 200 OK\r\n\r\n")}});
  const auto context = TlsContext::client({});
  std::optional<Result> outcome;
  DialOptions options;
  options.via = proxy.via("http");
  options.tls = &*context;
  Dial dial(loop, *parse_url("tls://far-away.invalid:9"), options,
            [&](Result result) { outcome.emplace(std::move(result)); });
  EXPECT_TRUE(run_until(loop, [&] { return proxy.turns.empty() && !proxy.recorder.received.empty(); }));
  EXPECT_EQ(proxy.recorder.received[0], '\x16');  // a TLS record of type handshake (RFC 8446 §5.1)
  EXPECT_THAT(proxy.recorder.received, ::testing::HasSubstr("far-away.invalid"));  // SNI
  EXPECT_FALSE(outcome.has_value());
}

}  // namespace
}  // namespace wsrig::net
