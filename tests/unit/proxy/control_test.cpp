#include "proxy/control.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http_responder.hpp"
#include "proxy/control_address.hpp"
#include "proxy/metrics.hpp"
#include "tests/unit/net/loopback.hpp"
#include "tests/unit/proxy/recorders.hpp"

namespace wsrig::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Route make_route(const std::string& path, Mode mode) {
  Route route;
  route.path = path;
  route.mode = mode;
  route.upstream.url = *net::parse_url("ws://127.0.0.1:1/");
  return route;
}

struct ControlTest : ::testing::Test {
  ControlTest() {
    config.routes = {make_route("/", Mode::tunnel), make_route("/chat", Mode::inspect)};
    control.attach(config);
  }
  ws::ResponseHead ask(const std::string& line, std::string_view body = {}, const std::string& fields = {}) {
    return control.answer(ws::HttpHead(line + " HTTP/1.1\r\n" + fields + "\r\n"), body, counters);
  }
  std::string faults() { return ask("GET /faults").body; }
  const StageMaker& switch_of(std::size_t route) { return *config.routes[route].faults.back(); }

  Counters counters;
  Control control;
  Config config;
};

TEST_F(ControlTest, tells_that_it_is_well) {
  EXPECT_EQ(ask("GET /healthz").status, 200);
  EXPECT_EQ(ask("GET /healthz").body, "ok\n");
}

TEST_F(ControlTest, tells_its_counters) {
  counters.tunnels_opened = 5;
  counters.tunnels_ended = 2;
  counters.traffic[Direction::to_upstream].octets = 10;
  const std::string text = ask("GET /metrics").body;
  EXPECT_THAT(text, HasSubstr("# TYPE wsrig_proxy_tunnels_total counter\nwsrig_proxy_tunnels_total 5\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE wsrig_proxy_tunnels gauge\nwsrig_proxy_tunnels 3\n"));
  EXPECT_THAT(text, HasSubstr("wsrig_proxy_bytes_total{direction=\"upstream\"} 10\n"));
}

TEST_F(ControlTest, knows_nothing_else) {
  EXPECT_EQ(ask("GET /").status, 404);
  EXPECT_EQ(ask("POST /faults").status, 405);
  EXPECT_EQ(ask("DELETE /metrics").status, 405);
}

TEST_F(ControlTest, is_not_for_web_pages) {
  EXPECT_EQ(ask("DELETE /faults", {}, "Origin: http://127.0.0.1:8080\r\n").status, 403);
}

TEST_F(ControlTest, sets_and_clears_faults) {
  EXPECT_EQ(faults(), R"({"routes":[{"route":"/","mode":"tunnel","faults":[]},)"
                      R"({"route":"/chat","mode":"inspect","faults":[]}]})"
                      "\n");
  EXPECT_EQ(
      ask("PUT /faults", R"({"route": "/chat", "faults": ["drop-pongs", "latency(5ms)@upstream"]})").status,
      200);
  EXPECT_THAT(
      faults(),
      HasSubstr(R"({"route":"/chat","mode":"inspect","faults":["drop-pongs","latency(5ms)@upstream"]})"));
  EXPECT_THAT(faults(), HasSubstr(R"({"route":"/","mode":"tunnel","faults":[]})"));
  EXPECT_EQ(ask("PUT /faults", R"({"faults": ["slice"]})").status, 200);
  EXPECT_THAT(faults(), HasSubstr(R"({"route":"/","mode":"tunnel","faults":["slice"]})"));
  EXPECT_EQ(ask("DELETE /faults").status, 200);
  EXPECT_THAT(faults(), ::testing::Not(HasSubstr("slice")));
}

TEST_F(ControlTest, tells_a_mistake_and_changes_nothing) {
  for (const char* body :
       {"", "[]", "{}", R"({"faults": "slice"})", R"({"faults": [1]})", R"({"faults": ["slize"]})",
        R"({"faults": [], "other": 1})", R"({"faults": [], "route": 1})",
        R"({"faults": ["slice"], "route": "/none"})", R"({"faults": ["slice", "drop-pongs"]})"}) {
    const auto answer = ask("PUT /faults", body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(answer.body, StartsWith("{\"error\":\"")) << body;
  }
  EXPECT_THAT(faults(), ::testing::Not(HasSubstr("slice")));
}

TEST_F(ControlTest, what_is_set_outlives_a_reload) {
  ask("PUT /faults", R"({"route": "/chat", "faults": ["drop-pongs"]})");
  Config same;
  same.routes = {make_route("/chat", Mode::inspect)};
  control.attach(same);
  EXPECT_THAT(faults(), HasSubstr(R"(["drop-pongs"])"));
  Config other;
  other.routes = {make_route("/chat", Mode::tunnel)};
  control.attach(other);
  EXPECT_THAT(faults(), HasSubstr(R"({"route":"/chat","mode":"tunnel","faults":[]})"));
}

TEST_F(ControlTest, only_mode_inspect_has_frames) {
  EXPECT_FALSE(switch_of(0).needs_frames());
  EXPECT_TRUE(switch_of(1).needs_frames());
}

TEST_F(ControlTest, a_running_tunnel_takes_changes_up) {
  net::Loop loop;
  const StageContext context{loop};
  ByteRecorder out;
  const auto stage = switch_of(0).make(static_cast<ByteSink&>(out), context);
  stage->write(ws::as_bytes("a"));
  ask("PUT /faults", R"json({"faults": ["black-hole(0B)"]})json");
  stage->write(ws::as_bytes("b"));
  ask("DELETE /faults");
  stage->write(ws::as_bytes("c"));
  EXPECT_EQ(out.octets, "ac");
}

TEST_F(ControlTest, what_a_fault_held_passes_before_what_follows) {
  net::Loop loop;
  const StageContext context{loop};
  ByteRecorder out;
  const auto stage = switch_of(0).make(static_cast<ByteSink&>(out), context);
  ask("PUT /faults", R"json({"faults": ["latency(60m)", "slice(1B, gap=60m)"]})json");
  stage->write(ws::as_bytes("ab"));
  EXPECT_EQ(out.octets, "");
  ask("DELETE /faults");
  stage->write(ws::as_bytes("c"));
  stage->end();
  EXPECT_EQ(out.octets, "abc|FIN");
}

TEST_F(ControlTest, frames_held_pass_before_what_follows) {
  net::Loop loop;
  const StageContext context{loop};
  FrameRecorder out;
  const auto stage = switch_of(1).make(static_cast<FrameSink&>(out), context);
  ask("PUT /faults",
      R"json({"route": "/chat", "faults": ["reorder-control", "merge-fragments", "delay-pongs(60m)"]})json");
  send_frame(*stage, make_frame(ws::Opcode::pong, "p"));
  send_frame(*stage, make_frame(ws::Opcode::text, "a", false));
  send_frame(*stage, make_frame(ws::Opcode::ping, "q"));
  EXPECT_TRUE(out.lines.empty());
  ask("DELETE /faults");
  send_frame(*stage, make_frame(ws::Opcode::continuation, "b"));
  EXPECT_THAT(out.lines, ::testing::UnorderedElementsAre("pong p", "text fin=0 a", "ping q", "cont b"));
  EXPECT_EQ(out.lines.back(), "cont b");
}

// ---- over sockets ----

TEST(ControlAddress, is_of_this_machine_alone) {
  for (const char* text : {"127.0.0.1:0", "localhost:9090", "[::1]:1", "127.1.2.3:80"}) {
    EXPECT_TRUE(parse_control_address(text)) << text;
  }
  for (const char* text :
       {"0.0.0.0:80", ":80", "[::]:80", "192.0.2.1:80", "example.com:80", "127.0.0.1", "x"}) {
    EXPECT_FALSE(parse_control_address(text)) << text;
  }
}

struct ControlServerTest : ControlTest {
  ControlServerTest() {
    server = *net::HttpResponder::open(loop, *parse_control_address("127.0.0.1:0"),
                                       [this](const ws::HttpHead& request, const std::string& body) {
                                         return control.answer(request, body, counters);
                                       });
  }

  /// What the server answers to these octets, sent one by one, until it closes.
  std::string talk(const std::string& request) {
    net::Recorder recorder;
    std::unique_ptr<net::Channel> channel;
    net::Dial dial(loop, *net::parse_url("tcp://" + server->address()), {}, [&](auto result) {
      channel = std::move(*result);
      channel->start(recorder);
      for (const char c : request) channel->send(ws::as_bytes(std::string_view(&c, 1)));
    });
    EXPECT_TRUE(net::run_until(loop, [&] { return recorder.eof || recorder.error; }));
    return recorder.received;
  }

  net::Loop loop;
  std::unique_ptr<net::HttpResponder> server;
};

TEST_F(ControlServerTest, answers_a_request) {
  EXPECT_THAT(talk("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
  const std::string body = R"({"faults": ["slice"]})";
  EXPECT_THAT(talk("PUT /faults HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
                   "\r\n\r\n" + body),
              HasSubstr(R"("faults":["slice"])"));
}

TEST_F(ControlServerTest, refuses_what_it_cannot_read) {
  EXPECT_THAT(talk("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(talk("PUT /faults HTTP/1.1\r\nContent-Length: 65537\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(talk("PUT /faults HTTP/1.1\r\nContent-Length: x\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(talk("PUT /faults HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"),
              StartsWith("HTTP/1.1 411 "));
  EXPECT_THAT(talk("GET / HTTP/1.1\r\nX: " + std::string(17'000, 'x')), StartsWith("HTTP/1.1 431 "));
}

}  // namespace
}  // namespace wsrig::proxy
