#include "proxy/router.hpp"

#include <gtest/gtest.h>

namespace wsrig::proxy {
namespace {

Route route(std::string host, std::string path, const char* url = "ws://upstream:1") {
  Route route;
  route.host = std::move(host);
  route.path = std::move(path);
  route.upstream.url = *net::parse_url(url);
  return route;
}

std::string found(const std::vector<Route>& routes, std::string_view target, std::string_view host = "h") {
  const Route* const match = find_route(routes, split_target(target, host));
  return match == nullptr ? "none" : match->host + match->path;
}

TEST(Router, takes_the_longest_path_that_fits) {
  const std::vector<Route> routes{route("", "/a/"), route("", "/a/b/"), route("", "/a"), route("", "/a/b/c")};
  EXPECT_EQ(found(routes, "/a/x"), "/a/");
  EXPECT_EQ(found(routes, "/a/b/x"), "/a/b/");
  EXPECT_EQ(found(routes, "/a/b/c"), "/a/b/c");
  EXPECT_EQ(found(routes, "/a/b"), "/a/");
  EXPECT_EQ(found(routes, "/a"), "/a");
  EXPECT_EQ(found(routes, "/a?/a/b/"), "/a");
  EXPECT_EQ(found(routes, "/ab"), "none");
  EXPECT_EQ(found(routes, "/"), "none");
}

TEST(Router, a_host_counts_before_a_path) {
  const std::vector<Route> routes{route("", "/a/"), route("chat.example", "/"), route("::1", "/")};
  EXPECT_EQ(found(routes, "/a/b", "chat.example"), "chat.example/");
  EXPECT_EQ(found(routes, "/a/b", "Chat.Example:8080"), "chat.example/");
  EXPECT_EQ(found(routes, "/a/b", "[::1]:8080"), "::1/");
  EXPECT_EQ(found(routes, "/a/b", "other"), "/a/");
  EXPECT_EQ(found(routes, "/", "other"), "none");
}

TEST(Router, s3_2_2_an_absolute_form_names_its_host_itself) {
  const std::vector<Route> routes{route("", "/a/"), route("chat.example", "/")};
  EXPECT_EQ(found(routes, "http://chat.example/a/", "other"), "chat.example/");
  EXPECT_EQ(found(routes, "ws://user@chat.example:1/a/", "other"), "chat.example/");
  EXPECT_EQ(found(routes, "http://other/a/x", "chat.example"), "/a/");
  EXPECT_EQ(found(routes, "http://chat.example", "other"), "none");
  EXPECT_EQ(found(routes, "*"), "none");
  EXPECT_EQ(found(routes, "chat.example:443"), "none");
}

TEST(Router, a_path_that_another_reader_takes_elsewhere_has_no_route) {
  const std::vector<Route> routes{route("", "/a/"), route("", "/a/b/"), route("", "/s")};
  for (const char* target :
       {"/a/../s", "/a/%2e%2e/s", "/a/%2E./s", "/a/..%2fs", "/a/x%2f../../s", "/a/..\\s", "/a/..%5Cs",
        "/a/b/..", "/a/b%2fc/../..", "/a%2fb/c", "/x/../s", "/./s", "/a/..", "/../a/x"}) {
    EXPECT_EQ(found(routes, target), "none") << target;
  }
  for (const char* target :
       {"/a/x/../y", "/a/x%2Fy", "/a/./y", "/a/..x", "/a/%2e", "/a/x/..%2Fy", "/a/?/../s"}) {
    EXPECT_EQ(found(routes, target), "/a/") << target;
  }
}

TEST(Router, hands_the_exact_octets_on) {
  const auto target = [](const Route& by, std::string_view text) {
    return upstream_target(by, split_target(text, "h"));
  };
  EXPECT_EQ(target(route("", "/a/"), "/a/%7e/..//x?y=%20&z"), "/a/%7e/..//x?y=%20&z");
  EXPECT_EQ(target(route("", "/a/"), "http://other/a/b?c"), "/a/b?c");
  EXPECT_EQ(target(route("", "/a/", "ws://u:1/new/"), "/a/b?c"), "/new/b?c");
  EXPECT_EQ(target(route("", "/a", "ws://u:1/new"), "/a?c"), "/new?c");
  EXPECT_EQ(target(route("", "/", "ws://u:1/"), "/x?c"), "/x?c");
}

}  // namespace
}  // namespace wsrig::proxy
