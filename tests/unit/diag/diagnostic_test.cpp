#include "diag/diagnostic.hpp"

#include <array>
#include <gtest/gtest.h>
#include <stdexcept>

namespace wsrig::diag {
namespace {

TEST(Diagnostic, points_at_the_mistake) {
  const Source source("rfc6455/5.4-fragmentation.yaml", "steps: |\n      > pin \"mid\"\n");
  EXPECT_EQ(render(source.at(source.text().find("pin"), 1, "unknown frame kind 'pin'")),
            "rfc6455/5.4-fragmentation.yaml:2:9: unknown frame kind 'pin'\n"
            "    2 |       > pin \"mid\"\n"
            "      |         ^");
}

TEST(Diagnostic, underlines_a_range_and_shows_the_hint) {
  const Source source("a.yaml", "one two three");
  EXPECT_EQ(render(source.at(4, 3, "not this", "but that")),
            "a.yaml:1:5: not this\n"
            "    1 | one two three\n"
            "      |     ^~~\n"
            "      = but that");
}

TEST(Diagnostic, counts_characters_not_octets) {
  const Source source("a", "\"é€😀\" x");
  const Diagnostic diagnostic = source.at(source.text().find('x'), 1, "here");
  EXPECT_EQ(diagnostic.column, 7u);
  EXPECT_TRUE(render(diagnostic).ends_with("\n      |       ^"));
}

TEST(Diagnostic, keeps_the_tabs_in_front_of_the_caret) {
  const Source source("a", "\tb\tc");
  EXPECT_EQ(render(source.at(3, 1, "here")), "a:1:4: here\n    1 | \tb\tc\n      | \t \t^");
}

TEST(Diagnostic, shows_a_window_of_a_long_line) {
  const Source source("a", std::string(100'000, '-') + "x" + std::string(100'000, '+'));
  const std::string text = render(source.at(100'000, 1, "here"));
  EXPECT_LT(text.size(), 500u);
  const std::string line = text.substr(text.find('\n') + 1, text.rfind('\n') - text.find('\n') - 1);
  const std::string caret = text.substr(text.rfind('\n') + 1);
  // `…` is three octets and one column wide.
  EXPECT_EQ(line.find('x') - 2, caret.find('^'));
}

TEST(Diagnostic, hides_control_characters_of_the_source) {
  const Source source("a", "\x1b[31m x");
  EXPECT_NE(render(source.at(6, 1, "here")).find("?[31m x"), std::string::npos);
}

TEST(Diagnostic, without_a_place_is_its_message) {
  Diagnostic diagnostic;
  diagnostic.message = "no case matches 'x'";
  EXPECT_EQ(render(diagnostic), "no case matches 'x'");
  diagnostic.hint = "did you mean 'y'?";
  EXPECT_EQ(render(diagnostic), "no case matches 'x'\n  did you mean 'y'?");
}

TEST(Diagnostic, of_a_whole_line_has_no_caret) {
  const Source source("a", "one\ntwo\n");
  EXPECT_EQ(render(source.at_line(2, 0, 1, "all of it")), "a:2: all of it\n    2 | two");
}

TEST(Diagnostic, in_color_has_the_same_text) {
  const Source source("a", "one");
  const std::string text = render(source.at(0, 3, "here"), true);
  EXPECT_NE(text.find("\x1b[1ma:1:1: \x1b[0mhere"), std::string::npos);
  EXPECT_NE(text.find("\x1b[1;31m^~~\x1b[0m"), std::string::npos);
}

TEST(Source, finds_lines_and_their_ends) {
  const Source source("a", "one\r\ntwo\n\nfour");
  EXPECT_EQ(source.line(1), "one");
  EXPECT_EQ(source.line(2), "two");
  EXPECT_EQ(source.line(3), "");
  EXPECT_EQ(source.line(4), "four");
  EXPECT_EQ(source.line(0), "");
  EXPECT_EQ(source.line(5), "");
}

TEST(Source, places_the_end_of_the_text) {
  const Source source("a", "ab\n");
  EXPECT_EQ(source.at(2, 1, "x").column, 3u);
  EXPECT_EQ(source.at(3, 1, "x").line, 2u);
  EXPECT_EQ(source.at(1000, 1, "x").line, 2u);
}

TEST(Source, places_an_offset) {
  const Source source("a", "one\ntwo");
  Diagnostic offset_only;
  offset_only.column = 5 + 1;
  offset_only.message = "here";
  const Diagnostic placed = source.place(offset_only);
  EXPECT_EQ(placed.line, 2u);
  EXPECT_EQ(placed.column, 2u);
  EXPECT_EQ(placed.source_line, "two");
  EXPECT_EQ(source.place(placed).line, 2u) << "a diagnostic with a place keeps it";
}

constexpr std::array<std::string_view, 7> kinds{"text", "binary", "cont", "ping", "pong", "close", "op"};

TEST(Nearest, finds_a_misspelt_word) {
  EXPECT_EQ(nearest("pin", kinds), "ping");
  EXPECT_EQ(nearest("tetx", kinds), "text") << "swapped neighbours are one mistake";
  EXPECT_EQ(nearest("binray", kinds), "binary");
  EXPECT_EQ(nearest("closee", kinds), "close");
  EXPECT_EQ(nearest("ping", kinds), "ping");
}

TEST(Nearest, is_silent_about_other_words) {
  EXPECT_EQ(nearest("reset", kinds), std::nullopt);
  EXPECT_EQ(nearest("", kinds), std::nullopt);
  EXPECT_EQ(nearest("xy", kinds), std::nullopt);
  EXPECT_EQ(nearest("x", {}), std::nullopt);
}

TEST(Nearest, prefers_the_nearer_word) {
  constexpr std::array<std::string_view, 2> words{"closing", "close-in"};
  EXPECT_EQ(nearest("closin", words), "closing");
  EXPECT_EQ(did_you_mean("closin", words), "did you mean 'closing'?");
  EXPECT_EQ(did_you_mean("other", words), "");
}

TEST(Result, throws_what_is_wrong) {
  const Source source("a", "one");
  const Result<int> failed = source.at(0, 1, "wrong");
  try {
    (void)failed.value();
    FAIL() << "a failed Result gave a value";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "a:1:1: wrong\n    1 | one\n      | ^");
  }
}

}  // namespace
}  // namespace wsrig::diag
