#include "loadgen/link.hpp"

#include <gtest/gtest.h>
#include <string>

#include "tests/support/cuts.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/unit/net/loopback.hpp"
#include "ws/random.hpp"

namespace wsrig::loadgen {
namespace {

/// Notes what its link tells.
struct Owner final : LinkEvents {
  void on_open() override { is_open = true; }
  void on_message(const ws::Message& message) override { received += ws::as_text(message.payload); }
  void on_pong(ws::Bytes) override {}
  void on_read() override {}
  void on_writable() override {}
  void on_end(const LinkEnd& how) override { end = how; }

  bool is_open = false;
  std::string received;
  std::optional<LinkEnd> end;
};

/// What comes of the opening handshake with a server that says `before`, its 101 and a message.
struct Opened {
  Owner owner;
  Figures figures;
};

Opened open_link(const std::string& before, const std::function<test::Pieces(std::size_t)>& cut) {
  net::Loop loop;
  tests::ScriptedServer server(loop);
  server.on_request = [&](tests::ScriptedServer::Session& session, const ws::HttpHead& request) {
    const std::string answer = before + ws::build_response(ws::verify_request(request, {})).print() +
                               std::string(
                                   "\x81\x05"
                                   "early");
    std::size_t sent = 0;
    for (const std::size_t piece : cut(answer.size())) {
      session.send(std::string_view(answer).substr(sent, piece));
      sent += piece;
    }
  };
  Target target;
  target.url = *net::parse_url(server.url());
  ws::Random keys(1);
  Meter meter({"all"});
  LinkShared shared(loop, target, nullptr, keys, meter);
  Opened result;
  Link link(shared, result.owner);
  link.open({.target = "/"}, 1);
  EXPECT_TRUE(
      net::run_until(loop, [&] { return result.owner.received == "early" || result.owner.end.has_value(); }));
  result.figures = meter.take(net::Clock::now());
  return result;
}

TEST(Link, rfc9110_s15_2_takes_interim_responses_before_the_101) {
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
  for (const auto& cut : {test::whole, test::octet_by_octet}) {
    const Opened opened = open_link(interim, cut);
    EXPECT_TRUE(opened.owner.is_open);
    EXPECT_EQ(opened.owner.received, "early");
    EXPECT_FALSE(opened.owner.end);
    EXPECT_EQ(opened.figures.counters.connects_opened, 1u);
    EXPECT_EQ(opened.figures.http_statuses, (std::map<std::uint16_t, std::uint64_t>{{101, 1}}));
  }
}

TEST(Link, what_stands_behind_a_refusal_is_not_read) {
  const Opened opened =
      open_link("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", test::whole);
  EXPECT_FALSE(opened.owner.is_open);
  ASSERT_TRUE(opened.owner.end);
  EXPECT_EQ(opened.owner.end->kind, "handshake: HTTP 403");
  EXPECT_EQ(opened.figures.http_statuses, (std::map<std::uint16_t, std::uint64_t>{{403, 1}}));
}

}  // namespace
}  // namespace wsrig::loadgen
