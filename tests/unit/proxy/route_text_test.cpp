#include "proxy/route_text.hpp"

#include <gtest/gtest.h>

namespace wsrig::proxy {
namespace {

std::string mistake(const std::string& text) {
  const auto route = read_route(cli::Written{text}, {});
  return route ? "none" : diag::render(route.error());
}

TEST(RouteText, reads_all_its_words) {
  const auto route =
      read_route(cli::Written{" Chat.Example/a/=wss://upstream:444/b/  mode=inspect http=refuse host=rewrite "
                              "forwarded=replace insecure=true ca=/ca.pem via=socks5://proxy:1081"},
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
  const auto route = read_route(cli::Written{"/x=localhost:22"}, defaults);
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
                         {"/a?b=ws://h", "--route:1:3: the path of a route holds no query, fragment"},
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

/// A section whose lines are "name = value".
diag::Result<Route> read_section(const std::string& text, const Route& defaults = {}) {
  const auto source = std::make_shared<const diag::Source>("x.conf", text);
  const auto written = [&](std::size_t begin, std::size_t end) {
    return cli::Written{text.substr(begin, end - begin), source, begin};
  };
  cli::Section section{written(0, text.find('\n')), {}};
  for (std::size_t at = text.find('\n') + 1; at < text.size(); at = text.find('\n', at) + 1) {
    const std::size_t equals = text.find(" = ", at);
    section.settings.push_back({text.substr(at, equals - at), written(equals + 3, text.find('\n', at))});
  }
  return read_route(section, defaults);
}

TEST(RouteText, a_section_says_the_same_and_may_hold_blanks) {
  const auto route = read_section(
      "Chat.Example/a/\ntarget = wss://upstream:444/b/\nmode = inspect\nbasic = ann:a b\n"
      "rewrite = set X-User \"an n\" @upstream\nfault = latency(5ms, jitter=1ms)\n");
  ASSERT_TRUE(route) << diag::render(route.error());
  EXPECT_EQ(route->host, "chat.example");
  EXPECT_EQ(route->path, "/a/");
  EXPECT_EQ(route->upstream.url.print(), "wss://upstream:444/b/");
  EXPECT_EQ(route->mode, Mode::inspect);
  EXPECT_EQ(route->gate_text.basic, std::vector<std::string>{"ann:a b"});
  EXPECT_EQ(route->rewrite_rules.size(), 1u);
  EXPECT_EQ(route->faults.size(), 1u);
}

TEST(RouteText, a_section_without_a_target_may_have_a_folder) {
  const auto route = read_section("/static/\nweb = /\n");
  ASSERT_TRUE(route) << diag::render(route.error());
  EXPECT_FALSE(route->has_upstream());
  EXPECT_EQ(route->http, HttpPolicy::web);
  const auto same = read_route(cli::Written{"/static/=web:/"}, {});
  ASSERT_TRUE(same) << diag::render(same.error());
  EXPECT_FALSE(same->has_upstream() || same->web_from_root);
}

TEST(RouteText, a_section_points_at_its_mistakes) {
  const auto mistake_in = [](const std::string& text) {
    const auto route = read_section(text);
    return route ? "none" : diag::render(route.error());
  };
  EXPECT_EQ(
      mistake_in("/a\ntarget = ws://h\nmode = inspct\n"),
      "x.conf:3:8: 'inspct' is not one of tunnel, inspect\n    3 | mode = inspct\n      |        ^~~~~~");
  EXPECT_TRUE(mistake_in("a\ntarget = ws://h\n").starts_with("x.conf:1:1: a route needs a path"));
  EXPECT_TRUE(mistake_in("/a b\ntarget = ws://h\n").starts_with("x.conf:1:3: the path of a route holds"));
  EXPECT_TRUE(mistake_in("/a\nmode = inspect\n").starts_with("x.conf:1:1: the route has no target"));
  EXPECT_TRUE(mistake_in("/a\ntarget = x://h\n").starts_with("x.conf:2:10: unknown scheme"));
  EXPECT_TRUE(mistake_in("/a/\ntarget = ws://h/b\n").starts_with("x.conf:2:10: a path that stands for"));
  EXPECT_TRUE(mistake_in("/a\nweb = /nonexistent\n").starts_with("x.conf:2:7: cannot open the folder"));
}

}  // namespace
}  // namespace wsrig::proxy
