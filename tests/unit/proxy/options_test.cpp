#include "proxy/options.hpp"

#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace wsrig::proxy {
namespace {

diag::Result<Config> read(const std::vector<std::string>& arguments) {
  const auto values = cli::parse(command(), arguments, [](const std::string&) { return std::nullopt; });
  if (!values) return values.error();
  return read_options(*values);
}

std::string mistake(const std::vector<std::string>& arguments) {
  const auto config = read(arguments);
  return config ? "none" : config.error().message;
}

TEST(ProxyOptions, one_line_bridges_a_service) {
  const auto config = read({"--listen", "ws://:8080/vnc", "--target", "localhost:5900", "--via", "direct"});
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_EQ(config->routes.size(), 1U);
  EXPECT_EQ(config->routes[0].path, "/vnc");
  EXPECT_TRUE(config->routes[0].is_bridge());
  EXPECT_EQ(config->routes[0].upstream.url.print(), "tcp://localhost:5900");
}

TEST(ProxyOptions, defaults_are_those_of_the_config) {
  const auto config = read({"--target", "ws://h", "--via", "direct"});
  ASSERT_TRUE(config);
  const Config plain;
  EXPECT_EQ(config->listeners[0].print(), "ws://127.0.0.1:8080/");
  EXPECT_EQ(config->routes[0].path, "/");
  EXPECT_EQ(config->timeouts.request, plain.timeouts.request);
  EXPECT_EQ(config->timeouts.connect, plain.timeouts.connect);
  EXPECT_EQ(config->timeouts.answer, plain.timeouts.answer);
  EXPECT_EQ(config->timeouts.idle, plain.timeouts.idle);
  EXPECT_EQ(config->timeouts.ping, plain.timeouts.ping);
  EXPECT_EQ(config->timeouts.pong, plain.timeouts.pong);
  EXPECT_EQ(config->timeouts.keepalive, plain.timeouts.keepalive);
  EXPECT_EQ(config->timeouts.close, plain.timeouts.close);
  EXPECT_EQ(config->timeouts.drain, plain.timeouts.drain);
  EXPECT_EQ(config->limits.head, plain.limits.head);
  EXPECT_EQ(config->limits.header_fields, plain.limits.header_fields);
  EXPECT_EQ(config->limits.connections, plain.limits.connections);
  EXPECT_EQ(config->limits.connections_per_minute, plain.limits.connections_per_minute);
  EXPECT_EQ(config->limits.buffered, plain.limits.buffered);
  EXPECT_EQ(config->limits.frames.frame, plain.limits.frames.frame);
  EXPECT_EQ(config->limits.frames.message, plain.limits.frames.message);
  EXPECT_EQ(config->limits.frames.fragments, plain.limits.frames.fragments);
  EXPECT_EQ(config->backlog, plain.backlog);
}

TEST(ProxyOptions, words_of_a_route_count_before_options) {
  const auto config = read(
      {"--mode", "inspect", "--route", "/a=ws://h", "--route", "/b=ws://h mode=tunnel", "--via", "direct"});
  ASSERT_TRUE(config);
  EXPECT_EQ(config->routes[0].mode, Mode::inspect);
  EXPECT_EQ(config->routes[1].mode, Mode::tunnel);
}

TEST(ProxyOptions, a_folder_is_for_all_paths) {
  const auto config =
      read({"--listen", "ws://:8080/vnc", "--target", "h:1", "--web", "/", "--via", "direct"});
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_EQ(config->routes.size(), 2U);
  EXPECT_EQ(config->routes[1].path, "/");
  EXPECT_FALSE(config->routes[1].has_upstream());
  for (const Route& route : config->routes) EXPECT_TRUE(route.web && route.web_from_root);
  EXPECT_EQ(read({"--target", "ws://h", "--web", "/", "--via", "direct"})->routes.size(), 1U);
  EXPECT_EQ(read({"--web", "/"})->routes.size(), 1U);
}

TEST(ProxyOptions, options_count_before_the_map) {
  const std::string path = testing::TempDir() + "map-" + std::to_string(::getpid()) + ".json";
  std::ofstream(path) << R"({"a": {"host": "h", "port": 1}, "connectTimeout": 1000, "socketTimeout": 2000})";
  const auto config = read({"--map", path, "--connect-timeout", "7s", "--via", "direct"});
  std::remove(path.c_str());
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->timeouts.connect, seconds(7));
  EXPECT_EQ(config->timeouts.idle, seconds(2));
}

TEST(ProxyOptions, says_what_is_wrong) {
  EXPECT_EQ(mistake({}), "no route");
  EXPECT_EQ(mistake({"--target", "nowhere"}),
            "'--target': no port, and tcp has no default in the URL 'tcp://nowhere'");
  EXPECT_EQ(mistake({"--target", "ws://h", "--listen", "tcp://:1"}),
            "'--listen': 'tcp://:1' must begin with ws:// or wss://");
  EXPECT_EQ(mistake({"--target", "ws://h", "--listen", "ws://:1/a?b"}),
            "'--listen': a query does not belong into 'ws://:1/a?b'");
  EXPECT_EQ(mistake({"--route", "/=ws://h", "--listen", "ws://:1/a"}),
            "'--listen': the path in 'ws://:1/a' is for '--target'");
  EXPECT_EQ(mistake({"--target", "ws://h", "--key", "k"}), "there must be one '--key' for each '--cert'");
  EXPECT_EQ(mistake({"--target", "ws://h", "--client-cert", "optional"}),
            "'--client-cert' needs '--client-ca'");
  EXPECT_EQ(mistake({"--target", "ws://h", "--web", "/", "--http", "refuse"}),
            "'--web' contradicts '--http refuse'");
  EXPECT_EQ(mistake({"--route", "/a=ws://h http=web"}), "route '/a': '--http web' needs a folder");
  EXPECT_TRUE(mistake({"--web", "/nonexistent"}).starts_with("'--web': cannot open the folder"));
  EXPECT_EQ(mistake({"--target", "ws://h", "--connect-timeout", "0s"}), "'--connect-timeout' cannot be zero");
  EXPECT_TRUE(mistake({"--target", "ws://h", "--via", "ftp://x"}).starts_with("'--via': "));
}

}  // namespace
}  // namespace wsrig::proxy
