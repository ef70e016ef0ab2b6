#include "proxy/gate_rules.hpp"

#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/rate_limit.hpp"

namespace wsrig::proxy {
namespace {

using ::testing::HasSubstr;

/// The status a client gets; 0 when it may pass.
int status(const GateText& rules, std::string_view address, const std::string& fields = {}) {
  const auto gate = GateRules::make(rules);
  if (!gate) return -1;
  const auto refusal = (*gate)->refuse(address, ws::HttpHead("GET / HTTP/1.1\r\n" + fields + "\r\n"));
  return refusal ? refusal->status : 0;
}

std::string challenge(const GateText& rules, const std::string& fields = {}) {
  const auto refusal =
      GateRules::make(rules).value()->refuse("::1", ws::HttpHead("GET / HTTP/1.1\r\n" + fields + "\r\n"));
  return refusal->print();
}

TEST(GateRules, without_rules_there_is_no_gate) { EXPECT_EQ(GateRules::make({}).value(), nullptr); }

TEST(GateRules, allow_lets_nobody_else_in) {
  const GateText rules{.allow = {"10.0.0.0/8", "::1"}};
  EXPECT_EQ(status(rules, "10.1.2.3"), 0);
  EXPECT_EQ(status(rules, "::ffff:10.1.2.3"), 0);
  EXPECT_EQ(status(rules, "::1"), 0);
  EXPECT_EQ(status(rules, "127.0.0.1"), 403);
  EXPECT_EQ(status(rules, ""), 403);
}

TEST(GateRules, deny_is_stronger_than_allow) {
  const GateText rules{.allow = {"10.0.0.0/8"}, .deny = {"10.9.0.0/16"}};
  EXPECT_EQ(status(rules, "10.9.1.1"), 403);
  EXPECT_EQ(status(rules, "10.8.1.1"), 0);
  EXPECT_EQ(status({.deny = {"10.9.0.0/16"}}, "192.0.2.1"), 0);
}

TEST(GateRules, rfc6455_s10_2_origins) {
  const GateText rules{.origins = {"https://example.com", "https://*.example.org"}};
  EXPECT_EQ(status(rules, "::1", "Origin: https://EXAMPLE.com\r\n"), 0);
  EXPECT_EQ(status(rules, "::1", "Origin: https://a.b.example.org\r\n"), 0);
  EXPECT_EQ(status(rules, "::1"), 0);
  for (const char* origin : {"http://example.com", "https://example.com:8443", "https://example.com.evil.net",
                             "https://example.org", "https://evilexample.org", "null", ""}) {
    EXPECT_EQ(status(rules, "::1", "Origin: " + std::string(origin) + "\r\n"), 403) << origin;
  }
  EXPECT_EQ(status(rules, "::1", "Origin: https://example.com\r\nOrigin: https://evil.net\r\n"), 403);
}

TEST(GateRules, rfc7617_basic_credentials) {
  const GateText rules{.basic = {"Aladdin:open sesame"}};
  EXPECT_EQ(status(rules, "::1", "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"), 0);
  EXPECT_EQ(status(rules, "::1", "authorization: basic  QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"), 0);
  for (const char* value : {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=", "Basic", "", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
                            "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ== x"}) {
    EXPECT_EQ(status(rules, "::1", "Authorization: " + std::string(value) + "\r\n"), 401) << value;
  }
  EXPECT_EQ(status(rules, "::1"), 401);
  EXPECT_THAT(challenge(rules), HasSubstr("WWW-Authenticate: Basic realm=\"wsrig\", charset=\"UTF-8\"\r\n"));
}

TEST(GateRules, rfc6750_bearer_tokens) {
  const GateText rules{.basic = {"a:b"}, .bearer = {"first", "second"}};
  EXPECT_EQ(status(rules, "::1", "Authorization: Bearer second\r\n"), 0);
  EXPECT_EQ(status(rules, "::1", "Authorization: Basic YTpi\r\n"), 0);
  EXPECT_EQ(status(rules, "::1", "Authorization: Bearer secon\r\n"), 401);
  EXPECT_EQ(status(rules, "::1", "Authorization: Bearer first\r\nAuthorization: Bearer first\r\n"), 401);
  EXPECT_THAT(challenge(rules), HasSubstr("WWW-Authenticate: Bearer realm=\"wsrig\"\r\n"));
  EXPECT_THAT(challenge(rules, "Authorization: Bearer x\r\n"), HasSubstr("error=\"invalid_token\""));
}

TEST(GateRules, an_address_that_is_refused_is_not_asked_for_credentials) {
  EXPECT_EQ(status({.deny = {"::1"}, .basic = {"a:b"}}, "::1"), 403);
}

TEST(GateRules, secrets_come_from_the_environment) {
  ::setenv("WSRIG_TEST_SECRET", "b", 1);
  EXPECT_EQ(status({.basic = {"a:${env:WSRIG_TEST_SECRET}"}}, "::1", "Authorization: Basic YTpi\r\n"), 0);
  ::unsetenv("WSRIG_TEST_SECRET");
  EXPECT_EQ(GateRules::make({.basic = {"a:${env:WSRIG_TEST_SECRET}"}}).error().message,
            "the environment variable WSRIG_TEST_SECRET is not set");
}

TEST(GateRules, tells_a_mistake) {
  EXPECT_EQ(GateRules::make({.allow = {"10.0.0.0/40"}}).error().message,
            "'10.0.0.0/40' is no range of addresses");
  EXPECT_EQ(GateRules::make({.deny = {"localhost"}}).error().message, "'localhost' is no range of addresses");
  EXPECT_EQ(GateRules::make({.basic = {"secret"}}).error().message, "credentials without ':'");
  EXPECT_EQ(GateRules::make({.bearer = {"a b"}}).error().message,
            "a bearer token that is empty or has blanks in it");
  for (const char* origin : {"example.com", "https://", "https://example.com/"}) {
    EXPECT_EQ(GateRules::make({.origins = {origin}}).error().message,
              "'" + std::string(origin) + "' is no origin");
  }
}

TEST(EqualInConstantTime, is_equality) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
  for (const char* other : {"", "ab", "abcd", "abd", "abcabc"}) {
    EXPECT_FALSE(equal_in_constant_time("abc", other)) << other;
    EXPECT_FALSE(equal_in_constant_time(other, "abc")) << other;
  }
}

struct RateLimitTest : ::testing::Test {
  bool admit(const char* client, int second) {
    return limit.admit(*net::IpAddress::parse(client), net::Clock::time_point(std::chrono::seconds(second)));
  }
  RateLimit limit{2, 3};
};

TEST_F(RateLimitTest, counts_each_client_for_a_minute) {
  EXPECT_TRUE(admit("192.0.2.1", 0));
  EXPECT_TRUE(admit("192.0.2.1", 30));
  EXPECT_FALSE(admit("192.0.2.1", 59));
  EXPECT_TRUE(admit("192.0.2.2", 59));
  EXPECT_TRUE(admit("192.0.2.1", 60));
  EXPECT_TRUE(admit("192.0.2.1", 60));
  EXPECT_FALSE(admit("192.0.2.1", 119));
}

TEST_F(RateLimitTest, counts_an_ipv6_network_as_one_client) {
  EXPECT_TRUE(admit("2001:db8::1", 0));
  EXPECT_TRUE(admit("2001:db8::ffff:2", 0));
  EXPECT_FALSE(admit("2001:db8::3", 0));
  EXPECT_TRUE(admit("2001:db8:0:1::1", 0));
}

TEST_F(RateLimitTest, forgets_the_first_client_when_there_are_too_many) {
  for (const char* client : {"192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.3"})
    EXPECT_TRUE(admit(client, 0));
  EXPECT_FALSE(admit("192.0.2.1", 1));
  EXPECT_TRUE(admit("192.0.2.4", 1));
  EXPECT_TRUE(admit("192.0.2.1", 1));
}

TEST(RateLimit, zero_is_no_limit) {
  RateLimit none(0);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(none.admit(*net::IpAddress::parse("::1"), {}));
}

}  // namespace
}  // namespace wsrig::proxy
