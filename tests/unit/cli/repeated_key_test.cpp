#include "cli/repeated_key.hpp"

#include <gtest/gtest.h>
#include <string>

namespace wsrig::cli {
namespace {

/// "line:column+length message", or "none".
std::string repeated(std::string text) {
  const auto found = find_repeated_key(diag::Source("x.json", std::move(text)));
  if (!found) return "none";
  return std::to_string(found->line) + ":" + std::to_string(found->column) + "+" +
         std::to_string(found->length) + " " + found->message;
}

TEST(RepeatedKey, has_its_place) {
  EXPECT_EQ(repeated(R"({"a": 1, "a": 2})"), "1:10+3 the key 'a' stands twice; it is already in line 1");
  EXPECT_EQ(repeated("{\n  \"b\": {},\n  \"b\" : {}\n}"),
            "3:3+3 the key 'b' stands twice; it is already in line 2");
  EXPECT_EQ(repeated(R"([{"x": {"é": 1, "y": 2, "é": 3}}])"),
            "1:25+3 the key 'é' stands twice; it is already in line 1");
}

TEST(RepeatedKey, is_the_same_however_it_is_written) {
  EXPECT_EQ(repeated(R"({"\u0061": 1, "a": 2})"), "1:15+3 the key 'a' stands twice; it is already in line 1");
  EXPECT_EQ(repeated(R"({"a\"b": 1, "a\u0022b": 2})"),
            "1:13+10 the key 'a\"b' stands twice; it is already in line 1");
}

TEST(RepeatedKey, keys_of_other_objects_and_values_are_others) {
  for (const char* good :
       {"", "7", "\"a\"", R"({"a": "a", "b": "a"})", R"({"a": {"a": 1}, "b": {"a": 2}})",
        R"([{"a": 1}, {"a": 2}])", R"({"a": ["a", "a"], "b": "\"a\":"})", "{\"a\": 1}\n{\"a\": 2}\n",
        R"({"a": 1, "A": 2, "": 3, "a ": 4})", R"({"a\\": 1, "a": 2})"}) {
    EXPECT_EQ(repeated(good), "none") << good;
  }
}

TEST(RepeatedKey, what_is_not_json_does_no_harm) {
  for (const char* bad :
       {"{\"a", "{\"a\\", "]]}}{\"a\":", "\"", "{\"\\ud800\": 1, \"\\ud800\": 2}", "\"a\": \"a\":"})
    repeated(bad);
}

}  // namespace
}  // namespace wsrig::cli
