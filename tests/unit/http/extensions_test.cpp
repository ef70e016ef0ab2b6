#include <gmock/gmock.h>
#include <ostream>

#include "ws/handshake.hpp"

namespace wsrig::ws {
namespace {

using Parameter = ExtensionOffer::Parameter;
using testing::ElementsAre;

std::vector<ExtensionOffer> read(std::string_view value) {
  std::string error;
  const auto list = parse_extensions(value, error);
  EXPECT_TRUE(list) << error;
  return list.value_or(std::vector<ExtensionOffer>{});
}

TEST(Extensions, rfc6455_s9_1_examples) {
  EXPECT_THAT(read("deflate-stream"), ElementsAre(ExtensionOffer{"deflate-stream", {}}));
  EXPECT_THAT(
      read("mux; max-channels=4; flow-control, deflate-stream"),
      ElementsAre(ExtensionOffer{"mux", {Parameter{"max-channels", "4"}, Parameter{"flow-control", {}}}},
                  ExtensionOffer{"deflate-stream", {}}));
}

TEST(Extensions, rfc6455_s9_1_a_quoted_value_is_unquoted) {
  EXPECT_THAT(read(R"(a; b="4"; c="\1\5")"),
              ElementsAre(ExtensionOffer{"a", {Parameter{"b", "4"}, Parameter{"c", "15"}}}));
}

TEST(Extensions, rfc2616_s2_1_blanks_and_null_elements_do_not_count) {
  EXPECT_THAT(read(" ,\ta ;\tb = 1 ,, c, "),
              ElementsAre(ExtensionOffer{"a", {Parameter{"b", "1"}}}, ExtensionOffer{"c", {}}));
}

TEST(Extensions, names_of_other_languages_are_only_names) {
  EXPECT_THAT(read("constructor; __proto__=toString, constructor"),
              ElementsAre(ExtensionOffer{"constructor", {Parameter{"__proto__", "toString"}}},
                          ExtensionOffer{"constructor", {}}));
}

struct Malformed {
  const char* name;
  std::string_view value;
  std::string_view error;
};
std::ostream& operator<<(std::ostream& out, const Malformed& row) { return out << row.name; }
class MalformedExtensions : public testing::TestWithParam<Malformed> {};
INSTANTIATE_TEST_SUITE_P(
    S9_1, MalformedExtensions,
    testing::Values(
        Malformed{"empty", "", "no extension is named at offset 0 of ''"},
        Malformed{"only_commas", " , ,", "no extension is named at offset 4 of ' , ,'"},
        Malformed{"stray_semicolon", ";", "expected an extension's name at offset 0 of ';'"},
        Malformed{"parameter_missing", "a;", "expected a parameter's name at offset 2 of 'a;'"},
        Malformed{"parameter_empty", "a;;b", "expected a parameter's name at offset 2 of 'a;;b'"},
        Malformed{"value_missing", "a;b=", "expected a parameter's value at offset 4 of 'a;b='"},
        Malformed{"value_empty", "a;b=,c", "expected a parameter's value at offset 4 of 'a;b=,c'"},
        Malformed{"stray_equals", "a=b", "expected ',' or ';' at offset 1 of 'a=b'"},
        Malformed{"name_missing", "a;=b", "expected a parameter's name at offset 2 of 'a;=b'"},
        Malformed{"two_words", "a b", "expected ',' or ';' at offset 2 of 'a b'"},
        Malformed{"quote_open", "a;b=\"1", "a quoted string does not end at offset 6 of 'a;b=\"1'"},
        Malformed{"quote_ends_in_backslash", "a;b=\"1\\",
                  "a quoted string does not end at offset 7 of 'a;b=\"1\\x5c'"},
        Malformed{"quoted_empty", "a;b=\"\"", "a quoted value is not a token at offset 6 of 'a;b=\"\"'"},
        Malformed{"quoted_comma", "a;b=\"1,2\"",
                  "a quoted value is not a token at offset 9 of 'a;b=\"1,2\"'"},
        Malformed{"quoted_name", "\"a\"", "expected an extension's name at offset 0 of '\"a\"'"},
        Malformed{"text_behind_quote", "a;b=\"1\"2", "expected ',' or ';' at offset 7 of 'a;b=\"1\"2'"},
        Malformed{"control", "a\x01", "expected ',' or ';' at offset 1 of 'a\\x01'"}),
    [](const auto& row) { return std::string(row.param.name); });
TEST_P(MalformedExtensions, are_refused_with_the_place) {
  std::string error;
  EXPECT_FALSE(parse_extensions(GetParam().value, error));
  EXPECT_EQ(error, GetParam().error);
}

TEST(Extensions, a_long_quoted_string_takes_linear_time) {
  std::string value = "a;b=\"";
  for (int i = 0; i < 1 << 20; ++i) value += "\\\\";
  std::string error;
  EXPECT_FALSE(parse_extensions(value, error));
  EXPECT_TRUE(parse_extensions("a;b=\"" + std::string(4u << 20, 'x') + '"', error));
  std::string list = "a";
  for (int i = 0; i < 1 << 18; ++i) list += ";b=\"1\",c";
  EXPECT_EQ(read(list).size(), (1u << 18) + 1);
}

TEST(Extensions, print_is_what_parse_reads) {
  const std::string_view text =
      "mux; max-channels=4; flow-control, permessage-deflate; server_max_window_bits=10";
  EXPECT_EQ(print_extensions(read(text)), text);
  EXPECT_EQ(print_extensions({}), "");
  EXPECT_EQ(print_extensions({{"x", {Parameter{"y", "a \"b\\"}}}}), R"(x; y="a \"b\\")");
}

}  // namespace
}  // namespace wsrig::ws
