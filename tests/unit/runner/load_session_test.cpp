#include "scenarios/engine/run/load_session.hpp"

#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "net/http_responder.hpp"
#include "scenarios/engine/steps/session_script.hpp"
#include "tests/unit/net/loopback.hpp"

namespace wsrig::engine {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

std::string mistake(std::string_view text) {
  const Script script = parse_script(text, {}).value();
  const auto wrong = check_session(script);
  return wrong ? std::to_string(wrong->column) + ": " + wrong->message : "none";
}

TEST(LoadSession, knows_what_a_session_can_do) {
  EXPECT_EQ(mistake("> http \"GET / HTTP/1.1\\r\\n\\r\\n\"\n< http 200\n< raw /x/\npause 1ms\n> text "
                    "\"a\"\n< text /b/\n"
                    "every 1s\n> ping\npause 1ms\n< text \"c\""),
            "none");
  for (const char* const step : {"> shutdown", "> reset", "reconnect", "alice > ping", "< close",
                                 "< silence 1s", "times 2\n> ping\nend", "> raw \"x\"", "hold"})
    EXPECT_THAT(mistake(step), HasSubstr("a session can ask by http")) << step;
  EXPECT_THAT(mistake("> ping\n> http \"x\""), HasSubstr("1: http steps come before all others"));
  EXPECT_THAT(mistake("> http \"x\" cut=1B"), HasSubstr("without cut="));
  EXPECT_THAT(mistake("pause 1s\n< http 200"), HasSubstr("10: nothing has been asked here"));
  EXPECT_THAT(mistake("< text \"x\" -> ok"), HasSubstr("grades are for cases"));
  EXPECT_THAT(mistake("every 1s\n> http \"x\""), HasSubstr("10: http steps come before the connection"));
  EXPECT_THAT(mistake("every 1s"), HasSubstr("stand the steps to repeat"));
}

/// A connection that notes what its session does; its subject is an HTTP server that answers with `answer`.
struct Peer final : loadgen::SessionPeer {
  explicit Peer(std::string_view steps, std::string answer = {}) : script(parse_script(steps, {}).value()) {
    server = *net::HttpResponder::open(
        own_loop, *net::parse_url("tcp://127.0.0.1:0"),
        [=, this](const ws::HttpHead& request, const std::string& body) {
          done.push_back(std::string(request.start_line()) + " " + body);
          return ws::ResponseHead{
              .status = 200, .reason = "OK", .fields = {{"Set-Cookie", "id=7; Secure"}}, .body = answer};
        });
    target = *net::parse_url("ws://" + server->address() + "/");
    session = std::make_unique<LoadSession>(
        script, *this,
        [](std::string_view name) { return name == "env:KEY" ? std::optional("k") : std::nullopt; }, 1);
  }

  const net::Url& url() const override { return target; }
  net::DialOptions dial_options() const override { return {}; }
  void login_done() override {
    done.emplace_back("login done");
    session->start();
  }
  void send(const ws::FrameSpec& frame) override {
    done.push_back("> " + std::string(ws::as_text(frame.payload)));
  }
  std::optional<std::string> value_of(std::string_view name) const override {
    return name == "connection" ? std::optional<std::string>("3") : std::nullopt;
  }
  net::Loop& loop() override { return own_loop; }
  void session_done() override { done.emplace_back("session done"); }
  void session_failed(const std::string& kind) override { done.push_back("failed: " + kind); }

  bool receive(std::string_view text) {
    ws::ByteBuffer octets(text.begin(), text.end());
    ws::Message message;
    message.opcode = ws::Opcode::text;
    message.payload = octets;
    return session->on_message(message);
  }
  /// Runs the loop until so much has been done.
  void run(std::size_t count) {
    EXPECT_TRUE(net::run_until(own_loop, [&] { return done.size() >= count; }));
  }

  net::Loop own_loop;
  Script script;
  std::unique_ptr<net::HttpResponder> server;
  net::Url target;
  std::vector<std::string> done;
  std::unique_ptr<LoadSession> session;
};

TEST(LoadSession, subscribes_and_captures) {
  Peer peer(
      "> text \"room ${connection} ${env:KEY}\"\n< text /in (?<room>\\w+)(?: as (?<name>\\w+))?/\n> text "
      "\"${room}\"");
  EXPECT_TRUE(peer.session->log_in()) << "there is nothing to do before";
  peer.session->start();
  EXPECT_TRUE(peer.receive("news that nobody asked for"));
  EXPECT_TRUE(peer.receive("in lobby"));
  peer.run(3);
  EXPECT_THAT(peer.done, ElementsAre("> room 3 k", "> lobby", "session done"));
  EXPECT_EQ(peer.session->captured("room"), "lobby");
  EXPECT_EQ(peer.session->captured("name"), "") << "a group that took no part";
  EXPECT_EQ(peer.session->captured("other"), std::nullopt);
  EXPECT_FALSE(peer.receive("of the load"));
}

TEST(LoadSession, logs_in_before) {
  Peer peer(
      "> http \"POST /in HTTP/1.1\\r\\n\\r\\nme=${connection}\"\n< http 200 { set-cookie: /id=(?<id>\\d+)/ "
      "}\n"
      "< raw /token (?<token>\\w+)/\n> text \"${token}\"",
      "the token t9");
  EXPECT_FALSE(peer.session->log_in());
  peer.run(4);
  EXPECT_THAT(peer.done, ElementsAre("POST /in HTTP/1.1 me=3", "login done", "> t9", "session done"));
  EXPECT_EQ(peer.session->captured("id"), "7");
}

TEST(LoadSession, a_login_that_is_refused_ends_it) {
  for (const char* const wanted : {"< http 302", "< http 200 { set-cookie: /other/ }", "< raw /nothing/"}) {
    Peer peer("> http \"GET / HTTP/1.1\\r\\n\\r\\n\"\n" + std::string(wanted));
    EXPECT_FALSE(peer.session->log_in());
    peer.run(2);
    EXPECT_EQ(peer.done.back(), "failed: " + std::string(wanted) + ": it was HTTP 200");
  }
  Peer peer("> http \"GET / HTTP/1.1\\r\\n\\r\\n\"");
  peer.server.reset();
  EXPECT_FALSE(peer.session->log_in());
  peer.run(1);
  EXPECT_THAT(peer.done.back(), testing::EndsWith("connect: Connection refused"));
}

TEST(LoadSession, what_does_not_come_in_time_ends_it) {
  Peer peer("< text \"welcome\" within 1ms");
  peer.session->start();
  peer.run(1);
  EXPECT_THAT(peer.done, ElementsAre("failed: < text \"welcome\" within 1ms"));
  EXPECT_TRUE(peer.receive("welcome")) << "it is over: the load has none of it";
}

TEST(LoadSession, repeats_its_heartbeat_and_takes_its_answer_only) {
  Peer peer("every 1ms\n> text \"alive\"\n< text \"yes\"");
  peer.session->start();
  peer.run(2);
  EXPECT_FALSE(peer.receive("of the load"));
  EXPECT_TRUE(peer.receive("yes"));
  EXPECT_FALSE(peer.receive("yes")) << "once";
  peer.run(3);
  EXPECT_THAT(peer.done, ElementsAre("session done", "> alive", "> alive"));
}

TEST(LoadSession, a_heartbeat_without_an_answer_ends_it) {
  Peer peer("every 1ms\n> text \"alive\"\n< text \"yes\" within 1ms");
  peer.session->start();
  peer.run(3);
  EXPECT_EQ(peer.done.back(), "failed: < text \"yes\" within 1ms");
}

}  // namespace
}  // namespace wsrig::engine
