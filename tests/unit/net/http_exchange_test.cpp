#include "net/http_exchange.hpp"

#include <gtest/gtest.h>

#include "tests/unit/net/loopback.hpp"

namespace wsrig::net {
namespace {

/// What comes of a request to a server that says `answer`, in pieces of `piece` octets, and ends.
struct Outcome {
  std::string asked;
  std::string error;
  int status = 0;
  std::string body;
};

Outcome exchange(const std::string& answer, std::size_t piece = std::string::npos,
                 const std::string& request = "GET / HTTP/1.1\r\n\r\n") {
  Loop loop;
  Recorder at_server;
  std::unique_ptr<Channel> server;
  auto listener =
      *Listener::open(loop, *parse_url("tcp://127.0.0.1:0"), {}, [&](std::unique_ptr<Channel> channel) {
        server = std::move(channel);
        server->start(at_server);
      });
  at_server.data_hook = [&] {
    for (std::size_t i = 0; i < answer.size() && server; i += std::min(piece, answer.size()))
      server->send(ws::as_bytes(answer.substr(i, piece)));
    server->shutdown();
  };
  Outcome outcome;
  bool is_over = false;
  const Url url = *parse_url("tcp://" + listener->address());
  HttpExchange one(loop, url, {}, request, [&](auto result) {
    is_over = true;
    if (!result) {
      outcome.error = result.error();
      return;
    }
    outcome.status = result->head.status();
    outcome.body = result->body;
  });
  EXPECT_TRUE(run_until(loop, [&] { return is_over; }));
  outcome.asked = at_server.received;
  return outcome;
}

TEST(HttpExchange, sends_the_request_and_gives_head_and_content) {
  const std::string answers[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: x\r\n\r\n",
      "HTTP/1.0 200 OK\r\n\r\nhello",
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"};
  for (const std::string& answer : answers) {
    for (const std::size_t piece : {std::string::npos, std::size_t{1}, std::size_t{7}}) {
      const Outcome outcome = exchange(answer, piece);
      EXPECT_EQ(outcome.error, "") << answer;
      EXPECT_EQ(outcome.status, 200) << answer;
      EXPECT_EQ(outcome.body, "hello") << answer;
      EXPECT_EQ(outcome.asked, "GET / HTTP/1.1\r\n\r\n");
    }
  }
}

TEST(HttpExchange, s6_3_an_answer_may_have_no_body) {
  EXPECT_EQ(exchange("HTTP/1.1 204 No Content\r\n\r\n").status, 204);
  EXPECT_EQ(exchange("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 1, "HEAD / HTTP/1.1\r\n\r\n").status,
            200);
}

TEST(HttpExchange, says_what_is_wrong_with_an_answer) {
  const std::pair<std::string, std::string> rows[] = {
      {"", "the connection ended before the answer did"},
      {"HTTP/1.1 200 OK\r\nContent-Le", "the connection ended before the answer did"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", "the connection ended before the answer did"},
      {"SSH-2.0-x\r\n\r\n", "the answer is not HTTP"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       "the answer's body has no clear end"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx", "the answer's chunks are broken"},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x'), "the answer's head is too large"},
      {"HTTP/1.1 200 OK\r\n\r\n" + std::string(2'000'000, 'x'), "the answer's body is too large"}};
  for (const auto& [answer, error] : rows) EXPECT_EQ(exchange(answer).error, error) << answer.substr(0, 100);
}

TEST(HttpExchange, says_that_nobody_is_there) {
  Loop loop;
  auto listener = *Listener::open(loop, *parse_url("tcp://127.0.0.1:0"), {}, [](auto) {});
  const Url url = *parse_url("tcp://" + listener->address());
  listener.reset();
  std::string error;
  HttpExchange one(loop, url, {}, "GET / HTTP/1.1\r\n\r\n", [&](auto result) { error = result.error(); });
  EXPECT_TRUE(run_until(loop, [&] { return !error.empty(); }));
  EXPECT_EQ(error, "connect: Connection refused");
}

TEST(CompleteRequest, adds_what_the_author_left_out) {
  const Url url = *parse_url("ws://example.org:81/chat");
  EXPECT_EQ(complete_request("GET / HTTP/1.1\r\n\r\n", url),
            "GET / HTTP/1.1\r\nHost: example.org:81\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(complete_request("POST /login HTTP/1.1\r\nX: y\r\n\r\na=b", url),
            "POST /login HTTP/1.1\r\nX: y\r\nHost: example.org:81\r\nConnection: close\r\nContent-Length: "
            "3\r\n\r\na=b");
  const std::string complete = "POST / HTTP/1.1\r\nhost: x\r\nconnection: y\r\ncontent-length: 9\r\n\r\na=b";
  EXPECT_EQ(complete_request(complete, url), complete);
  EXPECT_EQ(complete_request("no head at all", url), "no head at all");
}

}  // namespace
}  // namespace wsrig::net
