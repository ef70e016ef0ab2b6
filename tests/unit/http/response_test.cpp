#include <gmock/gmock.h>
#include <ostream>

#include "ws/handshake.hpp"

namespace wsrig::ws {
namespace {

using testing::IsEmpty;

ClientRequest example_request() {
  return {.target = "/chat",
          .host = "server.example.com",
          .key = "dGhlIHNhbXBsZSBub25jZQ==",
          .subprotocols = {"chat", "superchat"},
          .extensions = "foo, permessage-deflate; client_max_window_bits",
          .headers = {{"Origin", "http://example.com"}}};
}

constexpr std::string_view valid_response =
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    "Sec-WebSocket-Protocol: chat\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10\r\n"
    "\r\n";

HttpHead with(std::string_view from, std::string_view to) {
  std::string text(valid_response);
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return HttpHead(text.replace(at, from.size(), to));
}

std::string summary(const ResponseVerdict& verdict) {
  std::string text;
  for (const HandshakeFinding& finding : verdict.findings) {
    if (!text.empty()) text += " | ";
    text += std::string(finding.id) + ' ' + std::string(finding.section);
  }
  return text;
}

TEST(BuildRequest, s1_3_example) {
  EXPECT_EQ(build_request(example_request()),
            "GET /chat HTTP/1.1\r\n"
            "Host: server.example.com\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: chat, superchat\r\n"
            "Sec-WebSocket-Extensions: foo, permessage-deflate; client_max_window_bits\r\n"
            "Origin: http://example.com\r\n"
            "\r\n");
}

TEST(BuildRequest, is_what_a_strict_server_accepts) {
  ServerPolicy policy;
  policy.subprotocols = {"superchat"};
  policy.deflate = DeflatePolicy{.client_no_context_takeover = true, .client_max_window_bits = 9};
  const ClientRequest request = example_request();
  const RequestVerdict server = verify_request(HttpHead(build_request(request)), policy);
  EXPECT_THAT(server.findings, IsEmpty());
  const ResponseVerdict client = verify_response(HttpHead(build_response(server).print()), request);
  EXPECT_EQ(summary(client), "");
  EXPECT_EQ(client.agreement.subprotocol, "superchat");
  EXPECT_EQ(client.agreement.deflate, server.agreement.deflate);
}

TEST(VerifyResponse, a_valid_one_is_an_agreement) {
  const ResponseVerdict verdict = verify_response(HttpHead{std::string(valid_response)}, example_request());
  EXPECT_EQ(summary(verdict), "");
  EXPECT_EQ(verdict.agreement.subprotocol, "chat");
  EXPECT_EQ(verdict.agreement.deflate, DeflateParams{.client_max_window_bits = 10});
}

struct Row {
  const char* name;
  std::string_view from, to;
  std::string_view findings;
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

class ResponseFindings : public testing::TestWithParam<Row> {};
TEST_P(ResponseFindings, of_a_client) {
  EXPECT_EQ(summary(verify_response(with(GetParam().from, GetParam().to), example_request())),
            GetParam().findings);
}
const auto row_name = [](const auto& row) { return std::string(row.param.name); };

constexpr std::string_view accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
constexpr std::string_view extension = "permessage-deflate; client_max_window_bits=10";

INSTANTIATE_TEST_SUITE_P(
    S4_1_item_1, ResponseFindings,
    testing::Values(Row{"status_200", "101 Switching Protocols", "200 OK", "status-not-101 RFC 6455 §4.1"},
                    Row{"status_403", "101 Switching Protocols", "403 ", "status-not-101 RFC 6455 §4.1"},
                    Row{"http_1_0", "HTTP/1.1", "HTTP/1.0", "http-version RFC 6455 §4.1"},
                    Row{"http_2_0", "HTTP/1.1", "HTTP/2.0", "http-version RFC 6455 §4.1"},
                    Row{"reason_empty", "Switching Protocols", "", ""},
                    Row{"reason_in_utf8", "Switching Protocols", "\xc3\xa9", ""},
                    Row{"garbage", "HTTP/1.1 101 Switching Protocols", "garbage",
                        "start-line-malformed RFC 9112 §2.1 | status-not-101 RFC 6455 §4.1"},
                    Row{"a_request", "HTTP/1.1 101 Switching Protocols", "GET / HTTP/1.1",
                        "status-not-101 RFC 6455 §4.1"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    S4_1_items_2_and_3, ResponseFindings,
    testing::Values(
        Row{"no_upgrade", "Upgrade:", "X:", "upgrade-missing RFC 6455 §4.1"},
        Row{"upgrade_empty", "Upgrade: websocket", "Upgrade:", "upgrade-missing RFC 6455 §4.1"},
        Row{"upgrade_of_another", "websocket", "h2c", "upgrade-wrong RFC 6455 §4.1"},
        Row{"upgrade_to_two", "websocket", "websocket, h2c", "upgrade-wrong RFC 6455 §4.1"},
        Row{"upgrade_in_capitals", "websocket", " WEBSOCKET ", ""},
        Row{"no_connection", "Connection:", "X:", "connection-wrong RFC 6455 §4.1"},
        Row{"connection_close", "Connection: Upgrade", "Connection: close", "connection-wrong RFC 6455 §4.1"},
        Row{"connection_in_a_list", "Connection: Upgrade", "CONNECTION: keep-alive ,\tupgrade", ""}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    S4_1_item_4, ResponseFindings,
    testing::Values(Row{"missing", "Sec-WebSocket-Accept:", "X:", "accept-missing RFC 6455 §4.1"},
                    Row{"empty", accept, "", "accept-wrong RFC 6455 §4.1"},
                    Row{"wrong", accept, "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=", "accept-wrong RFC 6455 §4.1"},
                    Row{"in_another_case", accept,
                        "S3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "accept-wrong RFC 6455 §4.1"},
                    Row{"unpadded", accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo", "accept-wrong RFC 6455 §4.1"},
                    Row{"among_blanks", accept, " \ts3pPLMBiTxaQ9kYGzzhZRbK+xOo= \t", ""},
                    Row{"twice", accept,
                        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
                        "accept-repeated RFC 6455 §11.3.3"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    S4_1_item_5, ResponseFindings,
    testing::Values(Row{"none", "Sec-WebSocket-Extensions:", "X:", ""},
                    Row{"another_that_was_offered", extension, "foo", ""},
                    Row{"not_offered", extension, "bar", "extension-not-offered RFC 6455 §4.1"},
                    Row{"in_another_case", extension, "Permessage-Deflate",
                        "extension-not-offered RFC 6455 §4.1"},
                    Row{"empty", extension, "", "extensions-malformed RFC 6455 §9.1"},
                    Row{"malformed", extension, "foo;", "extensions-malformed RFC 6455 §9.1"},
                    Row{"twice", extension, "foo\r\nSec-WebSocket-Extensions: permessage-deflate",
                        "extensions-repeated RFC 6455 §11.3.2"},
                    Row{"deflate_twice", extension, "permessage-deflate, permessage-deflate",
                        "extension-twice RFC 7692 §5.1"},
                    Row{"deflate_unknown_parameter", extension, "permessage-deflate; x",
                        "deflate-parameters RFC 7692 §7"},
                    Row{"two_mistakes", extension, "bar, permessage-deflate; x",
                        "extension-not-offered RFC 6455 §4.1 | deflate-parameters RFC 7692 §7"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    S4_1_item_6, ResponseFindings,
    testing::Values(Row{"none", "Sec-WebSocket-Protocol:", "X:", ""},
                    Row{"the_second", ": chat", ": superchat", ""},
                    Row{"not_offered", ": chat", ": mqtt", "subprotocol-not-offered RFC 6455 §4.1"},
                    Row{"in_another_case", ": chat", ": CHAT", "subprotocol-not-offered RFC 6455 §4.1"},
                    Row{"list", ": chat", ": chat, superchat", "subprotocol-not-offered RFC 6455 §4.1"},
                    Row{"empty", ": chat", ":", "subprotocol-empty RFC 6455 §4.2.2"},
                    Row{"twice", ": chat", ": chat\r\nsec-websocket-protocol: chat",
                        "subprotocol-repeated RFC 6455 §11.3.4"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Syntax, ResponseFindings,
    testing::Values(Row{"other_headers", "Upgrade:", "Set-Cookie: a=b\r\nX: y\r\nUpgrade:", ""},
                    Row{"bare_lf", "\r\nUpgrade", "\nUpgrade", "bare-lf RFC 9112 §2.2"},
                    Row{"fold", "websocket", "\r\n websocket", "obs-fold RFC 9112 §5.2"},
                    Row{"no_colon", "Upgrade", "junk\r\nUpgrade", "field-without-colon RFC 9112 §5"}),
    row_name);

TEST(VerifyResponse, finds_everything_that_is_wrong) {
  EXPECT_EQ(
      summary(verify_response(HttpHead("HTTP/1.0 101\r\n\r\n"), example_request())),
      "start-line-malformed RFC 9112 §2.1 | http-version RFC 6455 §4.1 | upgrade-missing RFC 6455 §4.1 | "
      "connection-wrong RFC 6455 §4.1 | accept-missing RFC 6455 §4.1");
}

TEST(VerifyResponse, offers_of_deflate_are_alternatives) {
  ClientRequest request = example_request();
  request.extensions = "permessage-deflate; server_max_window_bits=9, permessage-deflate";
  EXPECT_EQ(summary(verify_response(with(extension, "permessage-deflate"), request)), "");
  EXPECT_EQ(
      summary(verify_response(with(extension, "permessage-deflate; server_max_window_bits=8"), request)), "");
}

TEST(VerifyResponse, nothing_was_offered) {
  ClientRequest request = example_request();
  request.subprotocols.clear();
  request.extensions.clear();
  EXPECT_EQ(summary(verify_response(HttpHead{std::string(valid_response)}, request)),
            "extension-not-offered RFC 6455 §4.1 | subprotocol-not-offered RFC 6455 §4.1");
}

}  // namespace
}  // namespace wsrig::ws
