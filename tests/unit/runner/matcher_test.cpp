#include "scenarios/engine/steps/matcher.hpp"

#include <gtest/gtest.h>

#include "ws/close_code.hpp"
#include "ws/handshake.hpp"

namespace wsrig::engine {
namespace {

/// A script of one `<` line with its alternatives.
Expect expect(const std::string& text) {
  static const diag::Source source("test", "");
  auto script = parse_script(text, {.file = &source}).value();
  return std::get<Expect>(script.steps.at(0).action);
}

ws::Frame frame_of(const std::string& text) { return ws::parse_frame(text, ws::Role::server).value(); }
Observation frame(const std::string& text) { return {SawFrame{frame_of(text)}, {}}; }
Observation message(ws::Opcode opcode, std::string payload) {
  return {SawMessage{opcode, std::move(payload), 1, false}, {}};
}
Observation text(std::string payload) { return message(ws::Opcode::text, std::move(payload)); }
Observation end(SawEnd::How how) { return {SawEnd{how, {}}, {}}; }
Observation response(const std::string& bytes) {
  return {SawHead{std::make_shared<const ws::HttpHead>(bytes), {}}, {}};
}

Match matched(const std::string& line, const Observation& seen, const Oracle& oracle = {},
              const std::string& key = "") {
  ws::Scope scope;
  scope.lookup = [](std::string_view name) -> std::optional<std::string> {
    if (name == "id") return "17";
    return std::nullopt;
  };
  const Expect wanted = expect(line);
  return match(wanted.alternatives.at(0).pattern, seen, {.scope = &scope, .oracle = &oracle, .key = key})
      .value();
}

TEST(Matcher, messages_compare_type_and_octets) {
  EXPECT_TRUE(matched(R"(< text "Hello")", text("Hello")).matched);
  EXPECT_TRUE(matched(R"(< text)", text("anything")).matched);
  EXPECT_TRUE(matched(R"(< text "n${id}")", text("n17")).matched);
  EXPECT_FALSE(matched(R"(< text "Hello")", text("hello")).matched);
  EXPECT_FALSE(matched(R"(< text "Hello")", message(ws::Opcode::binary, "Hello")).matched);
  EXPECT_FALSE(matched(R"(< text "Hello")", frame(R"(text "Hello")")).matched);
}

TEST(Matcher, a_near_miss_says_where_the_octets_part) {
  const Match miss = matched(R"(< text "abcdef")", text("abcxef"));
  EXPECT_NE(miss.why_not.find("from octet 3"), std::string::npos) << miss.why_not;
}

TEST(Matcher, prefix_oracle_puts_its_text_before_an_exact_payload) {
  const Oracle oracle{Oracle::Kind::prefix, "You said: "};
  EXPECT_TRUE(matched(R"(< text "Hello")", text("You said: Hello"), oracle).matched);
  EXPECT_FALSE(matched(R"(< text "Hello")", text("Hello"), oracle).matched);
}

TEST(Matcher, regular_expressions_capture_their_groups) {
  const Match found = matched(R"(< text /^id (?<number>\d+)$/)", text("id 4711"));
  ASSERT_TRUE(found.matched);
  ASSERT_EQ(found.captures.size(), 1U);
  EXPECT_EQ(found.captures[0], (std::pair<std::string, std::string>{"number", "4711"}));
}

StreamMatch in_stream(const std::string& line, std::string_view octets) {
  const Expect wanted = expect(line);
  return match_stream(std::get<ExpectRaw>(wanted.alternatives.at(0).pattern), octets, {}).value();
}

TEST(Matcher, a_stream_is_compared_octet_by_octet_however_it_is_cut) {
  using Verdict = StreamMatch::Verdict;
  EXPECT_EQ(in_stream(R"(< raw "abc")", "").verdict, Verdict::undecided);
  EXPECT_EQ(in_stream(R"(< raw "abc")", "ab").verdict, Verdict::undecided);
  EXPECT_EQ(in_stream(R"(< raw "abc")", "abd").verdict, Verdict::other);
  EXPECT_EQ(in_stream(R"(< raw "abc")", "abcd").size, 3U);
}

TEST(Matcher, what_is_found_in_a_stream_takes_all_before_it) {
  EXPECT_EQ(in_stream(R"(< raw /\d+;/)", "size 1").verdict, StreamMatch::Verdict::undecided);
  const StreamMatch found = in_stream(R"(< raw /(?<number>\d+);/)", "size 17; rest");
  EXPECT_EQ(found.verdict, StreamMatch::Verdict::matched);
  EXPECT_EQ(found.size, 8U);
  EXPECT_EQ(found.captures.at(0).second, "17");
}

TEST(Matcher, a_head_is_searched_as_it_stands) {
  const auto seen = response("HTTP/1.1 101 OK\r\nX-A: 1\r\nx-b: 2\r\n\r\n");
  EXPECT_TRUE(matched(R"(< http 101 /X-A: 1\r\nx-b: 2\r\n/ { x-a: "1" })", seen).matched);
  const Match miss = matched(R"(< http 101 /x-a: 1/)", seen);
  EXPECT_FALSE(miss.matched);
  EXPECT_NE(miss.why_not.find("/x-a: 1/ is not in"), std::string::npos) << miss.why_not;
}

TEST(Matcher, json_matches_a_subset_and_captures) {
  const Match found =
      matched(R"(< json { "id": ${id}, "token": $token })", text(R"({"token":"t","id":17,"more":[1]})"));
  ASSERT_TRUE(found.matched);
  EXPECT_EQ(found.captures.at(0).second, "t");
  EXPECT_FALSE(matched(R"(< json { "id": 18 })", text(R"({"id":17})")).matched);
  EXPECT_FALSE(matched(R"(< json { "id": 18 })", text("not json")).matched);
}

TEST(Matcher, frames_compare_header_and_payload) {
  EXPECT_TRUE(matched(R"(< text exact fin=0 "Hel")", frame(R"(text fin=0 "Hel")")).matched);
  EXPECT_FALSE(matched(R"(< text exact fin=0 "Hel")", frame(R"(text "Hel")")).matched);
  EXPECT_TRUE(matched(R"(< cont "lo")", frame(R"(cont "lo")")).matched);
  EXPECT_FALSE(matched(R"(< cont "lo")", frame(R"(cont "la")")).matched);
}

TEST(Matcher, close_codes_ranges_lists_and_the_empty_one) {
  EXPECT_TRUE(matched("< close", frame("close 1000")).matched);
  EXPECT_TRUE(matched("< close", frame("close")).matched);
  EXPECT_TRUE(matched("< close 1000..1015", frame(R"(close 1002 "why")")).matched);
  EXPECT_FALSE(matched("< close 1000..1015", frame("close 3000")).matched);
  EXPECT_TRUE(matched("< close 1002,1007", frame("close 1007")).matched);
  EXPECT_FALSE(matched("< close 1002", frame("close")).matched);
  EXPECT_TRUE(matched(R"(< close "")", frame("close")).matched);
  EXPECT_FALSE(matched(R"(< close "")", frame("close 1000")).matched);
  EXPECT_TRUE(matched(R"(< close 1000 "bye")", frame(R"(close 1000 "bye")")).matched);
  EXPECT_FALSE(matched(R"(< close 1000 "bye")", frame(R"(close 1000)")).matched);
}

TEST(Matcher, ends_are_told_apart) {
  EXPECT_TRUE(matched("< eof", end(SawEnd::How::fin)).matched);
  EXPECT_TRUE(matched("< eof", end(SawEnd::How::tls_truncated)).matched);
  EXPECT_FALSE(matched("< eof", end(SawEnd::How::reset)).matched);
  EXPECT_TRUE(matched("< reset", end(SawEnd::How::reset)).matched);
  EXPECT_FALSE(matched("< reset", end(SawEnd::How::fin)).matched);
}

TEST(Matcher, http_compares_status_and_headers) {
  const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
  const auto good = response(
      "HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: " + ws::accept_for(key) + "\r\n\r\n");
  EXPECT_TRUE(matched("< http 101 { sec-websocket-accept: valid }", good, {}, key).matched);
  EXPECT_FALSE(matched("< http 101 { sec-websocket-accept: valid }", good, {}, "another").matched);
  EXPECT_TRUE(
      matched(R"(< http 101 { upgrade: token "WebSocket"; x: absent; upgrade: /^web/ })", good).matched);
  EXPECT_FALSE(matched("< http 101 { sec-websocket-protocol: present }", good).matched);
  EXPECT_TRUE(matched("< http 100..199", good).matched);
  EXPECT_FALSE(matched("< http 400,426", good).matched);
  const Match captured = matched("< http 101 / (?<status>1..) / { upgrade: /^(?<what>web)/ }", good);
  EXPECT_EQ(captured.captures, (Variables{{"status", "101"}, {"what", "web"}}));
}

TEST(Matcher, what_is_no_response_of_http_is_junk) {
  const auto page = response("<html>400 Bad Request</html>\r\n\r\n");
  EXPECT_TRUE(matched("< http junk", page).matched);
  EXPECT_FALSE(matched("< http 100..999", page).matched);
  EXPECT_FALSE(matched("< http junk", response("HTTP/1.1 400 Bad Request\r\n\r\n")).matched);
  EXPECT_FALSE(matched("< http junk /^.* 101 /", page).matched);
  EXPECT_TRUE(matched("< http junk /^.* 101 /", response("WS/1.1 101 OK\r\nUpgrade: x\r\n\r\n")).matched);
}

TEST(Matcher, what_differs_is_shown_where_there_is_something) {
  EXPECT_EQ(matched("< text \"Hello\"", text("He")).why_not,
            "payloads differ from octet 2: expected 5 octets (6c 6c 6f), received 2 octets");
  EXPECT_EQ(
      matched("< text \"x\"", text("a long answer")).why_not,
      "payloads differ from octet 0: expected 1 octet (78), received 13 octets (61 20 6c 6f 6e 67 20 61 …)");
}

TEST(Matcher, requests_compare_method_and_headers) {
  const auto request = response("GET /chat HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n\r\n");
  EXPECT_TRUE(matched("< http GET { x-a: \"1\" }", request).matched);
  EXPECT_FALSE(matched("< http POST", request).matched);
  EXPECT_FALSE(matched("< http 200", request).matched);
}

TEST(Matcher, legal_extras_are_pings_pongs_and_frames_of_a_message) {
  const Expect message_wanted = expect(R"(< text "x")");
  EXPECT_TRUE(is_legal_extra(frame(R"(ping "")"), message_wanted));
  EXPECT_TRUE(is_legal_extra(frame(R"(pong "unasked")"), message_wanted));
  EXPECT_TRUE(is_legal_extra(frame(R"(text fin=0 "x")"), message_wanted));
  EXPECT_FALSE(is_legal_extra(frame("close 1000"), message_wanted));
  EXPECT_FALSE(is_legal_extra(text("y"), message_wanted));
  const Expect frame_wanted = expect(R"(< text exact "x")");
  EXPECT_FALSE(is_legal_extra(frame(R"(text fin=0 "x")"), frame_wanted));
}

TEST(Oracle, names) {
  EXPECT_EQ(parse_oracle("echo").value().kind, Oracle::Kind::echo);
  EXPECT_EQ(parse_oracle("prefix:You said: ").value().prefix, "You said: ");
  EXPECT_FALSE(parse_oracle("passive").value().echoes());
  const auto wrong = parse_oracle("pingg");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().hint.find("ping"), std::string::npos);
}

}  // namespace
}  // namespace wsrig::engine
