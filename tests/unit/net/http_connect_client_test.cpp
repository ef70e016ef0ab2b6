#include "net/http_connect_client.hpp"

#include <gtest/gtest.h>

#include "tests/support/proxy_playbook.hpp"
#include "tests/support/row_name.hpp"

namespace wsrig::net {
namespace {

using test::established;
using test::failed;
using test::play;

const ProxyTarget target{"example.com", 80};
const std::string request = "CONNECT example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n\r\n";

TEST(HttpConnectClient, rfc9110_s9_3_6_asks_with_the_port_always) {
  play<HttpConnectClient>(target) << request >> "HTTP/1.1 200 OK\r\n\r\n" << established();
}

TEST(HttpConnectClient, writes_an_ipv6_literal_in_brackets) {
  play<HttpConnectClient>(ProxyTarget{"::1", 8080})
          << "CONNECT [::1]:8080 HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n" >>
      "HTTP/1.1 200 OK\r\n\r\n"
          << established();
}

TEST(HttpConnectClient, rfc7617_sends_basic_credentials) {
  play<HttpConnectClient>(target, ProxyCredentials{"Aladdin", "open sesame"})
          << "CONNECT example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n"
             "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n" >>
      "HTTP/1.1 200 OK\r\n\r\n"
          << established();
}

TEST(HttpConnectClient, takes_http_1_0_and_keeps_what_came_through_the_tunnel) {
  play<HttpConnectClient>(target) << request >> "HTTP/1.0 200 Connection established\r\n\r\nSSH-2.0-x\r\n"
                                                    << established("SSH-2.0-x\r\n");
}

// RFC 9110 §9.3.6: a 2xx has no content, whatever its fields say.
TEST(HttpConnectClient, any_2xx_opens_the_tunnel_and_its_length_does_not_count) {
  play<HttpConnectClient>(target) << request >>
      "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello"
          << established("hello");
}

TEST(HttpConnectClient, takes_a_head_without_reason_and_with_bare_line_feeds) {
  play<HttpConnectClient>(target) << request >> "HTTP/1.1 200 \n\nx" << established("x");
}

TEST(HttpConnectClient, rfc9110_s15_2_skips_interim_responses) {
  play<HttpConnectClient>(target) << request >>
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx"
          << established("x");
}

TEST(HttpConnectClient, does_not_skip_interim_responses_without_end) {
  std::string many;
  for (int i = 0; i < 9; ++i) many += "HTTP/1.1 100 Continue\r\n\r\n";
  play<HttpConnectClient>(target) << request >> many << failed("the proxy's response is too long");
}

TEST(HttpConnectClient, tells_a_head_that_is_too_long) {
  play<HttpConnectClient>(target) << request >>
      ("HTTP/1.1 200 OK\r\nX: " + std::string(std::size_t{16} * 1024, 'x'))
          << failed("the proxy's response is too long");
  std::string fields = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 101; ++i) fields += "X: y\r\n";
  play<HttpConnectClient>(target) << request >> (fields + "\r\n")
                                                    << failed("the proxy's response is too long");
}

// Whoever listens there may never send a whole head: its first octets are enough.
TEST(HttpConnectClient, tells_what_is_no_http_1) {
  const std::string text = "the answer is not an HTTP/1 response";
  play<HttpConnectClient>(target) << request >> "SSH-2.0-OpenSSH_9.2\r\n" << failed(text);
  play<HttpConnectClient>(target) << request >> "HTTP/2.0 200 OK\r\n\r\n" << failed(text);
  play<HttpConnectClient>(target) << request >> std::string(std::size_t{17} * 1024, 'x') << failed(text);
  play<HttpConnectClient>(target) << request >> "HTTP/1.1 OK\r\n\r\n" << failed(text);
  play<HttpConnectClient>(target) << request >> "\x05\xff" << failed(text);
}

TEST(HttpConnectClient, what_the_proxy_writes_cannot_break_a_line) {
  play<HttpConnectClient>(target) << request >>
      "HTTP/1.1 502 a\x1b[31m\"b\r\n\r\n"
          << failed(R"(the proxy could not reach the target: 502 "a\u001b[31m\"b")");
  play<HttpConnectClient>(target) << request >>
      ("HTTP/1.1 403 " + std::string(1000, 'x') + "\r\n\r\n")
          << failed("the proxy does not permit this target: 403 \"" + std::string(200, 'x') + "\"");
}

struct Refusal {
  const char* name;
  const char* line;
  ProxyError error;
  const char* text;
};

struct HttpRefusal : ::testing::TestWithParam<Refusal> {};

TEST_P(HttpRefusal, has_its_own_error) {
  const auto& row = GetParam();
  play<HttpConnectClient>(target) << request >> (std::string(row.line) + "\r\nContent-Length: 5\r\n\r\nerror")
                                                    << failed(row.text);
  HttpConnectClient client(target);
  ws::ByteBuffer out;
  std::size_t taken = 0;
  client.receive(ws::as_bytes(std::string(row.line) + "\r\n\r\n"), taken, out);
  EXPECT_EQ(client.error(), row.error);
}

INSTANTIATE_TEST_SUITE_P(
    statuses, HttpRefusal,
    ::testing::Values(Refusal{"s403", "HTTP/1.1 403 Filtered", ProxyError::http_forbidden,
                              "the proxy does not permit this target: 403 \"Filtered\""},
                      Refusal{"s407", "HTTP/1.0 407 Proxy Authentication Required",
                              ProxyError::http_authentication_required,
                              "the proxy wants other credentials: 407 \"Proxy Authentication Required\""},
                      Refusal{"s500", "HTTP/1.0 500 Unable to connect", ProxyError::http_bad_gateway,
                              "the proxy could not reach the target: 500 \"Unable to connect\""},
                      Refusal{"s502", "HTTP/1.1 502", ProxyError::http_bad_gateway,
                              "the proxy could not reach the target: 502"},
                      Refusal{"s503", "HTTP/1.1 503 Service Unavailable", ProxyError::http_bad_gateway,
                              "the proxy could not reach the target: 503 \"Service Unavailable\""},
                      Refusal{"s504", "HTTP/1.1 504 Gateway Time-out", ProxyError::http_gateway_timeout,
                              "the target did not answer the proxy in time: 504 \"Gateway Time-out\""},
                      Refusal{"s405", "HTTP/1.1 405 Not Allowed", ProxyError::http_other_status,
                              "the proxy refused to connect: 405 \"Not Allowed\""},
                      Refusal{"s302", "HTTP/1.1 302 Found", ProxyError::http_other_status,
                              "the proxy refused to connect: 302 \"Found\""},
                      Refusal{"s101", "HTTP/1.1 101 Switching Protocols", ProxyError::http_other_status,
                              "the proxy refused to connect: 101 \"Switching Protocols\""}),
    test::row_name);

}  // namespace
}  // namespace wsrig::net
