#include "net/via.hpp"

#include <gtest/gtest.h>

#include "tests/support/row_name.hpp"

namespace wsrig::net {
namespace {

TEST(Via, reads_the_address_of_a_proxy) {
  const auto via = parse_via("socks5://127.0.0.1:9050");
  ASSERT_TRUE(via) << via.error();
  EXPECT_EQ(via->kind, Via::Kind::socks5);
  EXPECT_EQ(via->host, "127.0.0.1");
  EXPECT_EQ(via->port, 9050);
  EXPECT_FALSE(via->credentials);
  EXPECT_TRUE(parse_via("direct")->is_direct());
}

TEST(Via, has_a_default_port_for_each_protocol) {
  EXPECT_EQ(parse_via("socks5h://proxy")->print(), "socks5://proxy:1080");
  EXPECT_EQ(parse_via("HTTP://[::1]/")->print(), "http://[::1]:80");
}

TEST(Via, takes_the_scheme_of_the_variable_where_there_is_none) {
  EXPECT_EQ(parse_via("proxy:3128", "http")->print(), "http://proxy:3128");
  EXPECT_EQ(parse_via("socks5://proxy:3128", "http")->print(), "socks5://proxy:3128");
}

TEST(Via, decodes_credentials_and_never_prints_them) {
  const auto via = parse_via("socks5://us%3aer:p%40ss:w@rd@proxy:1");
  ASSERT_TRUE(via) << via.error();
  EXPECT_EQ(via->credentials->user, "us:er");
  EXPECT_EQ(via->credentials->password, "p@ss:w@rd");
  EXPECT_EQ(via->host, "proxy");
  EXPECT_EQ(via->print(), "socks5://proxy:1");
}

TEST(Via, leaves_references_to_secrets_for_the_caller) {
  const auto via = parse_via("http://${env:PROXY_USER}:${file:/run/50%-secret}@proxy:3128");
  ASSERT_TRUE(via) << via.error();
  EXPECT_EQ(via->credentials->user, "${env:PROXY_USER}");
  EXPECT_EQ(via->credentials->password, "${file:/run/50%-secret}");
}

TEST(Via, a_password_may_be_missing) {
  EXPECT_EQ(parse_via("http://user@proxy")->credentials->password, "");
  EXPECT_EQ(parse_via("http://user:@proxy")->credentials->password, "");
}

struct Mistake {
  const char* name;
  const char* text;
  const char* message;
};

struct ViaMistake : ::testing::TestWithParam<Mistake> {};

TEST_P(ViaMistake, is_told) {
  const auto via = parse_via(GetParam().text);
  ASSERT_FALSE(via);
  EXPECT_EQ(via.error(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    table, ViaMistake,
    ::testing::Values(
        Mistake{"empty", "", "no scheme in the address of a proxy; one of socks5://, http://, or direct"},
        Mistake{"no_scheme", "proxy:1080",
                "no scheme in the address of a proxy; one of socks5://, http://, or direct"},
        Mistake{"unknown_scheme", "https://proxy",
                "unknown scheme 'https' in the address of a proxy; one of socks5://, http://, or direct"},
        Mistake{"no_host", "socks5://:1080", "no host in the address of the proxy"},
        Mistake{"no_user", "socks5://:secret@proxy", "no user name before '@' in the address of the proxy"},
        Mistake{"path", "http://user:secret@proxy/path", "not the address of a proxy: 'proxy/path'"},
        Mistake{"blank", "http://my proxy", "not the address of a proxy: 'my proxy'"},
        Mistake{"big_port", "http://proxy:65536",
                "bad port in the address of a proxy: 'proxy:65536'; 1 to 65535"},
        Mistake{"port_0", "http://proxy:0", "bad port in the address of a proxy: 'proxy:0'; 1 to 65535"},
        Mistake{"half_percent", "http://user:100%@proxy",
                "a '%' without two hexadecimal digits in the credentials of the proxy"},
        Mistake{"bad_percent", "http://user:1%zz@proxy",
                "a '%' without two hexadecimal digits in the credentials of the proxy"},
        Mistake{"colon", "http://us%3aer:x@proxy", "a ':' in the user name for an HTTP proxy"}),
    test::row_name);

}  // namespace
}  // namespace wsrig::net
