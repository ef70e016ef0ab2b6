#include <gtest/gtest.h>

#include "loadgen/connection_values.hpp"
#include "loadgen/target_url.hpp"
#include "loadgen/template.hpp"

namespace wsrig::loadgen {
namespace {

const CsvTable& rows() {
  static const CsvTable table =
      CsvTable::parse("rows.csv", "user,path\nada,/a b\n\"b\nob\",/%20?x=1&y\n").value();
  return table;
}

diag::Result<TargetUrl> read(std::string_view text) {
  return read_target_url(read_template(text, {.data = &rows()}).value());
}

/// What the connection with this number asks for.
Link::Request request(std::string_view url, std::uint32_t number, std::string_view header = "x") {
  Config config;
  config.data = rows();
  const TargetUrl target = read(url).value();
  config.target.path = target.path;
  config.target.headers = {{"X", read_template(header, {.data = &rows()}).value()}};
  const ws::Scope values{
      .lookup = [&](std::string_view name) { return connection_value(config, number, name); }};
  return request_of(config.target, number, values);
}

TEST(TargetUrl, path_and_query_may_differ_between_connections) {
  EXPECT_EQ(request("ws://h/", 0).target, "/");
  EXPECT_EQ(request("ws://h", 0).target, "/");
  EXPECT_EQ(request("ws://h?u=${row.user}", 0).target, "/?u=ada");
  EXPECT_EQ(request("ws://h:81/c/${connection}?u=${row.user}", 2).target, "/c/2?u=ada");
  const TargetUrl target = read("wss://[::1]:81/${row.user}").value();
  EXPECT_EQ(target.url.print(), "wss://[::1]:81/${row.user}");
  EXPECT_TRUE(target.url.is_tls());
}

TEST(TargetUrl, services_may_stand_in_front) {
  ws::Expression text;
  text.parts = {"ws://", "127.0.0.1:5", "/a"};
  EXPECT_EQ(read_target_url(text).value().url.print(), "ws://127.0.0.1:5/a");
}

TEST(TargetUrl, rows_make_no_invalid_request) {
  EXPECT_EQ(request("ws://h/c${row.path}", 0).target, "/c/a%20b") << "a blank is encoded";
  EXPECT_EQ(request("ws://h/${row.user}${row.path}", 1).target, "/b%0Aob/%20?x=1&y")
      << "what has a meaning keeps it";
  EXPECT_EQ(request("ws://h/", 1, "u=${row.user}").headers.front().second, "u=b ob") << "RFC 9110 5.5";
}

TEST(TargetUrl, says_what_is_wrong) {
  const std::pair<std::string, std::string> rows_of_mistakes[] = {
      {"tcp://h:1/", "'tcp://h:1/': the subject must be ws:// or wss://"},
      {"ws://${row.user}/", "'ws://${row.user}/': only path and query can differ between connections"},
      {"${row.user}", "'${row.user}': "},
      {"ws://h/#${row.user}", "'ws://h/#${row.user}': "},
      {"", "'': "}};
  for (const auto& [text, begin] : rows_of_mistakes) {
    const auto target = read(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().message.substr(0, begin.size()), begin);
  }
}

}  // namespace
}  // namespace wsrig::loadgen
