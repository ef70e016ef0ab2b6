#include "proxy/rewrite.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/inflate_stage.hpp"
#include "tests/support/row_name.hpp"
#include "tests/unit/proxy/recorders.hpp"

namespace wsrig::proxy {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ws::Opcode;
using Fields = std::vector<std::pair<std::string, std::string>>;

Fields edited(const std::vector<std::string>& rules, Direction direction, Fields fields) {
  const Rewriting rewriting = parse_rewriting(rules).value();
  for (const auto& edit : rewriting.head_edits[direction]) edit->edit(fields);
  return fields;
}

const Fields some{{"Host", "a"}, {"x-one", "1"}, {"Cookie", "c"}, {"X-One", "2"}};

TEST(HeadRewriting, sets_replaces_and_removes_fields) {
  const auto up = Direction::to_upstream;
  EXPECT_THAT(edited({"set X-One \"new\""}, up, some),
              ElementsAre(Pair("Host", "a"), Pair("x-one", "new"), Pair("Cookie", "c")));
  EXPECT_THAT(edited({"set X-Two \"\""}, up, {{"Host", "a"}}),
              ElementsAre(Pair("Host", "a"), Pair("X-Two", "")));
  EXPECT_THAT(edited({"replace X-Two \"new\""}, up, {{"Host", "a"}}), ElementsAre(Pair("Host", "a")));
  EXPECT_THAT(edited({"replace cookie \"new\""}, up, {{"Cookie", "c"}}), ElementsAre(Pair("Cookie", "new")));
  EXPECT_THAT(edited({"remove X-ONE"}, up, some), ElementsAre(Pair("Host", "a"), Pair("Cookie", "c")));
}

TEST(HeadRewriting, has_a_direction) {
  const std::vector<std::string> rules{"set A \"1\" @upstream", "set B \"2\" @downstream", "set C \"3\""};
  EXPECT_THAT(edited(rules, Direction::to_upstream, {}), ElementsAre(Pair("A", "1"), Pair("C", "3")));
  EXPECT_THAT(edited(rules, Direction::to_downstream, {}), ElementsAre(Pair("B", "2"), Pair("C", "3")));
}

struct Messages {
  explicit Messages(const std::vector<std::string>& rules) : rewriting(parse_rewriting(rules).value()) {
    stage = rewriting.stages.at(0)->make(static_cast<FrameSink&>(out), context);
  }
  void send(Opcode opcode, std::string_view payload, bool fin = true, bool octet_by_octet = false) {
    send_frame(*stage, make_frame(opcode, payload, fin), octet_by_octet);
  }

  net::Loop loop;
  StageContext context{loop};
  Rewriting rewriting;
  FrameRecorder out;
  std::unique_ptr<FrameStage> stage;
};

TEST(TextRewriting, replaces_what_the_expression_finds) {
  Messages messages({R"(text /(\w+)@(?<host>\w+)/ -> "$+{host} at $1")"});
  messages.send(Opcode::text, "ann@home, bob@work!", true, true);
  messages.send(Opcode::text, "nobody");
  messages.send(Opcode::binary, "ann@home");
  EXPECT_THAT(messages.out.lines,
              ElementsAre("text home at ann, work at bob!", "text nobody", "binary ann@home"));
}

TEST(TextRewriting, sees_whole_messages_and_lets_control_frames_pass) {
  Messages messages({R"(text /Hello/ -> "Bye")"});
  messages.send(Opcode::text, "Hel", false);
  messages.send(Opcode::ping, "p");
  messages.send(Opcode::continuation, "lo");
  messages.send(Opcode::text, "");
  messages.send(Opcode::text, "say ", false);
  messages.send(Opcode::continuation, "", false);
  messages.send(Opcode::continuation, "Hello");
  EXPECT_THAT(messages.out.lines,
              ElementsAre("ping p", "text Bye", "text", "text fin=0 say ", "cont fin=0", "cont Bye"));
}

TEST(TextRewriting, rules_work_in_their_order) {
  Messages messages({R"(text /a/ -> "b")", R"(text /b/ -> "c")"});
  messages.send(Opcode::text, "ab");
  EXPECT_THAT(messages.out.lines, ElementsAre("text cc"));
}

TEST(TextRewriting, a_hopeless_search_leaves_the_message_as_it_is) {
  Messages messages({R"(text /^(a+)+$/ -> "x")"});
  const std::string text = std::string(200, 'a') + "b";
  messages.send(Opcode::text, text);
  EXPECT_THAT(messages.out.lines, ElementsAre("text " + text));
}

TEST(TextRewriting, a_result_that_is_too_large_leaves_the_message_as_it_is) {
  Messages messages({"text /a/ -> \"" + std::string(1000, 'x') + "\""});
  const std::string text(20'000, 'a');
  messages.send(Opcode::text, text);
  EXPECT_EQ(messages.out.lines.back(), "text " + text);
}

TEST(TextRewriting, a_message_beyond_the_bound_passes_as_it_comes) {
  Messages messages({R"(text /x/ -> "y")"});
  const std::string half(RewriteStage::most_held / 2 + 10, 'x');
  messages.send(Opcode::text, half, false);
  messages.send(Opcode::continuation, half, false);
  messages.send(Opcode::continuation, "x");
  messages.send(Opcode::text, "x");
  EXPECT_THAT(messages.out.lines,
              ElementsAre("text fin=0 " + half, "cont fin=0 " + half, "cont x", "text y"));
}

TEST(TextRewriting, keeps_the_sizes_of_fragments_as_far_as_the_new_text_lasts) {
  Messages longer({R"(text /l+/ -> "LLLLLL")"});
  Messages shorter({R"(text /l+o/ -> "")"});
  for (Messages* messages : {&longer, &shorter}) {
    messages->send(Opcode::text, "H", false);
    messages->send(Opcode::continuation, "el", false, true);
    messages->send(Opcode::continuation, "lo", false);
    messages->send(Opcode::continuation, "");
  }
  EXPECT_THAT(longer.out.lines, ElementsAre("text fin=0 H", "cont fin=0 eL", "cont fin=0 LL", "cont LLLo"));
  EXPECT_THAT(shorter.out.lines, ElementsAre("text fin=0 H", "cont e"));
}

TEST(InflateStage, passes_messages_as_they_were_and_frame_by_frame) {
  net::Loop loop;
  const StageContext context{loop};
  for (const bool takeover : {true, false}) {
    FrameRecorder out;
    InflateStage stage(out, context, ws::Inflater(15, takeover));
    ws::Deflater deflater(15, takeover);
    const auto send = [&](Opcode opcode, std::string_view message, std::size_t first) {
      ws::ByteBuffer payload;
      deflater.compress(ws::as_bytes(message), payload);
      const std::string_view text = ws::as_text(payload);
      auto begin = make_frame(opcode, text.substr(0, first), first >= text.size());
      begin.header.rsv = ws::rsv1;
      send_frame(stage, begin, true);
      send_frame(stage, make_frame(Opcode::ping, "p"));
      if (first < text.size()) send_frame(stage, make_frame(Opcode::continuation, text.substr(first)));
    };
    send(Opcode::text, "hello hello", 4);
    send(Opcode::text, "hello hello", 1000);
    send(Opcode::binary, "", 1000);
    send_frame(stage, make_frame(Opcode::text, "plain"));
    const std::string& first = out.lines.at(0);
    EXPECT_TRUE(first.starts_with("text fin=0 h")) << first;
    EXPECT_EQ(first.substr(11) + out.lines.at(2).substr(5), "hello hello");
    EXPECT_THAT(std::vector(out.lines.begin() + 3, out.lines.end()),
                ElementsAre("text hello hello", "ping p", "binary", "ping p", "text plain"));
    out.lines.clear();
    send(Opcode::text, std::string(3 * InflateStage::fragment_size, 'x'), 100'000);
    EXPECT_THAT(out.lines, ElementsAre("text fin=0 " + std::string(InflateStage::fragment_size, 'x'),
                                       "cont fin=0 " + std::string(InflateStage::fragment_size, 'x'),
                                       "cont " + std::string(InflateStage::fragment_size, 'x'), "ping p"));
  }
}

TEST(TextRewriting, has_a_direction) {
  const auto rewriting = parse_rewriting({R"(text /x/ -> "y" @downstream)"}).value();
  net::Loop loop;
  FrameRecorder out;
  const StageContext up{loop, Direction::to_upstream}, down{loop, Direction::to_downstream};
  EXPECT_EQ(rewriting.stages[0]->make(static_cast<FrameSink&>(out), up), nullptr);
  EXPECT_NE(rewriting.stages[0]->make(static_cast<FrameSink&>(out), down), nullptr);
  EXPECT_TRUE(rewriting.stages[0]->needs_frames());
}

TEST(BinaryRewriting, replaces_each_occurrence) {
  Messages messages({R"(binary hex(00 01) -> "ab" hex(ff))"});
  messages.send(Opcode::binary, std::string_view("x\0\1\0\0\1", 6), true, true);
  messages.send(Opcode::text, std::string_view("\0\1", 2));
  EXPECT_THAT(messages.out.lines, ElementsAre(R"(binary xab\xff\x00ab\xff)", R"(text \x00\x01)"));
}

TEST(BinaryRewriting, overwrites_at_an_offset_as_far_as_the_message_reaches) {
  Messages messages({R"(binary at 2 "XYZ")"});
  for (const char* payload : {"a", "abc", "abcdefg"}) messages.send(Opcode::binary, payload);
  EXPECT_THAT(messages.out.lines, ElementsAre("binary a", "binary abX", "binary abXYZfg"));
}

struct Mistake {
  const char* name;
  const char* rule;
  const char* rendered;
};

struct RewriteMistakes : ::testing::TestWithParam<Mistake> {};

TEST_P(RewriteMistakes, are_pointed_at) {
  const auto rewriting = parse_rewriting({GetParam().rule});
  ASSERT_FALSE(rewriting.has_value());
  EXPECT_EQ(std::to_string(rewriting.error().column) + ": " + rewriting.error().message, GetParam().rendered);
}

INSTANTIATE_TEST_SUITE_P(
    table, RewriteMistakes,
    ::testing::Values(Mistake{"unknown", "sett X \"1\"", "1: unknown rule 'sett'"},
                      Mistake{"no_name", "remove \"X\"", "8: the name of a field is missing"},
                      Mistake{"line_end", R"(set X "1\r\nY: 2")", "7: a line end cannot stand in a field"},
                      Mistake{"no_regex", R"(text "x" -> "y")", "6: expected a /regular expression/"},
                      Mistake{"bad_regex", R"(text /a(b/ -> "y")",
                              "10: regular expression: Unmatched marking parenthesis ( or \\("},
                      Mistake{"no_pattern", R"(binary "" -> "y")", "8: nothing to look for"},
                      Mistake{"no_offset", R"(binary at x "y")", "11: expected the number of an octet"},
                      Mistake{"direction", "remove X @up", "10: unexpected character '@'"},
                      Mistake{"rest", "remove X Y", "10: unexpected 'Y'; expected the end of the rule"}),
    test::row_name);

}  // namespace
}  // namespace wsrig::proxy
