#include "net/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ostream>
#include <string>

namespace wsrig::net {
namespace {

using ::testing::HasSubstr;

struct GoodUrl {
  std::string_view text, scheme, host;
  std::uint16_t port;
  std::string_view target, authority;
  friend std::ostream& operator<<(std::ostream& out, const GoodUrl& row) { return out << row.text; }
};

class UrlReads : public ::testing::TestWithParam<GoodUrl> {};

TEST_P(UrlReads, the_parts) {
  const GoodUrl& row = GetParam();
  const auto url = parse_url(row.text);
  ASSERT_TRUE(url.has_value()) << url.error();
  EXPECT_EQ(url->scheme, row.scheme);
  EXPECT_EQ(url->host, row.host);
  EXPECT_EQ(url->port, row.port);
  EXPECT_EQ(url->target, row.target);
  EXPECT_EQ(url->authority(), row.authority);
}

INSTANTIATE_TEST_SUITE_P(
    s3, UrlReads,
    ::testing::Values(GoodUrl{"ws://example.com", "ws", "example.com", 80, "/", "example.com"},
                      GoodUrl{"wss://example.com", "wss", "example.com", 443, "/", "example.com"},
                      GoodUrl{"ws://example.com:80/", "ws", "example.com", 80, "/", "example.com"},
                      GoodUrl{"wss://h:9443/a/b?c=d&e", "wss", "h", 9443, "/a/b?c=d&e", "h:9443"},
                      GoodUrl{"WS://h:1/", "ws", "h", 1, "/", "h:1"},
                      GoodUrl{"ws://h?q", "ws", "h", 80, "/?q", "h"},
                      GoodUrl{"ws://h/a%20b", "ws", "h", 80, "/a%20b", "h"},
                      GoodUrl{"ws://[::1]:8080/x", "ws", "::1", 8080, "/x", "[::1]:8080"},
                      GoodUrl{"ws://:0", "ws", "", 0, "/", ":0"},
                      GoodUrl{"tcp://127.0.0.1:0", "tcp", "127.0.0.1", 0, "/", "127.0.0.1:0"}));

TEST(Url, tells_a_given_path_from_an_empty_one) {
  EXPECT_FALSE(parse_url("ws://h")->path_given);
  EXPECT_FALSE(parse_url("ws://h?q")->path_given);
  EXPECT_TRUE(parse_url("ws://h/")->path_given);
}

TEST(Url, prints_what_was_read) {
  for (const std::string text : {"ws://example.com/", "wss://[::1]:8080/x?y", "tcp://127.0.0.1:9"}) {
    EXPECT_EQ(parse_url(text)->print(), text);
  }
}

struct BadUrl {
  std::string_view text, message;
  friend std::ostream& operator<<(std::ostream& out, const BadUrl& row) { return out << row.text; }
};

class UrlRefuses : public ::testing::TestWithParam<BadUrl> {};

TEST_P(UrlRefuses, with_a_reason) {
  const auto url = parse_url(GetParam().text);
  ASSERT_FALSE(url.has_value());
  EXPECT_THAT(url.error(), HasSubstr(std::string(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    s3, UrlRefuses,
    ::testing::Values(BadUrl{"", "empty"}, BadUrl{"127.0.0.1:9001", "write ws://127.0.0.1:9001"},
                      BadUrl{"http://h/", "unknown scheme 'http'"}, BadUrl{"http://h/", "did you mean ws?"},
                      BadUrl{"ws://h:65536/", "bad port '65536'"}, BadUrl{"ws://h/#f", "fragment"},
                      BadUrl{"ws://u:p@h/", "user information"}, BadUrl{"ws://h/a b", "a blank at column 9"},
                      BadUrl{"ws://h/{x}", "'{' at column 8"}, BadUrl{"ws://h/\xc3\xa9", "outside ASCII"},
                      BadUrl{"ws://h/\x01", "control character"}, BadUrl{"tcp://h", "no port"},
                      BadUrl{"ws://[::1/", "not a valid URL"}));

}  // namespace
}  // namespace wsrig::net
