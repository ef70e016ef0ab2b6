#include "net/socks5_client.hpp"

#include <gtest/gtest.h>

#include "tests/support/proxy_playbook.hpp"
#include "tests/support/row_name.hpp"

namespace wsrig::net {
namespace {

using test::established;
using test::failed;
using test::octets;
using test::play;
using test::operator+;

const ProxyTarget by_name{"example.com", 443};
const ProxyTarget by_ipv4{"192.0.2.7", 80};
const ProxyCredentials credentials{"user", "pass"};

const ws::ByteBuffer greeting = octets("05 01 00");
const ws::ByteBuffer no_authentication = octets("05 00");
const ws::ByteBuffer ipv4_request = octets("05 01 00 01 c0 00 02 07 00 50");
const ws::ByteBuffer name_request = octets("05 01 00 03 0b") + "example.com" + octets("01 bb");

TEST(Socks5Client, rfc1928_s4_sends_a_name_for_the_server_to_resolve) {
  play<Socks5Client>(by_name) << greeting >> no_authentication << name_request >>
      octets("05 00 00 01 7f 00 00 01 1f 90") << established();
}

TEST(Socks5Client, rfc1928_s5_sends_an_ipv4_address) {
  play<Socks5Client>(by_ipv4) << greeting >> no_authentication << ipv4_request >>
      octets("05 00 00 01 00 00 00 00 00 00") << established();
}

TEST(Socks5Client, rfc1928_s5_sends_an_ipv6_address) {
  play<Socks5Client>(ProxyTarget{"2001:db8::7", 8080}) << greeting >>
      no_authentication << octets("05 01 00 04 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 07 1f 90") >>
      octets("05 00 00 01 00 00 00 00 00 00") << established();
}

// RFC 1928 §6: BND.ADDR is as long as its type says; what lies behind it came through the tunnel.
TEST(Socks5Client, rfc1928_s6_keeps_what_comes_behind_an_ipv4_reply) {
  play<Socks5Client>(by_ipv4) << greeting >> no_authentication << ipv4_request >>
      (octets("05 00 00 01 00 00 00 00 00 00") + "SSH-2.0") << established("SSH-2.0");
}

TEST(Socks5Client, rfc1928_s6_keeps_what_comes_behind_an_ipv6_reply) {
  play<Socks5Client>(by_ipv4) << greeting >> no_authentication << ipv4_request >>
      (octets("05 00 00 04 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 07 1f 90") + "x") << established("x");
}

TEST(Socks5Client, rfc1928_s6_keeps_what_comes_behind_a_reply_with_a_name) {
  play<Socks5Client>(by_ipv4) << greeting >> no_authentication << ipv4_request >>
      (octets("05 00 00 03 05") + "proxy" + octets("1f 90") + "x") << established("x");
}

TEST(Socks5Client, rfc1928_s6_takes_a_reply_with_an_empty_name) {
  play<Socks5Client>(by_ipv4) << greeting >> no_authentication << ipv4_request >>
      (octets("05 00 00 03 00 1f 90") + "x") << established("x");
}

TEST(Socks5Client, rfc1928_s6_takes_a_reply_with_the_longest_name) {
  play<Socks5Client>(by_ipv4) << greeting >> no_authentication << ipv4_request >>
      (octets("05 00 00 03 ff") + std::string(255, 'n') + octets("1f 90") + "x") << established("x");
}

TEST(Socks5Client, rfc1929_s2_sends_credentials_when_they_are_asked_for) {
  play<Socks5Client>(by_ipv4, credentials) << octets("05 02 00 02") >>
      octets("05 02") << (octets("01 04") + "user" + octets("04") + "pass") >>
      octets("01 00") << ipv4_request >> octets("05 00 00 01 00 00 00 00 00 00") << established();
}

TEST(Socks5Client, rfc1929_s2_takes_the_status_of_a_server_that_writes_its_socks_version) {
  play<Socks5Client>(by_ipv4, credentials) << octets("05 02 00 02") >>
      octets("05 02") << (octets("01 04") + "user" + octets("04") + "pass") >>
      octets("05 00") << ipv4_request >> octets("05 00 00 01 00 00 00 00 00 00") << established();
}

TEST(Socks5Client, keeps_its_credentials_to_itself_when_they_are_not_asked_for) {
  play<Socks5Client>(by_ipv4, credentials) << octets("05 02 00 02") >> no_authentication << ipv4_request >>
      octets("05 00 00 01 00 00 00 00 00 00") << established();
}

TEST(Socks5Client, rfc1929_s2_tells_wrong_credentials) {
  play<Socks5Client>(by_ipv4, credentials) << octets("05 02 00 02") >>
      octets("05 02") << (octets("01 04") + "user" + octets("04") + "pass") >>
      octets("01 01") << failed("the SOCKS server refused the user name or password");
}

TEST(Socks5Client, rfc1928_s3_tells_that_no_method_is_acceptable) {
  play<Socks5Client>(by_ipv4) << greeting >>
      octets("05 ff") << failed("the SOCKS server accepts none of the offered methods");
}

TEST(Socks5Client, rfc1928_s3_refuses_a_method_it_did_not_offer) {
  play<Socks5Client>(by_ipv4) << greeting >>
      octets("05 02") << failed("the SOCKS server chose a method it was not offered (method 2)");
}

TEST(Socks5Client, tells_what_is_no_socks5) {
  play<Socks5Client>(by_ipv4) << greeting >> "HTTP/1.1 400 Bad Request\r\n\r\n"
                                                 << failed("the answer is not SOCKS version 5 (version 72)");
  play<Socks5Client>(by_ipv4) << greeting >> no_authentication << ipv4_request >>
      octets("00 5b 00 00") << failed("the answer is not SOCKS version 5 (version 0)");
}

TEST(Socks5Client, tells_a_reply_whose_end_cannot_be_known) {
  play<Socks5Client>(by_ipv4) << greeting >> no_authentication << ipv4_request >>
      octets("05 00 00 02 00 00 00 00 00 00")
          << failed("a SOCKS reply with an unknown type of address (type 2)");
}

TEST(Socks5Client, cannot_say_a_name_of_256_octets) {
  play<Socks5Client>(ProxyTarget{std::string(256, 'n'), 80})
      << failed("the target's name is longer than the 255 octets of SOCKS5");
  play<Socks5Client>(ProxyTarget{std::string(255, 'n'), 80}) << greeting >>
      no_authentication << (octets("05 01 00 03 ff") + std::string(255, 'n') + octets("00 50")) >>
      octets("05 01") << failed("general failure of the SOCKS server (reply 1)");
}

TEST(Socks5Client, rfc1929_s2_cannot_say_empty_or_long_credentials) {
  const std::string text = "SOCKS5 takes user names and passwords of 1 to 255 octets";
  play<Socks5Client>(by_ipv4, ProxyCredentials{"", "pass"}) << failed(text);
  play<Socks5Client>(by_ipv4, ProxyCredentials{"user", ""}) << failed(text);
  play<Socks5Client>(by_ipv4, ProxyCredentials{"user", std::string(256, 'p')}) << failed(text);
}

struct Refusal {
  const char* name;
  std::uint8_t code;
  ProxyError error;
  const char* text;
};

struct Socks5Refusal : ::testing::TestWithParam<Refusal> {};

// RFC 1928 §6; servers that refuse may send the whole reply, or its first two octets only.
TEST_P(Socks5Refusal, has_its_own_error) {
  const auto& row = GetParam();
  const ws::ByteBuffer code(1, row.code);
  for (const ws::ByteBuffer& rest : {octets(""), octets("00 01 00 00 00 00 00 00")}) {
    play<Socks5Client>(by_ipv4) << greeting >> no_authentication << ipv4_request >>
        (octets("05") + code + rest) << failed(std::string(row.text) + " (reply " + std::to_string(row.code) +
                                               ")");
  }
  Socks5Client client(by_ipv4);
  ws::ByteBuffer out;
  std::size_t taken = 0;
  client.begin(out);
  client.receive(octets("05 00 05") + code, taken, out);
  EXPECT_EQ(client.error(), row.error);
}

INSTANTIATE_TEST_SUITE_P(
    rfc1928_s6, Socks5Refusal,
    ::testing::Values(
        Refusal{"general", 1, ProxyError::socks_general_failure, "general failure of the SOCKS server"},
        Refusal{"ruleset", 2, ProxyError::socks_not_allowed,
                "the SOCKS server's rules do not allow the connection"},
        Refusal{"network", 3, ProxyError::socks_network_unreachable, "the target's network is unreachable"},
        Refusal{"host", 4, ProxyError::socks_host_unreachable, "the target is unreachable"},
        Refusal{"refused", 5, ProxyError::socks_connection_refused, "the target refused the connection"},
        Refusal{"ttl", 6, ProxyError::socks_ttl_expired, "the time to live expired on the way to the target"},
        Refusal{"command", 7, ProxyError::socks_command_not_supported,
                "the SOCKS server does not support CONNECT"},
        Refusal{"address_type", 8, ProxyError::socks_address_type_not_supported,
                "the SOCKS server does not support this type of address"},
        Refusal{"unassigned", 9, ProxyError::socks_unknown_reply, "a SOCKS reply that is not assigned"},
        Refusal{"last", 255, ProxyError::socks_unknown_reply, "a SOCKS reply that is not assigned"}),
    test::row_name);

TEST(ProxyError, has_coarse_conditions) {
  EXPECT_EQ(make_error_code(ProxyError::socks_wrong_credentials), ProxyCondition::not_authorized);
  EXPECT_EQ(make_error_code(ProxyError::http_authentication_required), ProxyCondition::not_authorized);
  EXPECT_EQ(make_error_code(ProxyError::socks_not_allowed), ProxyCondition::not_permitted);
  EXPECT_EQ(make_error_code(ProxyError::http_forbidden), ProxyCondition::not_permitted);
  EXPECT_EQ(make_error_code(ProxyError::socks_connection_refused), ProxyCondition::target_unreachable);
  EXPECT_EQ(make_error_code(ProxyError::http_bad_gateway), ProxyCondition::target_unreachable);
  EXPECT_EQ(make_error_code(ProxyError::http_gateway_timeout), ProxyCondition::target_timed_out);
  EXPECT_EQ(make_error_code(ProxyError::socks_not_version_5), ProxyCondition::protocol_violation);
  EXPECT_NE(make_error_code(ProxyError::closed), ProxyCondition::target_unreachable);
}

}  // namespace
}  // namespace wsrig::net
