#include "echo/options.hpp"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace wsrig::echo {
namespace {

using namespace std::chrono_literals;

diag::Result<Config> read(const std::vector<std::string>& arguments) {
  const auto values = cli::parse(command(), arguments, [](const std::string&) { return std::nullopt; });
  if (!values) return values.error();
  return read_options(*values);
}

TEST(EchoOptions, defaults_are_those_of_well_kept_servers) {
  const Config config = read({}).value();
  EXPECT_EQ(config.listeners.front().print(), "ws://127.0.0.1:9001/");
  EXPECT_EQ(config.max_head, 16u * 1024);
  EXPECT_EQ(config.max_headers, 100u);
  EXPECT_EQ(config.limits.frame, 16u << 20);
  EXPECT_EQ(config.limits.message, 16u << 20);
  EXPECT_EQ(config.limits.fragments, 16384u);
  EXPECT_EQ(config.max_connections, 10'000u);
  EXPECT_EQ(config.timeouts.handshake, 10s);
  EXPECT_EQ(config.timeouts.idle, 300s);
  EXPECT_EQ(config.timeouts.ping, 150s);
  EXPECT_EQ(config.timeouts.pong, 20s);
  EXPECT_EQ(config.timeouts.close, 5s);
  EXPECT_EQ(config.mode, Mode::echo);
  EXPECT_EQ(config.engine, Engine::core);
  EXPECT_TRUE(config.policy.deflate.has_value());
}

TEST(EchoOptions, the_ping_interval_follows_the_idle_time_out_unless_given) {
  EXPECT_EQ(read({"--idle-timeout", "60s"})->timeouts.ping, 30s);
  EXPECT_EQ(read({"--idle-timeout", "60s", "--ping-interval", "7s"})->timeouts.ping, 7s);
  EXPECT_EQ(read({"--idle-timeout", "0s"})->timeouts.ping, 0s);
}

TEST(EchoOptions, deflate_parameters) {
  const Config config =
      read({"--deflate",
            "server_no_context_takeover; server_max_window_bits=10; client_max_window_bits=\"9\""})
          .value();
  EXPECT_TRUE(config.policy.deflate->server_no_context_takeover);
  EXPECT_FALSE(config.policy.deflate->client_no_context_takeover);
  EXPECT_EQ(config.policy.deflate->server_max_window_bits, 10);
  EXPECT_EQ(config.policy.deflate->client_max_window_bits, 9);
  EXPECT_FALSE(read({"--no-deflate"})->policy.deflate.has_value());
}

TEST(EchoOptions, wrong_deflate_parameters_are_refused) {
  for (const std::string text :
       {"server_max_window_bits", "server_max_window_bits=7", "server_max_window_bits=16",
        "server_max_window_bits=1x", "server_no_context_takeover=1", "level=9", ";;"}) {
    EXPECT_FALSE(read({"--deflate", text}).has_value()) << text;
  }
}

TEST(EchoOptions, misbehaviours_come_in_lists_and_repeated) {
  EXPECT_EQ(read({"--misbehave", "no-pong,no-eof", "--misbehave", "wrong-accept"})->misbehaviours,
            (std::vector<std::string>{"no-pong", "no-eof", "wrong-accept"}));
}

TEST(EchoOptions, what_has_no_effect_is_refused) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"--prefix", "x"},
           {"--source-rate", "5"},
           {"--source-size", "5B"},
           {"--deflate", "", "--no-deflate"},
           {"--key", "k.pem"},
           {"--listen", "tcp://:0", "--mode", "source"},
           {"--listen", "tcp://:0/path"},
           {"--engine", "beast", "--max-fragments", "5"},
           {"--engine", "beast", "--mode", "source"},
           {"--engine", "beast", "--listen", "wss://:0"},
           {"--engine", "beast", "--deflate", "client_max_window_bits=8"},
           {"--engine", "beast", "--fragment", "7B"},
           {"--fragment", "0B"},
           {"--max-message", "0B"},
           {"--close-timeout", "0s"},
       }) {
    EXPECT_FALSE(read(arguments).has_value()) << arguments.front() << ' ' << arguments.back();
  }
}

}  // namespace
}  // namespace wsrig::echo
