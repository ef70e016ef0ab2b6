#include "cli/glob.hpp"

#include <gtest/gtest.h>
#include <string>

namespace wsrig::cli {
namespace {

struct Row {
  const char* glob;
  const char* text;
  bool fits;
};

TEST(Glob, table) {
  const Row rows[] = {
      {"", "", true},
      {"", "a", false},
      {"*", "", true},
      {"*", "a/b", true},
      {"a*", "abc", true},
      {"a*c", "abbbc", true},
      {"a*c", "abbb", false},
      {"a?c", "abc", true},
      {"a?c", "ac", false},
      {"*/ping", "5.5/ping", true},
      {"*/ping", "5.5/ping-x", false},
      {"rfc*/5.4*[cut=1B*", "rfc6455/5.4-x/y[cut=1B,mid=]", true},
      {"a**b", "ab", true},
      {"*a*b*", "xxaxxbxx", true},
      {"*a*b?", "xxaxxbc", true},
      {"/chat", "/chat/room", false},
      {"a*b", "acbd", false},
      {"?", "", false},
      {"abc", "ABC", false},
  };
  for (const auto& row : rows)
    EXPECT_EQ(matches_glob(row.glob, row.text), row.fits) << row.glob << " on " << row.text;
}

TEST(Glob, many_stars_stay_fast) {
  std::string glob;
  for (int i = 0; i < 1000; ++i) glob += "*a";
  EXPECT_FALSE(matches_glob(glob + "b", std::string(20'000, 'a')));
}

}  // namespace
}  // namespace wsrig::cli
