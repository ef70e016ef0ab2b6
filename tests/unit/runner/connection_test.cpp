#include "scenarios/engine/run/connection.hpp"

#include <array>
#include <gtest/gtest.h>
#include <string>
#include <sys/socket.h>
#include <vector>

#include "tests/unit/net/loopback.hpp"

/// What a connection sees of octets that come at once, read in pieces of every size.
namespace wsrig::engine {
namespace {

constexpr std::string_view early_hints = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";

ws::ClientRequest handshake() {
  ws::ClientRequest request;
  request.target = "/";
  request.host = "test";
  request.key = ws::make_key({});
  return request;
}

std::string switching() {
  const ws::HttpHead request(ws::build_request(handshake()));
  return ws::build_response(ws::verify_request(request, {})).print();
}

/// A connection and, at the other end of its socket, what a test plays.
class Played {
 public:
  /// Each read of the connection takes at most `piece` octets.
  Played(ws::Role role, std::size_t piece) {
    Connection::Options options;
    options.role = role;
    options.epoch = std::chrono::steady_clock::now();
    connection_.emplace(loop_, std::move(options), Random(1), transcript_, [this] { note(); });
    auto [near, far] = make_pair();
    near->limit_reads(static_cast<std::uint32_t>(piece));
    connection_->adopt(std::move(near));
    far_ = std::move(far);
    far_->start(at_far_end_);
  }

  Connection& connection() { return *connection_; }
  void play(std::string_view octets) { far_->send(ws::as_bytes(octets)); }
  void end() { far_->shutdown(); }
  /// What was seen, once that is `count` observations.
  std::vector<std::string> see(std::size_t count) {
    EXPECT_TRUE(net::run_until(loop_, [&] { return seen_.size() >= count; }));
    return seen_;
  }

 private:
  std::pair<std::unique_ptr<net::Channel>, std::unique_ptr<net::Channel>> make_pair() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    const auto channel = [this](int end) {
      return std::make_unique<net::Channel>(loop_, net::Stream(net::Descriptor(end)));
    };
    return {channel(ends[0]), channel(ends[1])};
  }

  void note() {
    while (auto seen = connection_->take()) {
      // A message of one frame says again what its frame said.
      if (!std::holds_alternative<SawMessage>(seen->what)) seen_.push_back(describe(*seen));
    }
  }

  net::Loop loop_;
  net::Recorder at_far_end_;
  std::unique_ptr<net::Channel> far_;
  Transcript transcript_;
  std::vector<std::string> seen_;
  std::optional<Connection> connection_;
};

using Lines = std::vector<std::string>;

TEST(Connection, rfc9110_s15_2_reads_interim_responses_the_101_and_frames_that_come_at_once) {
  const std::string octets = "HTTP/1.1 100 Continue\r\n\r\n" + std::string(early_hints) + switching() +
                             std::string(
                                 "\x81\x05"
                                 "early\x89\x00",
                                 9);
  const Lines expected{"http 100 \"Continue\"", "http 103 \"Early Hints\"",
                       "http 101 \"Switching Protocols\"", "text \"early\"", "ping \"\""};
  for (std::size_t piece = 1; piece <= octets.size(); ++piece) {
    Played played(ws::Role::client, piece);
    played.connection().send_http(ws::build_request(handshake()), 0);
    played.play(octets);
    ASSERT_EQ(played.see(expected.size()), expected) << "in pieces of " << piece;
  }
}

TEST(Connection, rfc9110_s15_2_nothing_behind_a_final_response_is_a_head) {
  const std::string octets =
      std::string(early_hints) + "HTTP/1.1 403 No\r\nContent-Length: 38\r\n\r\n" + std::string(early_hints);
  const Lines expected{"http 103 \"Early Hints\"", "http 403 \"No\"", "eof"};
  for (std::size_t piece = 1; piece <= octets.size(); ++piece) {
    Played played(ws::Role::client, piece);
    played.connection().send_http(ws::build_request(handshake()), 0);
    played.play(octets);
    played.end();
    ASSERT_EQ(played.see(expected.size()), expected) << "in pieces of " << piece;
  }
}

TEST(Connection, a_backend_upgrades_with_a_101_behind_interim_responses) {
  const std::string request = ws::build_request(handshake());
  for (const bool at_once : {true, false}) {
    Played played(ws::Role::server, 1000);
    played.play(request);
    played.see(1);
    if (at_once) {
      played.connection().send_http(std::string(early_hints) + switching(), 0);
    } else {
      played.connection().send_http(early_hints, 0);
      EXPECT_EQ(played.connection().phase(), Connection::Phase::http);
      played.connection().send_http(switching(), 0);
    }
    EXPECT_EQ(played.connection().phase(), Connection::Phase::websocket);
  }
}

TEST(Connection, a_backend_reads_frames_that_came_behind_the_request) {
  const std::string octets = ws::build_request(handshake()) + std::string("\x81\x85\0\0\0\0early", 11);
  for (std::size_t piece = 1; piece <= octets.size(); ++piece) {
    Played played(ws::Role::server, piece);
    played.play(octets);
    ASSERT_EQ(played.see(1).size(), 1u);
    played.connection().send_http(switching(), 0);
    ASSERT_EQ(played.see(2).back(), "text mask=00000000 \"early\"") << "in pieces of " << piece;
  }
}

}  // namespace
}  // namespace wsrig::engine
