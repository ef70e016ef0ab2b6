#include "proxy/route_text.hpp"

#include <gtest/gtest.h>

namespace wsrig::proxy {
namespace {

std::string mistake(const std::string& text) {
  const auto route = read_route("--route", text, {});
  return route ? "none" : diag::render(route.error());
}

TEST(RouteText, reads_all_its_words) {
  const auto route =
      read_route("--route",
                 " Chat.Example/a/=wss://upstream:444/b/  mode=inspect http=refuse host=rewrite "
                 "forwarded=replace insecure=true ca=/ca.pem via=socks5://proxy:1081",
                 {});
  ASSERT_TRUE(route) << diag::render(route.error());
  EXPECT_EQ(route->host, "chat.example");
  EXPECT_EQ(route->path, "/a/");
  EXPECT_EQ(route->upstream.url.print(), "wss://upstream:444/b/");
  EXPECT_EQ(route->mode, Mode::inspect);
  EXPECT_EQ(route->http, HttpPolicy::refuse);
  EXPECT_FALSE(route->keep_host);
  EXPECT_EQ(route->forwarded, Forwarded::replace);
  EXPECT_TRUE(route->upstream.insecure);
  EXPECT_EQ(route->upstream.ca_file, "/ca.pem");
  EXPECT_EQ(route->upstream.via->print(), "socks5://proxy:1081");
}

TEST(RouteText, what_it_does_not_say_is_as_in_the_defaults) {
  Route defaults;
  defaults.mode = Mode::inspect;
  const auto route = read_route("--route", "/x=localhost:22", defaults);
  ASSERT_TRUE(route);
  EXPECT_EQ(route->mode, Mode::inspect);
  EXPECT_EQ(route->upstream.url.print(), "tcp://localhost:22");
  EXPECT_TRUE(route->is_bridge());
}

TEST(RouteText, points_at_the_mistake) {
  EXPECT_EQ(mistake("/a=ws://h:1 mdoe=inspect"),
            "--route:1:13: unknown word 'mdoe' in a route\n"
            "    1 | /a=ws://h:1 mdoe=inspect\n"
            "      |             ^~~~\n"
            "      = did you mean 'mode'?");
}

TEST(RouteText, says_what_is_wrong) {
  struct Row {
    const char* text;
    const char* start;
  };
  for (const Row& row : {Row{"", "--route:1:1: an empty route"},
                         {"/a", "--route:1:1: no URL"},
                         {"a=ws://h", "--route:1:1: a route needs a path"},
                         {"/a?b=ws://h", "--route:1:3: the path of a route holds no query"},
                         {"/%61=ws://h", "--route:1:2: the path of a route holds no query"},
                         {"/a=http://h", "--route:1:4: unknown scheme"},
                         {"/a=host", "--route:1:4: no port"},
                         {"/a/=ws://h/b", "--route:1:5: a path that stands for all below"},
                         {"/a=ws://h mode", "--route:1:11: 'mode' needs a value"},
                         {"/a=ws://h mode=x", "--route:1:16: 'x' is not one of tunnel, inspect"},
                         {"/a=ws://h ca=", "--route:1:14: a file name is missing"},
                         {"/a=ws://h via=ftp://x", "--route:1:15: "}}) {
    EXPECT_TRUE(mistake(row.text).starts_with(row.start)) << mistake(row.text);
  }
}

}  // namespace
}  // namespace wsrig::proxy
