#include "proxy/log.hpp"

#include <gtest/gtest.h>

namespace wsrig::proxy {
namespace {

using namespace std::string_view_literals;

TEST(Log, what_peers_sent_cannot_break_a_line) {
  constexpr std::string_view hostile = "a\r\nb\"c\\d\x1b[2J\x7f\0e\xff"sv;
  EXPECT_EQ(
      print_event(LogFormat::text, "T", "refused", {{"target", hostile}, {"status", std::uint64_t{404}}}),
      R"(T refused target="a\u000d\u000ab\"c\\d\u001b[2J\u007f\u0000e\u00ff" status=404)");
  EXPECT_EQ(print_event(LogFormat::json, "T", "refused", {{"target", "é"}, {"duration_s", 1.5}}),
            R"({"time":"T","event":"refused","target":"é","duration_s":1.500})");
}

}  // namespace
}  // namespace wsrig::proxy
