#include "report/text.hpp"

#include <gtest/gtest.h>

namespace wsrig::report {
namespace {

using std::chrono::microseconds;

TEST(Visible, keeps_text_and_shows_what_is_none) {
  EXPECT_EQ(visible("plain é 😀 text"), "plain é 😀 text");
  EXPECT_EQ(visible("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(visible("\xc3(\xe2\x82"), "\\xc3(\\xe2\\x82") << "sequences that are cut short";
  EXPECT_EQ(visible("\xc0\x80 \xe0\x80\x80 \xf0\x80\x80\x80"),
            "\\xc0\\x80 \\xe0\\x80\\x80 \\xf0\\x80\\x80\\x80")
      << "overlong forms";
  EXPECT_EQ(visible("\xed\xa0\x80\xf4\x90\x80\x80"), "\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(visible("\xef\xbf\xbd\xf4\x8f\xbf\xbf"), "\xef\xbf\xbd\xf4\x8f\xbf\xbf");
}

TEST(Visible, control_characters_by_what_the_format_holds) {
  const std::string controls("\0\t\n\r\x1b\x7f\xc2\x85\xe2\x80\xae\xef\xbf\xbf", 14);
  EXPECT_EQ(visible(controls, Controls::keep_ascii),
            std::string("\0\t\n\r\x1b\x7f", 6) + "\\u0085\\u202e\\uffff");
  EXPECT_EQ(visible(controls), "\\u0000\t\n\\u000d\\u001b\\u007f\\u0085\\u202e\\uffff");
  EXPECT_EQ(visible(controls, Controls::escape),
            "\\u0000\\u0009\\n\\u000d\\u001b\\u007f\\u0085\\u202e\\uffff");
}

TEST(Shorten, cuts_between_characters) {
  EXPECT_EQ(shorten("abc", 3), "abc");
  EXPECT_EQ(shorten("abcd", 3), "abc… (4 octets)");
  EXPECT_EQ(shorten("aéé", 2), "a… (5 octets)");
}

TEST(Escapes, of_markup_and_json) {
  EXPECT_EQ(markup("<a href='x\">&]]>\x01"), "&lt;a href=&#39;x&quot;&gt;&amp;]]&gt;\\u0001");
  EXPECT_EQ(json_string("a\"\\\n\t\x01\x7f\xff"), "\"a\\\"\\\\\\n\\t\\u0001\\u007f\\\\xff\"");
}

TEST(JsonString, tells_a_character_from_the_text_that_shows_it) {
  EXPECT_EQ(json_string("\xe2\x80\xa8 \xc2\x85 \xef\xbf\xbf"), R"("\u2028 \u0085 \uffff")");
  EXPECT_EQ(json_string(R"(\u2028)"), R"("\\u2028")");
  EXPECT_EQ(json_string("é 😀"), R"("é 😀")");
}

TEST(JsonString, is_put_behind_what_is_there) {
  std::string out = "a:";
  append_json_string(out, R"(b"c)");
  append_json_string(out, "");
  EXPECT_EQ(out, R"(a:"b\"c""")");
}

TEST(Durations, for_machines_and_people) {
  EXPECT_EQ(seconds(microseconds{1}), "0.000001");
  EXPECT_EQ(seconds(microseconds{61'000'000}), "61.000000");
  EXPECT_EQ(human(microseconds{850}), "850 µs");
  EXPECT_EQ(human(microseconds{12'345}), "12.3 ms");
  EXPECT_EQ(human(microseconds{4'560'000}), "4.56 s");
}

TEST(ShellLine, quotes_what_needs_it) {
  EXPECT_EQ(shell_line({"wsrig", "test", "ws://h:1/", "a b", "it's", "", "$x"}),
            "wsrig test ws://h:1/ 'a b' 'it'\\''s' '' '$x'");
}

TEST(SectionUrl, leads_to_the_section) {
  EXPECT_EQ(section_url("RFC 6455 §5.5.1"), "https://www.rfc-editor.org/rfc/rfc6455#section-5.5.1");
  EXPECT_EQ(section_url("RFC 7692 §7.2.3.1."), "https://www.rfc-editor.org/rfc/rfc7692#section-7.2.3.1");
  EXPECT_EQ(section_url("RFC 3629"), "https://www.rfc-editor.org/rfc/rfc3629");
  EXPECT_EQ(section_url("javascript:alert(1)"), "");
  EXPECT_EQ(section_url(""), "");
}

}  // namespace
}  // namespace wsrig::report
