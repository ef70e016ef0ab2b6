#include "scenarios/engine/steps/script.hpp"

#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

namespace wsrig::engine {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

Script read(std::string_view text) { return parse_script(text, {}).value(); }

template <class Action>
Action only(std::string_view text) {
  const Script script = read(text);
  EXPECT_EQ(script.steps.size(), 1u);
  return std::get<Action>(script.steps.front().action);
}
Alternative alternative(std::string_view text) { return only<Expect>(text).alternatives.front(); }
template <class Kind>
Kind pattern(std::string_view text) {
  return std::get<Kind>(alternative(text).pattern);
}
std::string value(const ws::Expression& expression) { return ws::evaluate(expression, {}).value(); }
std::string value(const PayloadPattern& payload) { return value(std::get<ws::Expression>(payload)); }

std::string mistake(std::string_view text) {
  const auto script = parse_script(text, {});
  if (script) return "no mistake";
  return std::to_string(script.error().line) + ":" + std::to_string(script.error().column) + ": " +
         script.error().message;
}

TEST(Script, what_a_tester_does) {
  EXPECT_EQ(only<SendFrame>(R"(> text fin=0 "Hel" cut=1B)").frame.kind, "text");
  EXPECT_EQ(value(only<SendRaw>("> raw hex(81 85) cut=1B").bytes), "\x81\x85");
  EXPECT_EQ(only<SendRaw>("> raw hex(81 85) cut=1B").attributes.size(), 1u);
  EXPECT_EQ(value(only<SendHttp>(R"(> http "GET / HTTP/1.1\r\n")").text), "GET / HTTP/1.1\r\n")
      << "a string is exact";
  EXPECT_EQ(value(only<SendHttp>("> http \"\"\"\n  GET / HTTP/1.1\n\"\"\"").text), "GET / HTTP/1.1\r\n\r\n");
  only<Shutdown>("> shutdown");
  only<Reset>("> reset");
  only<Reconnect>("alice reconnect");
  only<Reconnect>("reconnect");
  EXPECT_EQ(only<Pause>("pause 100ms").duration, 100ms);
}

TEST(Script, a_connection_can_be_held) {
  only<Hold>("client hold");
  only<Resume>("client resume");
  EXPECT_THAT(read("client hold").connections, ElementsAre("client"));
}

TEST(Script, steps_about_a_service) {
  EXPECT_EQ(only<SendSignal>("proxy signal TERM").number, SIGTERM);
  EXPECT_EQ(only<ExpectExit>("proxy exit 0 within 10s").within, 10s);
  const auto memory = only<ExpectUsage>("proxy memory at most 1MiB");
  EXPECT_EQ(memory.what, ExpectUsage::What::memory);
  EXPECT_EQ(memory.most, 1u << 20);
  EXPECT_EQ(only<ExpectUsage>("proxy connections at most 2").most, 2u);
  const Script script = read("proxy signal HUP\nclient > ping\nproxy exit 0\n");
  EXPECT_THAT(script.services, ElementsAre("proxy"));
  EXPECT_THAT(script.connections, ElementsAre("client"));
  EXPECT_TRUE(script.sends_signals());
}

TEST(Script, mistakes_about_a_service) {
  EXPECT_EQ(mistake("proxy signal KILL"),
            "1:14: unexpected 'KILL'; expected one of TERM, INT, HUP, QUIT, USR1, USR2");
  EXPECT_EQ(mistake("proxy exit 256"), "1:12: unexpected '256'; expected a number, 0 to 255");
  EXPECT_EQ(mistake("proxy memory at most 7"), "1:22: unexpected '7'; expected a size such as 1MiB");
  EXPECT_EQ(mistake("signal TERM"),
            "1:1: a step begins with '>', '<', '|', pause, reconnect, hold, resume, times, end or every");
}

TEST(Script, connections_in_order_of_appearance) {
  const Script script = read("bob > text \"a\"\npause 1ms\nalice < text\nbob reconnect\n");
  EXPECT_THAT(script.connections, ElementsAre("bob", "alice"));
  EXPECT_EQ(script.steps[0].connection, "bob");
  EXPECT_EQ(script.steps[1].connection, "");
  EXPECT_THAT(read("> ping\n< pong\n").connections, ElementsAre(""));
}

TEST(Script, places) {
  const diag::Source file("f.yaml",
                          "steps: |\n\n    > ping # a\n    < http 101 {\n      a: present }\n    | eof\n");
  const Script script = parse_script("\n> ping # a\n< http 101 {\n  a: present }\n| eof\n",
                                     {.file = &file, .first_line = 2, .indent = 4})
                            .value();
  EXPECT_EQ(script.steps[0].place.line, 3u);
  EXPECT_EQ(script.steps[0].place.text, "> ping");
  EXPECT_EQ(script.steps[0].place.offset, 1u);
  EXPECT_EQ(script.steps[1].place.text, "< http 101 { …") << "one line";
  EXPECT_EQ(std::get<Expect>(script.steps[1].action).alternatives[1].place.line, 6u);
}

TEST(Script, a_mistake_is_placed_in_the_file) {
  const diag::Source file("f.yaml", "steps: |\n    > ping\n    > pin\n");
  const auto wrong = parse_script("> ping\n> pin\n", {.file = &file, .first_line = 2, .indent = 4}).error();
  EXPECT_EQ(wrong.file, "f.yaml");
  EXPECT_EQ(wrong.line, 3u);
  EXPECT_EQ(wrong.column, 7u);
  EXPECT_EQ(wrong.source_line, "    > pin");
}

TEST(Script, grades) {
  struct Row {
    const char* text;
    report::Grade grade;
    bool has_arrow, goes_on;
  };
  using enum report::Grade;
  for (const Row& row :
       {Row{"< eof", ok, false, true}, Row{"< eof -> ok", ok, true, false},
        Row{"< eof -> non-strict", non_strict, true, false},
        Row{"< eof -> informational", informational, true, false}, Row{"< eof -> fail", fail, true, false},
        Row{"< eof -> continue non-strict", non_strict, true, true},
        Row{"< eof -> continue ok", ok, true, true}, Row{"< eof -> continue fail", fail, true, true}}) {
    const Alternative found = alternative(row.text);
    EXPECT_EQ(found.grade, row.grade) << row.text;
    EXPECT_EQ(found.has_arrow, row.has_arrow) << row.text;
    EXPECT_EQ(found.goes_on, row.goes_on) << row.text;
  }
}

TEST(Script, alternatives_and_deadlines) {
  const Expect expect = only<Expect>(
      "< eventually text \"a\" within 500ms -> ok\n# a comment\n\n| silence 200ms -> continue non-strict\n| "
      "eof within 1s");
  ASSERT_EQ(expect.alternatives.size(), 3u);
  EXPECT_TRUE(expect.alternatives[0].eventually);
  EXPECT_EQ(expect.alternatives[0].within, 500ms);
  EXPECT_EQ(std::get<ExpectSilence>(expect.alternatives[1].pattern).duration, 200ms);
  EXPECT_EQ(expect.alternatives[1].within, std::nullopt);
  EXPECT_EQ(expect.alternatives[2].within, 1s);
}

TEST(Script, messages) {
  EXPECT_EQ(pattern<ExpectMessage>("< text").opcode, ws::Opcode::text);
  EXPECT_TRUE(std::holds_alternative<AnyPayload>(pattern<ExpectMessage>("< text").payload));
  EXPECT_EQ(value(pattern<ExpectMessage>(R"(< binary "a" hex(ff))").payload), "a\xff");
  EXPECT_EQ(pattern<ExpectMessage>("< binary").opcode, ws::Opcode::binary);
  EXPECT_EQ(pattern<ExpectMessage>("< json {}").opcode, ws::Opcode::text);
  EXPECT_EQ(pattern<ExpectMessage>("< binary json {}").opcode, ws::Opcode::binary);
}

TEST(Script, frames_where_the_wire_is_asked_for) {
  for (const char* text :
       {"< text fin=0 \"Hel\"", "< text exact \"Hel\"", "< text rsv1 \"Hel\"", "< cont \"Hel\"",
        "< op=1 \"Hel\"", "< ping exact \"Hel\"", "< text \"Hel\" fin=${f}"}) {
    EXPECT_EQ(value(pattern<ExpectFrame>(text).payload), "Hel") << text;
  }
  EXPECT_TRUE(pattern<ExpectFrame>("< text exact").exact);
  EXPECT_FALSE(pattern<ExpectFrame>("< text fin=0").exact);
  EXPECT_EQ(value(pattern<ExpectFrame>("< close fin=0 1002 \"x\"").frame.kind_value), "1002");
}

TEST(Script, control_frames) {
  EXPECT_TRUE(std::holds_alternative<AnyPayload>(pattern<ExpectPing>("< ping").payload));
  EXPECT_EQ(value(pattern<ExpectPong>("< pong \"\"").payload), "");
  pattern<ExpectEof>("< eof");
  pattern<ExpectReset>("< reset");
}

TEST(Script, closes) {
  EXPECT_TRUE(pattern<ExpectClose>("< close").any);
  EXPECT_TRUE(pattern<ExpectClose>("< close \"\"").empty);
  const auto close = pattern<ExpectClose>("< close 1002,1007..1009 \"bye\"");
  EXPECT_FALSE(close.any || close.empty);
  ASSERT_EQ(close.codes.size(), 2u);
  EXPECT_EQ(value(close.codes[0].first), "1002");
  EXPECT_EQ(value(close.codes[0].second), "1002");
  EXPECT_EQ(value(close.codes[1].first), "1007");
  EXPECT_EQ(value(close.codes[1].second), "1009");
  EXPECT_EQ(value(close.reason), "bye");
  EXPECT_TRUE(std::holds_alternative<RegexPayload>(pattern<ExpectClose>("< close 1000 /bye/").reason));
  EXPECT_TRUE(std::holds_alternative<AnyPayload>(pattern<ExpectClose>("< close 1000").reason));
  EXPECT_EQ(variables(pattern<ExpectClose>("< close ${code}").codes[0].first)[0].name, "code");
}

TEST(Script, http_answers) {
  const auto http = pattern<ExpectHttp>(
      "< http 101,400..499 {\n  sec-websocket-accept: valid, Upgrade: token \"websocket\"; a: present b: "
      "absent\n"
      "  \"c\": \"x${v}\"\n  d: /^x$/\n}");
  EXPECT_THAT(http.statuses, ElementsAre(std::pair(101, 101), std::pair(400, 499)));
  using Kind = HeaderPattern::Kind;
  std::vector<std::pair<std::string, Kind>> found;
  for (const auto& header : http.headers) found.emplace_back(header.name, header.kind);
  EXPECT_THAT(found, ElementsAre(std::pair("sec-websocket-accept", Kind::valid),
                                 std::pair("Upgrade", Kind::has_token), std::pair("a", Kind::present),
                                 std::pair("b", Kind::absent), std::pair("c", Kind::equals),
                                 std::pair("d", Kind::regex)));
  EXPECT_EQ(value(http.headers[1].value), "websocket");
  EXPECT_TRUE(http.headers[5].regex->search("x"));
  EXPECT_TRUE(read("> http \"x\"").has_http());
  EXPECT_FALSE(read("> text \"x\"").has_http());
}

TEST(Script, regular_expressions) {
  const auto regex =
      std::get<RegexPayload>(pattern<ExpectMessage>(R"(< text /hi\/(?<id>\d+)/)").payload).regex;
  EXPECT_EQ(regex.text(), R"(hi/(?<id>\d+))");
  EXPECT_THAT(regex.group_names(), ElementsAre("id"));
  EXPECT_THAT(regex.search("oh hi/42!").value(), ElementsAre(std::pair("id", "42")));
  EXPECT_FALSE(regex.search("hi/x"));
}

TEST(Script, free_variables_are_those_not_captured_before) {
  std::vector<std::string> names;
  const Script script = read(
      "> text \"${a}\"\n< text /(?<a>x)(?<b>y)/\n> text \"${a}${b}\" cut=${c}\n"
      "< json { \"n\": ${d}, \"t\": $t, \"s\": \"${e}\" }\n> raw ${t}\n< close ${f}..${g} \"${h}\"\n< http "
      "101 { x: \"${i}\" }");
  for (const auto& variable : free_variables(script)) names.push_back(variable.name);
  EXPECT_THAT(names, ElementsAre("a", "c", "d", "e", "f", "g", "h", "i"));
}

TEST(Script, mistakes) {
  EXPECT_EQ(mistake("> text \"a\" \"b\" fin=0 \"c\""),
            "1:22: unexpected string; expected the end of the step");
  EXPECT_EQ(mistake("< eof\n> http \"x\" fin=0"), "2:12: 'fin' belongs to a frame; here only cut= can stand");
  EXPECT_EQ(mistake("| eof"),
            "1:1: a '|' line is an alternative to the '<' line above it, and there is none");
  EXPECT_EQ(mistake("> ping\n| eof"),
            "2:1: a '|' line is an alternative to the '<' line above it, and there is none");
  EXPECT_EQ(mistake("pause"), "1:6: a duration such as 200ms is missing");
  EXPECT_EQ(mistake("pause 100"), "1:7: the duration '100' has no unit");
  EXPECT_EQ(mistake("pause 25h"), "1:7: '25h' is not a duration");
  EXPECT_EQ(mistake("pause 1441m"), "1:7: a duration is at most 24 hours");
  EXPECT_EQ(mistake("< close 1000..1015 exact"), "1:3: a single frame has one close code");
  EXPECT_EQ(mistake("< close \"bye\""), "1:3: a reason needs the codes it may come with");
  EXPECT_EQ(mistake("< close 1000,"), "1:14: a close code is missing");
  EXPECT_EQ(mistake("< http 99"), "1:8: unexpected '99'; expected a status code, 100 to 999");
  EXPECT_EQ(mistake("< http 499..400"), "1:8: this range is empty");
  EXPECT_EQ(mistake("< http 101 { upgrade: valid }"),
            "1:14: only sec-websocket-accept can be valid; 'upgrade' has a value of its own");
  EXPECT_EQ(mistake("< text mask=none"),
            "1:8: 'mask' says how a frame is sent; a '<' line takes fin=, rsv=, rsv1, rsv2, rsv3 and exact");
  EXPECT_EQ(mistake("< text /(?<a>x)(?<a>y)/"), "1:16: the group 'a' is named twice");
  EXPECT_EQ(mistake("< json 5"), "1:8: unexpected '5'; expected '{' or '['");
  EXPECT_EQ(mistake("< json { \"a\" 5 }"), "1:14: unexpected '5'; expected ':'");
  EXPECT_EQ(mistake("< eof -> skip"),
            "1:10: unknown grade 'skip'; one of ok, non-strict, informational, fail");
  EXPECT_EQ(mistake("times 2\n> ping"), "1:1: 'end' is missing");
  EXPECT_EQ(mistake("> ping\nend"), "2:1: there is no 'times' that this could end");
  EXPECT_EQ(mistake("< failed"), "1:9: a close code is missing");
  EXPECT_EQ(mistake("alice"),
            "1:1: a step begins with '>', '<', '|', pause, reconnect, hold, resume, times, end or every");
}

TEST(Script, what_a_session_repeats_stands_below_every) {
  const Script script = read("> text \"a\"\nevery 30s\n> text \"b\"\n< text /(?<x>c)/\n| text \"${y}\"");
  ASSERT_TRUE(script.repetition.has_value());
  EXPECT_EQ(script.steps.size(), 1u);
  EXPECT_EQ(script.repetition->period, 30s);
  ASSERT_EQ(script.repetition->steps.size(), 2u);
  EXPECT_EQ(std::get<Expect>(script.repetition->steps.back().action).alternatives.size(), 2u);
  EXPECT_EQ(free_variables(script).size(), 1u);
  EXPECT_EQ(mistake("every 1s\n> ping\nevery 2s"), "3:1: there can be only one 'every'");
  EXPECT_EQ(mistake("every 0s"), "1:7: the steps below need a time to repeat them in");
  EXPECT_EQ(mistake("every 1s\n| eof"),
            "2:1: a '|' line is an alternative to the '<' line above it, and there is none");
}

TEST(Script, heads_capture_too) {
  const Script script = read("< http 200 /a: (?<x>.)/ { set-cookie: /id=(?<y>[^;]+)/ }");
  EXPECT_THAT(captured_names(script.steps), ElementsAre("x", "y"));
}

// ---- JSON ----

std::optional<Captures> match_json(std::string_view text, std::string_view message) {
  const auto expect = pattern<ExpectMessage>("< json " + std::string(text));
  return std::get<JsonPayload>(expect.payload)
      .pattern.match(message, [](std::string_view name) -> std::optional<std::string> {
        if (name == "id") return "17";
        if (name == "tricky") return R"(x", "admin": true, "y": ")";
        if (name == "half") return "0.5";
        return std::nullopt;
      });
}

TEST(JsonPattern, members_may_be_missing_in_the_pattern_only) {
  EXPECT_TRUE(match_json(R"({ "a": 1 })", R"({"b":[],"a":1})"));
  EXPECT_TRUE(match_json("{}", R"({"a":1})"));
  EXPECT_FALSE(match_json(R"({ "a": 1, "b": 2 })", R"({"a":1})"));
  EXPECT_TRUE(match_json(R"({ "a": { "b": null } })", R"({"a":{"b":null,"c":1}})"));
}

TEST(JsonPattern, values_are_equal_by_value) {
  EXPECT_TRUE(match_json(R"({ "a": 1e1 })", R"({"a":10})"));
  EXPECT_TRUE(match_json(R"({ "a": -2.5 })", R"({"a":-2.5})"));
  EXPECT_FALSE(match_json(R"({ "a": 1 })", R"({"a":"1"})"));
  EXPECT_FALSE(match_json(R"({ "a": true })", R"({"a":false})"));
  EXPECT_TRUE(match_json(R"({ "a": "é\n" })", R"({"a":"\u00e9\n"})"));
}

TEST(JsonPattern, arrays_have_all_their_items) {
  EXPECT_TRUE(match_json(R"([1, { "a": 2 }])", R"([1,{"a":2,"b":3}])"));
  EXPECT_FALSE(match_json("[1]", "[1,2]"));
  EXPECT_FALSE(match_json("[1, 2]", "[2,1]"));
  EXPECT_TRUE(match_json("[]", "[]"));
}

TEST(JsonPattern, captures_a_value) {
  const auto captures =
      match_json(R"({ "s": $s, "n": $n, "d": $d, "o": $o })", R"({"s":"a\"b","n":5,"d":3.5,"o":{"x":[1]}})");
  EXPECT_THAT(captures.value(), ElementsAre(std::pair("s", "a\"b"), std::pair("n", "5"),
                                            std::pair("d", "3.5"), std::pair("o", R"({"x":[1]})")));
}

TEST(JsonPattern, inserts_a_value_and_never_text) {
  EXPECT_TRUE(match_json(R"({ "id": ${id} })", R"({"id":17})"));
  EXPECT_TRUE(match_json(R"({ "id": ${id} })", R"({"id":"17"})"));
  EXPECT_TRUE(match_json(R"({ "id": ${half} })", R"({"id":5e-1})"));
  EXPECT_FALSE(match_json(R"({ "id": ${id} })", R"({"id":18})"));
  EXPECT_TRUE(match_json(R"({ "id": "n${id}" })", R"({"id":"n17"})"));
  EXPECT_FALSE(match_json(R"({ "id": "${id}" })", R"({"id":17})"));
  EXPECT_FALSE(match_json(R"({ "a": "${tricky}" })", R"({"a":"x", "admin": true, "y": ""})"));
  EXPECT_FALSE(match_json(R"({ "a": ${unknown} })", R"({"a":1})"));
}

TEST(JsonPattern, other_messages_do_not_match) {
  for (const char* message : {"", "{", "nul", "{\"a\":1}x", "\xff"})
    EXPECT_FALSE(match_json("{}", message)) << message;
  EXPECT_FALSE(match_json("{}", std::string(100'000, '[')));
}

// ---- regular expressions ----

TEST(TextRegex, work_is_bounded) {
  const auto regex = TextRegex::compile("^(a+)+$").value();
  EXPECT_FALSE(regex.search(std::string(50, 'a') + "b"));
  EXPECT_TRUE(TextRegex::compile("^.*x$").value().search(std::string(1'000'000, 'a') + "x"));
}

TEST(TextRegex, names_of_groups) {
  EXPECT_THAT(TextRegex::compile(R"((?<a>x)|(?<b_1>y)(?<=y)[(?<c>]\(\?<d>)").value().group_names(),
              ElementsAre("a", "b_1"));
  EXPECT_THAT(TextRegex::compile("(?<a>x)|(?<b>y)").value().search("y").value(),
              ElementsAre(std::pair("b", "y")))
      << "a group that took no part captures nothing";
  EXPECT_TRUE(TextRegex::compile("(").has_error());
  EXPECT_TRUE(TextRegex::compile("(?<a").has_error());
}

}  // namespace
}  // namespace wsrig::engine
