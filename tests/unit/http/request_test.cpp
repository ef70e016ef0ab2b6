#include <gmock/gmock.h>
#include <ostream>

#include "ws/handshake.hpp"

namespace wsrig::ws {

void PrintTo(const HandshakeFinding& finding, std::ostream* out) {
  *out << finding.id << ' ' << finding.status << ' ' << finding.section << ": " << finding.message;
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view valid_request =
    "GET /chat HTTP/1.1\r\n"
    "Host: server.example.com\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Origin: http://example.com\r\n"
    "Sec-WebSocket-Protocol: chat, superchat\r\n"
    "Sec-WebSocket-Version: 13\r\n"
    "\r\n";

/// The request of RFC 6455 §1.3 with one text replaced by another.
HttpHead with(std::string_view from, std::string_view to) {
  std::string text(valid_request);
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return HttpHead(text.replace(at, from.size(), to));
}
HttpHead with_field(std::string_view line) {
  return with("\r\n\r\n", "\r\n" + std::string(line) + "\r\n\r\n");
}

ServerPolicy policy_with_deflate() {
  ServerPolicy policy;
  policy.deflate = DeflatePolicy{};
  return policy;
}

std::string summary(const std::vector<HandshakeFinding>& findings) {
  std::string text;
  for (const HandshakeFinding& finding : findings) {
    if (!text.empty()) text += " | ";
    text +=
        std::string(finding.id) + ' ' + std::to_string(finding.status) + ' ' + std::string(finding.section);
  }
  return text;
}

TEST(VerifyRequest, s1_3_example_has_no_findings) {
  const HttpHead head{std::string(valid_request)};
  const RequestVerdict verdict = verify_request(head, {});
  EXPECT_THAT(verdict.findings, IsEmpty());
  EXPECT_TRUE(verdict.is_upgrade);
  EXPECT_EQ(verdict.key, "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_THAT(verdict.subprotocols, ElementsAre("chat", "superchat"));
  EXPECT_EQ(verdict.agreement.subprotocol, "");
  EXPECT_EQ(verdict.agreement.deflate, std::nullopt);
}

struct Row {
  const char* name;
  std::string_view from, to;
  std::string_view findings;
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

class Findings : public testing::TestWithParam<Row> {};
TEST_P(Findings, of_a_strict_server) {
  const RequestVerdict verdict = verify_request(with(GetParam().from, GetParam().to), policy_with_deflate());
  EXPECT_EQ(summary(verdict.findings), GetParam().findings);
}
const auto row_name = [](const auto& row) { return std::string(row.param.name); };

constexpr std::string_view first_line = "GET /chat HTTP/1.1";
INSTANTIATE_TEST_SUITE_P(
    S4_2_1_item_1, Findings,
    testing::Values(
        Row{"post", "GET", "POST", "method-not-get 405 RFC 6455 §4.2.1"},
        Row{"lower_case_get", "GET", "get", "method-not-get 405 RFC 6455 §4.2.1"},
        Row{"connect", first_line, "CONNECT a:1 HTTP/1.1",
            "method-not-get 405 RFC 6455 §4.2.1 | target-invalid 400 RFC 6455 §4.2.1"},
        Row{"http_1_0", "HTTP/1.1", "HTTP/1.0", "http-version-too-low 400 RFC 6455 §4.2.1"},
        Row{"http_0_9", "HTTP/1.1", "HTTP/0.9", "http-version-unsupported 505 RFC 9110 §15.6.6"},
        Row{"http_1_2", "HTTP/1.1", "HTTP/1.2", ""},
        Row{"http_2_0", "HTTP/1.1", "HTTP/2.0", "http-version-unsupported 505 RFC 9110 §15.6.6"},
        Row{"preface_of_http_2", first_line, "PRI * HTTP/2.0",
            "http-version-unsupported 505 RFC 9110 §15.6.6 | method-not-get 405 RFC 6455 §4.2.1 | "
            "target-invalid 400 RFC 6455 §4.2.1"},
        Row{"garbage", first_line, "garbage", "start-line-malformed 400 RFC 9112 §2.1"},
        Row{"version_misspelt", "HTTP/1.1", "HTTP/1.1x", "start-line-malformed 400 RFC 9112 §2.1"},
        Row{"a_response", first_line, "HTTP/1.1 200 OK", "not-a-request 400 RFC 6455 §4.2.1"},
        Row{"absolute_form", "/chat", "http://server.example.com/chat", ""},
        Row{"absolute_form_of_https", "/chat", "HTTPS://server.example.com", ""},
        Row{"absolute_form_of_nothing", "/chat", "http://", "target-invalid 400 RFC 6455 §4.2.1"},
        Row{"absolute_form_of_ws", "/chat", "ws://server.example.com/", "target-invalid 400 RFC 6455 §4.2.1"},
        Row{"relative", "/chat", "chat", "target-invalid 400 RFC 6455 §4.2.1"},
        Row{"asterisk", "/chat", "*", "target-invalid 400 RFC 6455 §4.2.1"},
        Row{"fragment", "/chat", "/chat#a", "target-invalid 400 RFC 6455 §4.2.1"},
        Row{"target_not_ascii", "/chat", "/\xc3\xa9", "target-invalid 400 RFC 6455 §4.2.1"},
        Row{"query", "/chat", "/chat?a=%23&b=[]|", ""}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    S4_2_1_item_2, Findings,
    testing::Values(Row{"missing", "Host:", "Hostess:", "host-missing 400 RFC 6455 §4.2.1"},
                    Row{"twice", "Host:", "Host: a\r\nhost:", "host-repeated 400 RFC 9112 §3.2"},
                    Row{"empty", "Host: server.example.com", "Host:", "host-invalid 400 RFC 9112 §3.2"},
                    Row{"list", "server.example.com", "a, b", "host-invalid 400 RFC 9112 §3.2"},
                    Row{"userinfo", "server.example.com", "a@b", "host-invalid 400 RFC 9112 §3.2"},
                    Row{"path", "server.example.com", "a/b", "host-invalid 400 RFC 9112 §3.2"},
                    Row{"port", "server.example.com", "a.b:8080", ""},
                    Row{"port_empty", "server.example.com", "a:", ""},
                    Row{"port_word", "server.example.com", "a:http", "host-invalid 400 RFC 9112 §3.2"},
                    Row{"port_too_big", "server.example.com", "a:65536", "host-invalid 400 RFC 9112 §3.2"},
                    Row{"port_too_long", "server.example.com", "a:000080", "host-invalid 400 RFC 9112 §3.2"},
                    Row{"port_twice", "server.example.com", "a:1:2", "host-invalid 400 RFC 9112 §3.2"},
                    Row{"port_alone", "server.example.com", ":80", "host-invalid 400 RFC 9112 §3.2"},
                    Row{"ipv4", "server.example.com", "127.0.0.1:9001", ""},
                    Row{"ipv6", "server.example.com", "[::1]:9001", ""},
                    Row{"ipv6_bare", "server.example.com", "::1", "host-invalid 400 RFC 9112 §3.2"},
                    Row{"ipv6_open", "server.example.com", "[::1", "host-invalid 400 RFC 9112 §3.2"},
                    Row{"ipv6_empty", "server.example.com", "[]", "host-invalid 400 RFC 9112 §3.2"},
                    Row{"ipv6_and_text", "server.example.com", "[::1]a", "host-invalid 400 RFC 9112 §3.2"},
                    Row{"escaped", "server.example.com", "a%2db", ""},
                    Row{"escaped_badly", "server.example.com", "a%2", "host-invalid 400 RFC 9112 §3.2"},
                    Row{"underscore", "server.example.com", "echo_server", ""}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    S4_2_1_items_3_and_4, Findings,
    testing::Values(
        Row{"no_upgrade", "Upgrade:", "X:", "upgrade-missing 426 RFC 6455 §4.2.1"},
        Row{"upgrade_of_another", "websocket", "h2c", "upgrade-wrong 426 RFC 6455 §4.2.1"},
        Row{"upgrade_with_version", "websocket", "websocket/13", "upgrade-wrong 426 RFC 6455 §4.2.1"},
        Row{"upgrade_in_capitals", "websocket", "WebSocket", ""},
        Row{"upgrade_in_a_list", "websocket", "h2c , WEBSOCKET", ""},
        Row{"upgrade_in_two_headers", "Upgrade: websocket", "Upgrade: h2c\r\nUpgrade: websocket", ""},
        Row{"no_connection", "Connection:", "X:", "connection-wrong 400 RFC 6455 §4.2.1"},
        Row{"connection_keep_alive", "Connection: Upgrade", "Connection: keep-alive",
            "connection-wrong 400 RFC 6455 §4.2.1"},
        Row{"connection_upgrades", "Connection: Upgrade", "Connection: upgrades",
            "connection-wrong 400 RFC 6455 §4.2.1"},
        Row{"connection_in_a_list", "Connection: Upgrade", "Connection: keep-alive,upgrade", ""},
        Row{"connection_in_two_headers", "Connection: Upgrade", "Connection: UPGRADE\r\nconnection: close",
            ""},
        Row{"an_ordinary_get", "Upgrade: websocket\r\nConnection: Upgrade\r\n", "",
            "upgrade-missing 426 RFC 6455 §4.2.1 | connection-wrong 400 RFC 6455 §4.2.1"}),
    row_name);

constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
INSTANTIATE_TEST_SUITE_P(
    S4_2_1_item_5, Findings,
    testing::Values(Row{"missing", "Sec-WebSocket-Key:", "X:", "key-missing 400 RFC 6455 §4.2.1"},
                    Row{"twice", "Sec-WebSocket-Key:",
                        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key:",
                        "key-repeated 400 RFC 6455 §11.3.1"},
                    Row{"empty", key, "", "key-invalid 400 RFC 6455 §4.2.1"},
                    Row{"of_15_octets", key, "dGhlIHNhbXBsZSBub25j", "key-invalid 400 RFC 6455 §4.2.1"},
                    Row{"of_17_octets", key, "dGhlIHNhbXBsZSBub25jZSE=", "key-invalid 400 RFC 6455 §4.2.1"},
                    Row{"of_18_octets", key, "dGhlIHNhbXBsZSBub25jZSEh", "key-invalid 400 RFC 6455 §4.2.1"},
                    Row{"unpadded", key, "dGhlIHNhbXBsZSBub25jZQ", "key-invalid 400 RFC 6455 §4.2.1"},
                    Row{"base64url", key, "dGhlIHNhbXBsZSBub25-_Q==", "key-invalid 400 RFC 6455 §4.2.1"},
                    Row{"padding_inside", key, "dGhlIHNhbXBsZSBub2=jZQ==", "key-invalid 400 RFC 6455 §4.2.1"},
                    Row{"of_s4_1_with_set_pad_bits", key, "AQIDBAUGBwgJCgsMDQ4PEC==", ""},
                    Row{"all_zero", key, "AAAAAAAAAAAAAAAAAAAAAA==", ""}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    S4_2_1_item_6, Findings,
    testing::Values(Row{"missing", "Sec-WebSocket-Version:", "X:", "version-missing 400 RFC 6455 §4.2.1"},
                    Row{"twice", "Version: 13", "Version: 13\r\nSec-WebSocket-Version: 13",
                        "version-repeated 400 RFC 6455 §11.3.5"},
                    Row{"of_0", "Version: 13", "Version: 0", "version-unsupported 426 RFC 6455 §4.2.2"},
                    Row{"of_8", "Version: 13", "Version: 8", "version-unsupported 426 RFC 6455 §4.2.2"},
                    Row{"of_255", "Version: 13", "Version: 255", "version-unsupported 426 RFC 6455 §4.2.2"},
                    Row{"with_zero", "Version: 13", "Version: 013",
                        "version-unsupported 426 RFC 6455 §4.2.2"},
                    Row{"list", "Version: 13", "Version: 13, 8", "version-unsupported 426 RFC 6455 §4.2.2"},
                    Row{"word", "Version: 13", "Version: abc", "version-unsupported 426 RFC 6455 §4.2.2"},
                    Row{"empty", "Version: 13", "Version:", "version-unsupported 426 RFC 6455 §4.2.2"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    S4_2_1_items_7_to_9, Findings,
    testing::Values(
        Row{"origin_twice", "Origin:", "Origin: http://a\r\norigin:", "origin-repeated 400 RFC 6454 §7.3"},
        Row{"no_origin", "Origin:", "X:", ""}, Row{"no_subprotocol", "Sec-WebSocket-Protocol:", "X:", ""},
        Row{"subprotocol_empty", "chat, superchat", "", "subprotocol-empty 400 RFC 6455 §4.1"},
        Row{"subprotocol_of_commas", "chat, superchat", ", ,", "subprotocol-empty 400 RFC 6455 §4.1"},
        Row{"subprotocol_null_element", "chat, superchat", "chat, , superchat", ""},
        Row{"subprotocol_no_token", "chat, superchat", "chat, a b, c/d",
            "subprotocol-invalid 400 RFC 6455 §4.1 | subprotocol-invalid 400 RFC 6455 §4.1"},
        Row{"subprotocol_quoted", "chat, superchat", "\"chat\"", "subprotocol-invalid 400 RFC 6455 §4.1"},
        Row{"subprotocol_twice", "chat, superchat", "chat, chat", "subprotocol-repeated 400 RFC 6455 §4.1"},
        Row{"subprotocol_twice_over_headers", "chat, superchat", "chat\r\nSec-WebSocket-Protocol: chat",
            "subprotocol-repeated 400 RFC 6455 §4.1"},
        Row{"subprotocol_in_another_case", "chat, superchat", "chat, Chat", ""},
        Row{"unknown_extension", "Origin:", "Sec-WebSocket-Extensions: foo; bar=1\r\nOrigin:", ""},
        Row{"extensions_empty",
            "Origin:", "Sec-WebSocket-Extensions:\r\nOrigin:", "extensions-malformed 400 RFC 6455 §9.1"},
        Row{"extensions_malformed", "Origin:", "Sec-WebSocket-Extensions: foo; =1\r\nOrigin:",
            "extensions-malformed 400 RFC 6455 §9.1"},
        Row{"extensions_malformed_in_the_second",
            "Origin:", "Sec-WebSocket-Extensions: foo\r\nSec-WebSocket-Extensions: b;\r\nOrigin:",
            "extensions-malformed 400 RFC 6455 §9.1"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Smuggling, Findings,
    testing::Values(
        Row{"content_length", "Origin:", "Content-Length: 5\r\nOrigin:", "content 400 RFC 9110 §9.3.1"},
        Row{"content_length_0", "Origin:", "Content-Length: 0\r\nOrigin:", ""},
        Row{"content_length_twice",
            "Origin:", "Content-Length: 0\r\nContent-Length: 5\r\nOrigin:", "content 400 RFC 9110 §9.3.1"},
        Row{"transfer_encoding",
            "Origin:", "Transfer-Encoding: chunked\r\nOrigin:", "transfer-encoding 400 RFC 9110 §9.3.1"},
        Row{"bare_lf", "\r\nHost", "\nHost", "bare-lf 400 RFC 9112 §2.2"},
        Row{"bare_cr", "Origin: ", "Origin: \r", "bare-cr 400 RFC 9112 §2.2"},
        Row{"fold", "chat, superchat", "chat,\r\n superchat",
            "obs-fold 400 RFC 9112 §5.2 | subprotocol-invalid 400 RFC 6455 §4.1"},
        Row{"blank_before_colon", "Origin:", "Origin :", "blank-before-colon 400 RFC 9112 §5.1"},
        Row{"blank_before_first", "\r\nHost", "\r\n X\r\nHost", "blank-before-first-field 400 RFC 9112 §2.2"},
        Row{"no_colon", "Origin: http://example.com", "Origin", "field-without-colon 400 RFC 9112 §5"},
        Row{"name_invalid", "Origin:", "Ori gin:", "field-name-invalid 400 RFC 9112 §5.1"},
        Row{"control_character", "http://example.com", "\x01", "control-character 400 RFC 9110 §5.5"}),
    row_name);

TEST(VerifyRequest, finds_everything_that_is_wrong) {
  const RequestVerdict verdict = verify_request(HttpHead("POST x HTTP/1.0\n\n"), {});
  EXPECT_EQ(summary(verdict.findings),
            "bare-lf 400 RFC 9112 §2.2 | http-version-too-low 400 RFC 6455 §4.2.1 | method-not-get 405 RFC "
            "6455 §4.2.1 "
            "| target-invalid 400 RFC 6455 §4.2.1 | host-missing 400 RFC 6455 §4.2.1 | upgrade-missing 426 "
            "RFC 6455 "
            "§4.2.1 | connection-wrong 400 RFC 6455 §4.2.1 | version-missing 400 RFC 6455 §4.2.1 | "
            "key-missing 400 RFC "
            "6455 §4.2.1");
  EXPECT_FALSE(verdict.is_upgrade);
}

TEST(VerifyRequest, messages_escape_what_the_peer_sent) {
  const RequestVerdict verdict = verify_request(with("GET", "P'\xc3\\T"), {});
  ASSERT_FALSE(verdict.findings.empty());
  EXPECT_EQ(verify_request(with(key, "a\x1b[31m'"), {}).findings.back().message,
            "Sec-WebSocket-Key 'a\\x1b[31m\\x27' is not base64 of 16 octets");
  EXPECT_EQ(verify_request(with(key, std::string(1000, 'a')), {}).findings.back().message,
            "Sec-WebSocket-Key '" + std::string(80, 'a') + "…' is not base64 of 16 octets");
}

TEST(VerifyRequest, lenient_forgives_what_harms_nobody) {
  ServerPolicy lenient;
  lenient.strict = false;
  EXPECT_THAT(verify_request(with(key, "short"), lenient).findings, IsEmpty());
  EXPECT_THAT(verify_request(with("\r\nHost", "\nHost"), lenient).findings, IsEmpty());
  EXPECT_EQ(summary(verify_request(with(key, ""), lenient).findings), "key-invalid 400 RFC 6455 §4.2.1");
  EXPECT_EQ(summary(verify_request(with("Origin:", "Origin :"), lenient).findings),
            "blank-before-colon 400 RFC 9112 §5.1");
}

TEST(VerifyRequest, s4_2_2_origin_is_compared_without_case) {
  ServerPolicy policy;
  policy.allowed_origins = {"http://other.example.com", "HTTP://EXAMPLE.com"};
  EXPECT_THAT(verify_request(HttpHead{std::string(valid_request)}, policy).findings, IsEmpty());
  EXPECT_EQ(summary(verify_request(with("http://example.com", "http://example.com.evil"), policy).findings),
            "origin-refused 403 RFC 6455 §4.2.2");
  EXPECT_EQ(summary(verify_request(with("http://example.com", "null"), policy).findings),
            "origin-refused 403 RFC 6455 §4.2.2");
  EXPECT_THAT(verify_request(with("Origin:", "X:"), policy).findings, IsEmpty());
}

TEST(VerifyRequest, s4_2_2_the_clients_order_decides_the_subprotocol) {
  ServerPolicy policy;
  policy.subprotocols = {"superchat", "chat"};
  EXPECT_EQ(verify_request(HttpHead{std::string(valid_request)}, policy).agreement.subprotocol, "chat");
  EXPECT_EQ(verify_request(with("chat, superchat", "a\r\nSec-WebSocket-Protocol: superchat"), policy)
                .agreement.subprotocol,
            "superchat");
  EXPECT_EQ(verify_request(with("chat, superchat", "CHAT"), policy).agreement.subprotocol, "");
}

TEST(VerifyRequest, s11_3_2_extensions_of_several_headers_are_merged) {
  const RequestVerdict verdict =
      verify_request(with_field("Sec-WebSocket-Extensions: foo\r\n"
                                "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"),
                     policy_with_deflate());
  EXPECT_THAT(verdict.findings, IsEmpty());
  EXPECT_EQ(verdict.extensions.size(), 2u);
  EXPECT_EQ(verdict.agreement.deflate, DeflateParams{});
  EXPECT_EQ(verdict.extension_response, "permessage-deflate");
}

TEST(VerifyRequest, deflate_is_refused_without_a_policy) {
  const RequestVerdict verdict =
      verify_request(with_field("Sec-WebSocket-Extensions: permessage-deflate"), {});
  EXPECT_EQ(verdict.agreement.deflate, std::nullopt);
  EXPECT_EQ(verdict.extension_response, "");
}

TEST(VerifyRequest, many_subprotocols_take_linear_time) {
  std::string list = "a0";
  for (int i = 1; i < 100'000; ++i) list += ",a" + std::to_string(i);
  EXPECT_THAT(verify_request(with("chat, superchat", list), {}).findings, IsEmpty());
}

TEST(BuildResponse, s1_3_example) {
  ServerPolicy policy;
  policy.subprotocols = {"chat"};
  const RequestVerdict verdict = verify_request(HttpHead{std::string(valid_request)}, policy);
  EXPECT_EQ(build_response(verdict).print(),
            "HTTP/1.1 101 Switching Protocols\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "Sec-WebSocket-Protocol: chat\r\n"
            "\r\n");
}

TEST(BuildResponse, names_the_extension) {
  const RequestVerdict verdict =
      verify_request(with_field("Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9"),
                     policy_with_deflate());
  EXPECT_THAT(build_response(verdict).fields,
              testing::Contains(std::pair<std::string, std::string>(
                  "Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=9")));
}

TEST(BuildRefusal, carries_the_headers_that_its_status_needs) {
  EXPECT_EQ(
      build_refusal(426, "no").print(),
      "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n"
      "Sec-WebSocket-Version: 13\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\n\r\nno");
  EXPECT_EQ(build_refusal(400, "").print(),
            "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nSec-WebSocket-Version: 13\r\nContent-Length: "
            "0\r\n\r\n");
  EXPECT_EQ(
      build_refusal(405, "").print(),
      "HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nAllow: GET\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(
      build_refusal(503, "").print(),
      "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(build_refusal(431, "").print(),
            "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

TEST(ResponseHead, keeps_a_length_that_was_given) {
  ResponseHead response{200, "OK", {{"content-length", "99"}}, "body"};
  EXPECT_EQ(response.print(), "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nbody");
}

TEST(Accept, s1_3_example) { EXPECT_EQ(accept_for(key), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="); }

TEST(Accept, s4_2_2_is_made_of_the_key_as_sent) {
  EXPECT_EQ(accept_for(""), "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=");
  EXPECT_NE(accept_for("dGhlIHNhbXBsZSBub25jZR=="), accept_for(key));
}

TEST(Key, s4_1_is_base64_of_16_octets) {
  std::array<std::uint8_t, 16> nonce{};
  EXPECT_EQ(make_key(nonce), "AAAAAAAAAAAAAAAAAAAAAA==");
  for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] = static_cast<std::uint8_t>("the sample nonce"[i]);
  EXPECT_EQ(make_key(nonce), key);
}

}  // namespace
}  // namespace wsrig::ws
