#include "proxy/json_map.hpp"

#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>

namespace wsrig::proxy {
namespace {

struct MapFile {
  explicit MapFile(const std::string& text)
      : path(testing::TempDir() + "map-" + std::to_string(++count) + ".json") {
    std::ofstream(path) << text;
  }
  ~MapFile() { std::remove(path.c_str()); }
  MapFile(const MapFile&) = delete;
  MapFile& operator=(const MapFile&) = delete;
  std::string path;
  static inline int count = 0;
};

std::string mistake(const std::string& text) {
  const MapFile file(text);
  Config config;
  const auto problem = read_json_map(file.path, {}, config);
  return problem ? problem->message : "none";
}

TEST(JsonMap, reads_routes_and_settings) {
  const MapFile file(R"({"chat": {"host": "10.0.0.1", "port": 9000}, "other": {"host": "h", "port": "81"},
    "bindIP": "127.0.0.1", "bindPort": "8081", "backlog": 7, "connectTimeout": 1500, "connectKeepalive": true,
    "socketTimeout": 60000})");
  Config config;
  const auto problem = read_json_map(file.path, {}, config);
  ASSERT_FALSE(problem) << problem->message;
  ASSERT_EQ(config.routes.size(), 4U);
  EXPECT_EQ(config.routes[0].path, "/chat");
  EXPECT_EQ(config.routes[1].path, "/chat/");
  EXPECT_EQ(config.routes[1].upstream.url.address(), "10.0.0.1:9000");
  EXPECT_EQ(config.routes[3].upstream.url.address(), "h:81");
  ASSERT_EQ(config.listeners.size(), 1U);
  EXPECT_EQ(config.listeners[0].address(), "127.0.0.1:8081");
  EXPECT_EQ(config.backlog, 7);
  EXPECT_EQ(config.timeouts.connect, microseconds(1'500'000));
  EXPECT_EQ(config.timeouts.idle, seconds(60));
  EXPECT_EQ(config.timeouts.keepalive, Timeouts{}.keepalive);
}

TEST(JsonMap, an_address_alone_has_the_usual_port) {
  const MapFile file(R"({"bindIP": "127.0.0.1"})");
  Config config;
  ASSERT_FALSE(read_json_map(file.path, {}, config));
  EXPECT_EQ(config.listeners.at(0).address(), "127.0.0.1:8080");
}

TEST(JsonMap, keepalive_is_a_switch_or_a_time) {
  for (const auto& [text, time] : std::vector<std::pair<std::string, microseconds>>{
           {"false", seconds(0)}, {"0", seconds(0)}, {"5000", seconds(5)}, {"\"7000\"", seconds(7)}}) {
    const MapFile file("{\"connectKeepalive\": " + text + "}");
    Config config;
    ASSERT_FALSE(read_json_map(file.path, {}, config));
    EXPECT_EQ(config.timeouts.keepalive, time) << text;
  }
}

TEST(JsonMap, says_what_is_wrong) {
  EXPECT_TRUE(mistake(R"({"a": )").starts_with("not JSON"));
  EXPECT_EQ(mistake("[]"), "a map of names and targets is needed");
  EXPECT_EQ(mistake(R"({"a": {"port": 1}})"), "'a' has no host");
  EXPECT_EQ(mistake(R"({"a": {"host": "h"}})"), "'a' has no port");
  EXPECT_EQ(mistake(R"({"a": {"host": "h", "port": "x"}})"), "'a' needs a whole number from 1 to 65535");
  EXPECT_EQ(mistake(R"({"a": {"host": "h", "port": 65536}})"), "'a' needs a whole number from 1 to 65535");
  EXPECT_EQ(mistake(R"({"a/b": {"host": "h", "port": 1}})"), "'a/b' is no segment of a path");
  EXPECT_EQ(mistake(R"({"bindPrt": 1})"), "'bindPrt' is no setting, and no map with a host and a port");
  EXPECT_EQ(mistake(R"({"connectTimeout": -1})"),
            "'connectTimeout' needs a whole number from 1 to 2147483647");
}

TEST(JsonMap, a_key_that_stands_twice_is_a_mistake) {
  EXPECT_EQ(mistake("{\"a\": {\"host\": \"h\", \"port\": 1},\n \"a\": {\"host\": \"g\", \"port\": 2}}"),
            "the key 'a' stands twice; it is already in line 1");
  EXPECT_EQ(mistake(R"({"a": {"host": "h", "port": 1, "host": "g"}})"),
            "the key 'host' stands twice; it is already in line 1");
  EXPECT_EQ(mistake(R"({"bindPort": 1, "bindPort": 2})"),
            "the key 'bindPort' stands twice; it is already in line 1");
}

TEST(JsonMap, points_at_the_mistake) {
  const MapFile file("{\n  \"a\": {\"port\": 1}\n}");
  Config config;
  const auto problem = read_json_map(file.path, {}, config);
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->line, 2U);
  EXPECT_EQ(problem->column, 3U);
}

}  // namespace
}  // namespace wsrig::proxy
