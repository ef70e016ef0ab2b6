#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "echo/core_server.hpp"
#include "echo/test_page.hpp"
#include "tests/unit/echo/echo_fixture.hpp"

namespace wsrig::echo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using ws::Opcode;
using ws::Role;

std::string client(Opcode opcode, std::string_view payload = {}) {
  return std::string(ws::as_text(test::wire(Role::client, opcode, payload)));
}
std::string client_close(std::uint16_t code) {
  return std::string(ws::as_text(test::close_wire(Role::client, code)));
}

TEST(CoreServer, echoes_and_closes) {
  const Transcript transcript = EchoFixture().converse(good_request + client(Opcode::text, "Hello") +
                                                       client(Opcode::ping, "p") + client_close(1000));
  EXPECT_THAT(transcript.head, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(transcript.frames, ElementsAre("text \"Hello\"", "pong \"p\"", "close 1000"));
  EXPECT_TRUE(transcript.ended_in_time);
}

TEST(CoreServer, fails_a_connection_that_breaks_a_rule) {
  const Transcript transcript =
      EchoFixture().converse(good_request + client(Opcode{3}) + client(Opcode::text, "x"));
  EXPECT_THAT(transcript.frames, ElementsAre("close 1002"));
}

TEST(CoreServer, stops_at_once_when_nobody_is_connected) {
  EchoFixture fixture;
  bool stopped = false;
  fixture.server().stop([&] { stopped = true; });
  EXPECT_TRUE(net::run_until(fixture.loop(), [&] { return stopped; }));
}

TEST(CoreServer, agrees_to_compression_as_told) {
  Config config;
  config.policy.deflate.emplace().server_max_window_bits = 10;
  std::string request = good_request;
  request.insert(request.size() - 2,
                 "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
  const Transcript transcript = EchoFixture({}, config).converse(request + client_close(1000));
  EXPECT_THAT(transcript.head, HasSubstr("permessage-deflate; server_max_window_bits=10"));
}

// A page that loads nothing keeps its visitors' addresses to itself and works without a network.
TEST(TestPage, refers_to_nothing_outside) {
  const std::string page = test_page().body;
  EXPECT_THAT(page, StartsWith("<!doctype html>"));
  EXPECT_THAT(page, Not(HasSubstr("http://")));
  EXPECT_THAT(page, Not(HasSubstr("https://")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
}

}  // namespace
}  // namespace wsrig::echo
