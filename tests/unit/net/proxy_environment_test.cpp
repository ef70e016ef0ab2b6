#include "net/proxy_environment.hpp"

#include <gtest/gtest.h>
#include <map>

#include "tests/support/row_name.hpp"

namespace wsrig::net {
namespace {

Environment environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

std::string via(const char* target, std::map<std::string, std::string> variables) {
  const auto result = via_from_environment(*parse_url(target), environment(std::move(variables)));
  return result ? result->print() : result.error();
}

TEST(ProxyEnvironment, socks_comes_before_http) {
  EXPECT_EQ(via("ws://a", {{"SOCKS_PROXY", "s:1"}, {"HTTP_PROXY", "h:2"}}), "socks5://s:1");
  EXPECT_EQ(via("wss://a", {{"SOCKS_PROXY", "s:1"}, {"HTTPS_PROXY", "h:2"}}), "socks5://s:1");
}

TEST(ProxyEnvironment, the_target_chooses_the_http_proxy) {
  const std::map<std::string, std::string> both{{"HTTP_PROXY", "http://p:1"}, {"HTTPS_PROXY", "http://t:2"}};
  EXPECT_EQ(via("ws://a", both), "http://p:1");
  EXPECT_EQ(via("tcp://a:1", both), "http://p:1");
  EXPECT_EQ(via("wss://a", both), "http://t:2");
  EXPECT_EQ(via("tls://a:1", both), "http://t:2");
  EXPECT_EQ(via("wss://a", {{"HTTP_PROXY", "p:1"}}), "direct");
}

TEST(ProxyEnvironment, names_may_be_in_lower_case) {
  EXPECT_EQ(via("ws://a", {{"http_proxy", "p:1"}}), "http://p:1");
  EXPECT_EQ(via("ws://a", {{"http_proxy", "p:1"}, {"HTTP_PROXY", "q:2"}}), "http://q:2");
  EXPECT_EQ(via("ws://a", {{"http_proxy", "p:1"}, {"no_proxy", "a"}}), "direct");
}

TEST(ProxyEnvironment, an_empty_value_is_none) {
  EXPECT_EQ(via("ws://a", {}), "direct");
  EXPECT_EQ(via("ws://a", {{"SOCKS_PROXY", ""}, {"http_proxy", "p:1"}}), "http://p:1");
}

TEST(ProxyEnvironment, a_mistake_names_its_variable) {
  EXPECT_EQ(via("ws://a", {{"http_proxy", "p:0"}}),
            "http_proxy: bad port in the address of a proxy: 'p:0'; 1 to 65535");
  EXPECT_EQ(via("ws://a", {{"http_proxy", "p:0"}, {"NO_PROXY", "a"}}), "direct");
}

struct Exemption {
  const char* name;
  const char* list;
  const char* host;
  std::uint16_t port;
  bool exempt;
};

struct NoProxy : ::testing::TestWithParam<Exemption> {};

TEST_P(NoProxy, decides) {
  const auto& row = GetParam();
  EXPECT_EQ(is_exempt(row.list, row.host, row.port), row.exempt);
}

INSTANTIATE_TEST_SUITE_P(
    table, NoProxy,
    ::testing::Values(Exemption{"empty", "", "example.com", 80, false},
                      Exemption{"star", "*", "example.com", 80, true},
                      Exemption{"star_for_addresses", "*", "192.0.2.1", 80, true},
                      Exemption{"star_with_port", "*:80", "example.com", 80, true},
                      Exemption{"star_with_other_port", "*:81", "example.com", 80, false},
                      Exemption{"the_host", "example.com", "example.com", 80, true},
                      Exemption{"without_case", "Example.COM", "eXample.com", 80, true},
                      Exemption{"below", "example.com", "a.b.example.com", 80, true},
                      Exemption{"a_longer_name", "example.com", "notexample.com", 80, false},
                      Exemption{"above", "a.example.com", "example.com", 80, false},
                      Exemption{"dot_below", ".example.com", "a.example.com", 80, true},
                      Exemption{"dot_not_itself", ".example.com", "example.com", 80, false},
                      Exemption{"star_dot_below", "*.example.com", "a.example.com", 80, true},
                      Exemption{"star_dot_not_itself", "*.example.com", "example.com", 80, false},
                      Exemption{"final_dots", "example.com.", "example.com", 80, true},
                      Exemption{"final_dot_of_the_host", "example.com", "example.com.", 80, true},
                      Exemption{"only_a_dot", ".", "example.com", 80, false},
                      Exemption{"port", "example.com:8080", "example.com", 8080, true},
                      Exemption{"other_port", "example.com:8080", "example.com", 80, false},
                      Exemption{"list", "localhost, 127.0.0.1 ,example.com", "example.com", 80, true},
                      Exemption{"list_of_blanks", "localhost example.com", "example.com", 80, true},
                      Exemption{"empty_entries", ",, ,", "example.com", 80, false},
                      Exemption{"address", "127.0.0.1", "127.0.0.1", 80, true},
                      Exemption{"other_address", "127.0.0.1", "127.0.0.10", 80, false},
                      Exemption{"address_is_no_suffix", "0.0.1", "127.0.0.1", 80, false},
                      Exemption{"address_port", "127.0.0.1:81", "127.0.0.1", 81, true},
                      Exemption{"address_other_port", "127.0.0.1:81", "127.0.0.1", 80, false},
                      Exemption{"range", "10.0.0.0/8", "10.1.2.3", 80, true},
                      Exemption{"outside_range", "10.0.0.0/8", "11.1.2.3", 80, false},
                      Exemption{"range_is_for_addresses", "0.0.0.0/0", "example.com", 80, false},
                      Exemption{"ipv6", "::1", "::1", 80, true},
                      Exemption{"ipv6_in_brackets", "[::1]", "::1", 80, true},
                      Exemption{"ipv6_port", "[::1]:80", "::1", 80, true},
                      Exemption{"ipv6_other_port", "[::1]:81", "::1", 80, false},
                      Exemption{"ipv6_range", "fd00::/8", "fd12::1", 80, true}),
    test::row_name);

TEST(ServerEnvironment, port_443_means_tls) {
  const auto tls = server_environment(environment({{"UPSTREAM_HOST", "example.com:443"}}));
  ASSERT_TRUE(tls) << tls.error();
  EXPECT_EQ(tls->upstream->print(), "wss://example.com:443/");
  EXPECT_FALSE(tls->listen_port);
  const auto plain =
      server_environment(environment({{"UPSTREAM_HOST", "[::1]:8443"}, {"LISTEN_PORT", "80"}}));
  EXPECT_EQ(plain->upstream->print(), "ws://[::1]:8443/");
  EXPECT_EQ(plain->listen_port, 80);
}

TEST(ServerEnvironment, may_be_empty) {
  const auto none = server_environment(environment({}));
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->upstream || none->listen_port);
}

TEST(ServerEnvironment, a_mistake_names_its_variable) {
  EXPECT_EQ(server_environment(environment({{"UPSTREAM_HOST", "example.com"}})).error(),
            "UPSTREAM_HOST: no port in 'example.com'; write host:port");
  EXPECT_EQ(server_environment(environment({{"UPSTREAM_HOST", "a:1/path"}})).error(),
            "UPSTREAM_HOST: not host:port: 'a:1/path'");
  EXPECT_EQ(server_environment(environment({{"UPSTREAM_HOST", ":80"}})).error(),
            "UPSTREAM_HOST: not host:port: ':80'");
  EXPECT_EQ(server_environment(environment({{"LISTEN_PORT", "http"}})).error(),
            "LISTEN_PORT: not a port: 'http'");
}

}  // namespace
}  // namespace wsrig::net
