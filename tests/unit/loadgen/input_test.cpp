#include <gtest/gtest.h>

#include "loadgen/broken_frame.hpp"
#include "loadgen/csv_table.hpp"
#include "loadgen/replay_file.hpp"
#include "loadgen/reply_rule.hpp"
#include "loadgen/template.hpp"

namespace wsrig::loadgen {
namespace {

TEST(CsvTable, reads_what_rfc4180_allows) {
  const auto table =
      CsvTable::parse("x.csv", "\xef\xbb\xbfname,\"a \"\"b\"\"\"\r\nada,\"1,\n2\"\nbob,\n").value();
  EXPECT_EQ(table.columns(), (std::vector<std::string>{"name", "a \"b\""}));
  ASSERT_EQ(table.row_count(), 2U);
  EXPECT_EQ(table.field(0, 1), "1,\n2");
  EXPECT_EQ(table.field(1, 0), "bob");
  EXPECT_EQ(table.field(1, 1), "");
  EXPECT_EQ(table.column("name"), 0U);
  EXPECT_FALSE(table.column("nobody"));
}

TEST(CsvTable, mistakes_have_their_place) {
  struct Row {
    const char* text;
    std::size_t line;
  };
  for (const auto& [text, line] :
       {Row{"", 1}, Row{"a,b\n", 1}, Row{"a,b\n1,2\n3\n", 3}, Row{"a\n\"x", 2}, Row{"a,b\n\"x\"y,1\n", 2}}) {
    const auto table = CsvTable::parse("x.csv", text);
    ASSERT_FALSE(table.has_value()) << text;
    EXPECT_EQ(table.error().file, "x.csv");
    EXPECT_EQ(table.error().line, line) << text;
  }
}

TEST(Replay, reads_texts_and_octets_in_turn) {
  const auto entries =
      parse_replay("list", "{\"text\": \"a ${seq}\"}\n\n{\"binary\": \"AAEC\"}\r\n{\"text\": \"\"}").value();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].kind, MixEntry::Kind::text);
  EXPECT_EQ(ws::variables(*entries[0].payload).front().name, "seq");
  EXPECT_EQ(entries[1].kind, MixEntry::Kind::binary);
  EXPECT_EQ(ws::evaluate(*entries[1].payload, {}).value(), std::string("\0\1\2", 3));
  EXPECT_EQ(ws::evaluate(*entries[2].payload, {}).value(), "");
}

TEST(Replay, mistakes_have_their_line) {
  for (const auto* bad : {"{\"text\": \"x\"}\nnot json", "{\"text\": \"x\"}\n{\"text\": 1}",
                          "{\"text\": \"x\"}\n{\"binary\": \"A\"}", "{\"text\": \"x\"}\n[]",
                          "{\"text\": \"x\"}\n{\"blob\": \"x\"}", "{\"text\": \"x\"}\n{\"text\": \"${\"}"}) {
    const auto entries = parse_replay("list", bad);
    ASSERT_FALSE(entries.has_value()) << bad;
    EXPECT_EQ(entries.error().line, 2U) << bad;
  }
  EXPECT_FALSE(parse_replay("list", "\n \n").has_value());
  const auto twice = parse_replay("list", "{\"text\": \"x\"}\n{\"text\": \"x\", \"text\": \"y\"}");
  ASSERT_FALSE(twice.has_value());
  EXPECT_EQ(twice.error().line, 2U);
  EXPECT_EQ(twice.error().column, 15U);
}

TEST(Template, knows_its_names) {
  const auto data = CsvTable::parse("x.csv", "user\nada\n").value();
  const std::vector<std::string> captured{"token"};
  for (const auto* good : {"plain", "${seq} ${connection}", "${row.user}", "${token}", "\\${not a name"}) {
    EXPECT_TRUE(read_template(good, {&data, captured}).has_value()) << good;
  }
  for (const auto* bad : {"${row.room}", "${who}", "${", "${env:WSRIG_TEST_THAT_IS_NOT_SET}"}) {
    EXPECT_FALSE(read_template(bad, {&data, captured}).has_value()) << bad;
  }
  EXPECT_FALSE(read_template("${row.user}", {}).has_value());
}

std::optional<std::uint32_t> key(const ReplyRule& rule, std::string_view reply) {
  return reply_key(rule, ws::as_bytes(reply));
}

TEST(ReplyRule, a_json_field_ties_a_reply_to_its_message) {
  const auto rule = parse_reply_rule("json:id").value();
  const auto sent = message_key(rule, ws::as_bytes(R"({"id": 7, "text": "x"})"));
  EXPECT_TRUE(sent);
  EXPECT_EQ(key(rule, R"({"ok": true, "id": 7})"), sent);
  EXPECT_NE(key(rule, R"({"id": "7"})"), sent);
  for (const auto* other : {"{}", "[7]", "nonsense", "7"}) EXPECT_FALSE(key(rule, other)) << other;
}

TEST(ReplyRule, rfc6901_a_pointer_ties_a_reply_to_its_message) {
  const auto rule = parse_reply_rule("json:/data/1/id").value();
  const auto sent = message_key(rule, ws::as_bytes(R"({"data": [{"id": 1}, {"id": 7}], "id": 9})"));
  EXPECT_TRUE(sent);
  EXPECT_EQ(key(rule, R"({"data": [null, {"id": 7}], "id": 8})"), sent);
  EXPECT_EQ(key(rule, R"({"data": {"1": {"id": 7}}})"), sent);
  EXPECT_NE(key(rule, R"({"data": [null, {"id": "7"}]})"), sent);
  for (const auto* other : {"{}", "[7]", "nonsense", "7", R"({"data": [{"id": 7}]})", R"({"data": 7})",
                            R"({"/data/1/id": 7})", R"({"data": [{}, {"no": 7}]})"})
    EXPECT_FALSE(key(rule, other)) << other;
}

/// The pointers and values of RFC 6901 §5.
TEST(ReplyRule, rfc6901_s5_pointers) {
  const std::string document =
      R"({"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8})";
  for (const auto& [pointer, value] : {std::pair{"/foo", R"(["bar", "baz"])"},
                                       {"/foo/0", R"("bar")"},
                                       {"/", "0"},
                                       {"/a~1b", "1"},
                                       {"/c%d", "2"},
                                       {"/e^f", "3"},
                                       {"/g|h", "4"},
                                       {"/i\\j", "5"},
                                       {"/k\"l", "6"},
                                       {"/ ", "7"},
                                       {"/m~0n", "8"}}) {
    const auto found = key(parse_reply_rule(std::string("json:") + pointer).value(), document);
    EXPECT_TRUE(found) << pointer;
    EXPECT_EQ(found, key(parse_reply_rule("json:x").value(), std::string("{\"x\": ") + value + "}"))
        << pointer;
  }
  for (const auto* none :
       {"/foo/2", "/foo/01", "/foo/-", "/foo/99999999999999999999999", "/foo/bar", "/foo/0/x"})
    EXPECT_FALSE(key(parse_reply_rule(std::string("json:") + none).value(), document)) << none;
}

TEST(ReplyRule, rfc6901_s3_says_where_a_pointer_is_none) {
  EXPECT_EQ(parse_reply_rule("json:/a/b~").error().message,
            "'~' at octet 5 of '/a/b~' is no escape of a JSON pointer");
  EXPECT_EQ(parse_reply_rule("json:/~0~1~2").error().message,
            "'~2' at octet 6 of '/~0~1~2' is no escape of a JSON pointer");
  EXPECT_TRUE(parse_reply_rule("json:a~2").has_value()) << "a name is taken as it is";
}

TEST(ReplyRule, an_expression_tells_replies_from_the_rest) {
  const auto in_order = parse_reply_rule("regex:^ack").value();
  EXPECT_EQ(message_key(in_order, ws::as_bytes("anything")), key(in_order, "ack 1"));
  EXPECT_FALSE(key(in_order, "news"));
  const auto by_key = parse_reply_rule(R"(regex:#(?<key>\d+))").value();
  EXPECT_TRUE(by_key.has_key_group());
  EXPECT_EQ(message_key(by_key, ws::as_bytes("say #12 loud")), key(by_key, "done #12"));
  EXPECT_NE(message_key(by_key, ws::as_bytes("say #12 loud")), key(by_key, "done #13"));
}

TEST(ReplyRule, refuses_what_it_cannot_mean) {
  for (const auto* bad : {"", "json", "json:", "prefix:", "regex:(", "often"}) {
    EXPECT_FALSE(parse_reply_rule(bad).has_value()) << bad;
  }
}

TEST(BrokenFrame, is_judged_by_our_own_server) {
  EXPECT_EQ(parse_broken_frame("text rsv1 \"x\"").value().close_code, 1002);
  EXPECT_EQ(parse_broken_frame("text hex(ff)").value().close_code, 1007);
  EXPECT_EQ(parse_broken_frame("text mask=none \"x\"").value().section, "RFC 6455 §5.1");
  for (const auto* bad : {"text \"fine\"", "ping", "txt", ""})
    EXPECT_FALSE(parse_broken_frame(bad).has_value()) << bad;
}

TEST(BrokenFrame, shares) {
  EXPECT_DOUBLE_EQ(parse_share("1%").value(), 0.01);
  EXPECT_DOUBLE_EQ(parse_share("0.5").value(), 0.5);
  for (const auto* bad : {"", "0", "0%", "101%", "x%", "-1%"})
    EXPECT_FALSE(parse_share(bad).has_value()) << bad;
}

}  // namespace
}  // namespace wsrig::loadgen
