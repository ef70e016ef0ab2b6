#include <chrono>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "scenarios/engine/format/case_reader.hpp"
#include "scenarios/engine/format/model.hpp"

namespace wsrig::engine {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

std::string with_case(std::string_view lines) {
  return "wsrig: 1\nsuite: s/t\ncases:\n  - id: c\n    must: RFC 6455 §5.4\n" + std::string(lines) +
         "    steps: |\n      > ping\n";
}
ScenarioFile load(const std::string& text) { return load_scenario("f.yaml", text).value(); }
Case load_case(std::string_view lines) { return load(with_case(lines)).cases.front(); }

std::string first_mistake(const std::string& text) {
  const auto file = load_scenario("f.yaml", text);
  if (file) return "no mistake";
  return std::to_string(file.error().line) + ":" + std::to_string(file.error().column) + ": " +
         file.error().message;
}

TEST(Scenario, a_case_has_its_defaults) {
  const ScenarioFile file = load(with_case(""));
  const Case& one = file.cases.front();
  EXPECT_EQ(file.suite, "s/t");
  EXPECT_EQ(one.id, "c");
  EXPECT_EQ(one.level, report::Level::must);
  EXPECT_EQ(one.section, "RFC 6455 §5.4");
  EXPECT_EQ(one.subject, SubjectKind::endpoint);
  EXPECT_EQ(one.combinations, (std::vector<Variables>{{}}));
  EXPECT_EQ(one.within, std::nullopt);
  EXPECT_EQ(one.target, std::nullopt);
  EXPECT_FALSE(one.manual_handshake);
  EXPECT_TRUE(one.prove_alive);
  EXPECT_TRUE(one.must_close);
  EXPECT_EQ(one.line, 4u);
  EXPECT_EQ(one.steps_text, "> ping\n");
  EXPECT_EQ(one.script.steps.front().place.line, 7u);
}

TEST(Scenario, a_case_with_everything) {
  const Case one = load_case(
      "    alias: [a-1, a-2]\n    about: It works.\n    subject: server\n    tags: slow\n    needs: [echo, "
      "deflate]\n"
      "    offer: { subprotocols: [x, y], extensions: permessage-deflate }\n"
      "    headers: { Origin: \"${origin}\", Cookie: [a=1, b=2] }\n    target: /chat?x=1\n    within: "
      "1500ms\n"
      "    handshake: manual\n    alive: false\n    closing: false\n    tls: { insecure: true, server_name: "
      "name }\n");
  EXPECT_THAT(one.aliases, ElementsAre("a-1", "a-2"));
  EXPECT_EQ(one.about, "It works.");
  EXPECT_EQ(one.subject, SubjectKind::server);
  EXPECT_THAT(one.tags, ElementsAre("slow"));
  EXPECT_THAT(one.needs, ElementsAre("echo", "deflate"));
  EXPECT_THAT(one.offer.subprotocols, ElementsAre("x", "y"));
  EXPECT_EQ(one.offer.extensions, "permessage-deflate");
  EXPECT_THAT(one.headers, ElementsAre(std::pair("Origin", "${origin}"), std::pair("Cookie", "a=1"),
                                       std::pair("Cookie", "b=2")));
  EXPECT_EQ(one.target, "/chat?x=1");
  EXPECT_EQ(one.within, 1500ms);
  EXPECT_TRUE(one.manual_handshake);
  EXPECT_FALSE(one.prove_alive);
  EXPECT_FALSE(one.must_close);
  EXPECT_TRUE(one.tls.insecure);
  EXPECT_EQ(one.tls.server_name, "name");
}

TEST(Scenario, a_cases_tls_stands_on_the_files) {
  const std::string text = with_case("    tls: { server_name: other }\n");
  const ScenarioFile file = load("tls: { ca_file: ca.pem, server_name: one }\n" + text);
  EXPECT_EQ(file.cases[0].tls.ca_file, "ca.pem");
  EXPECT_EQ(file.cases[0].tls.server_name, "other");
  EXPECT_EQ(file.tls.server_name, "one");
}

TEST(Scenario, an_http_step_makes_the_handshake_manual) {
  const std::string head = "wsrig: 1\nsuite: s\ncases:\n  - id: c\n    must: RFC 6455 §4.1\n";
  const std::string steps = "    steps: |\n      > http \"x\"\n";
  EXPECT_TRUE(load(head + steps).cases[0].manual_handshake);
  EXPECT_EQ(first_mistake(head + "    handshake: auto\n" + steps),
            "6:16: the steps have their own request ('> http'): handshake is manual");
}

TEST(Scenario, levels) {
  for (const auto& [word, level] :
       {std::pair("must", report::Level::must), std::pair("should", report::Level::should),
        std::pair("may", report::Level::may), std::pair("contested", report::Level::contested)}) {
    const auto file = load("wsrig: 1\nsuite: s\ncases:\n  - id: c\n    " + std::string(word) +
                           ": X\n    steps: |\n      > ping\n");
    EXPECT_EQ(file.cases[0].level, level);
    EXPECT_EQ(file.cases[0].section, "X");
  }
}

TEST(Scenario, services_in_order_of_need) {
  const ScenarioFile file = load(
      "services:\n"
      "  proxy: { use: proxy, args: [\"--route\", \"/=ws://${echo.address}/\"], needs: [echo] }\n"
      "  echo: { use: echo, listen: wss, ready: { log: \"^ready\", timeout: 5s } }\n"
      "  other: { exec: [server, \"${env:HOME}\"], env: { A: b }, ready: { port: \"127.0.0.1:80\" } }\n"
      "  there: { url: \"ws://example.org/\" }\n" +
      with_case(""));
  std::vector<std::string> names;
  for (const Service& service : file.services) names.push_back(service.name);
  EXPECT_THAT(names, ElementsAre("echo", "proxy", "other", "there"));
  EXPECT_EQ(file.services[0].listen, "wss");
  EXPECT_EQ(file.services[0].ready.kind, Ready::Kind::log);
  EXPECT_EQ(file.services[0].ready.timeout, 5s);
  EXPECT_EQ(file.services[1].args[1], "/=ws://${echo.address}/");
  EXPECT_EQ(file.services[2].env.at("A"), "b");
  EXPECT_EQ(file.services[2].ready.timeout, 10s);
  EXPECT_EQ(file.services[3].url, "ws://example.org/");
}

TEST(Scenario, steps_are_placed_whatever_their_block_looks_like) {
  for (const char* block :
       {"    steps: |\n      > pin\n", "    steps: |2\n      > pin\n",
        "    steps: |-  # comment\n      > pin\n", "    steps: |+\n\n\n      > pin\n\n"}) {
    const std::string text = "wsrig: 1\nsuite: s\ncases:\n  - id: c\n    must: X\n" + std::string(block);
    const auto wrong = load_scenario("f.yaml", text).error();
    EXPECT_EQ(wrong.source_line, "      > pin") << block;
    EXPECT_EQ(wrong.column, 9u) << block;
  }
}

TEST(Scenario, a_file_with_crlf) {
  std::string text;
  for (const char c : with_case("    for: { a: [x] }\n"))
    text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(load(text).cases[0].script.steps.size(), 1u);
  EXPECT_EQ(first_mistake(text + "      > pin\r\n"),
            "9:9: unknown frame kind 'pin'; one of text, binary, cont, ping, pong, close, op");
}

TEST(Scenario, captured_and_given_values_are_not_checked_before_the_run) {
  EXPECT_THAT(
      check_scenario(
          "f", "services: { echo: { use: echo } }\n" +
                   with_case("    steps: |\n").substr(0, with_case("").find("    steps")) +
                   "    steps: |\n      < text /(?<cut>.*)/\n      > text \"${echo.address}\" cut=${cut}\n"
                   "      > text \"${key}${host}${env:HOME}${file:/etc/hostname}\"\n      < text ${sent}\n"),
      IsEmpty());
}

TEST(Scenario, every_combination_is_checked_and_no_more_than_needed) {
  std::string values = "[0B";
  for (int i = 1; i < 300; ++i) values += ", " + std::to_string(i) + "B";
  values += "]";
  const std::string text = "wsrig: 1\nsuite: s\ncases:\n  - id: c\n    must: X\n    for: { a: " + values +
                           ", b: " + values + " }\n    steps: |\n      > text cut=${a} frag=2B\n";
  const auto found = check_scenario("f", text);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].hint, "with a=0B");
}

TEST(Scenario, combinations_are_bounded) {
  std::string values = "[v0";
  for (int i = 1; i < 400; ++i) values += ", v" + std::to_string(i);
  values += "]";
  EXPECT_EQ(first_mistake(with_case("    for: { a: " + values + ", b: " + values + " }\n")),
            "6:" + std::to_string(values.size() + 17) + ": more than 100000 combinations");
}

TEST(Scenario, hostile_yaml_is_refused_quickly) {
  const std::size_t size = 2'000'000;
  for (const std::string& text :
       {std::string(size, '['), std::string(size, '{'), std::string(size, '-'), std::string(size, '&'),
        std::string(size, '\n'), std::string(size, '"'), std::string(size, '|'), std::string(size, ':'),
        std::string(size, ' ') + "x", std::string(size, '\t'), std::string(max_combinations, '?')}) {
    EXPECT_THAT(check_scenario("f", text), testing::Not(IsEmpty())) << text.substr(0, 3);
  }
  std::string deep, keys, anchors;
  for (int i = 0; i < 5'000; ++i) deep += std::string(static_cast<std::size_t>(i % 200), ' ') + "- \n";
  for (int i = 0; i < 100'000; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  for (int i = 0; i < 10'000; ++i) anchors += "- &a" + std::to_string(i) + " [*a0, *a0]\n";
  for (const std::string& text : {deep, keys, anchors})
    EXPECT_THAT(check_scenario("f", text), testing::Not(IsEmpty()));
  EXPECT_EQ(first_mistake(std::string(5u << 20, 'a')), "0:0: the file is larger than 4MiB");
}

TEST(Scenario, findings_are_bounded_and_in_order) {
  std::string text = "wsrig: 1\nsuite: s\ncases:\n  - id: c\n    must: X\n    steps: |\n";
  for (int i = 0; i < 1000; ++i) text += "      > text \"${x" + std::to_string(i) + "}\"\n";
  const auto found = check_scenario("f", text);
  EXPECT_EQ(found.size(), 100u);
  for (std::size_t i = 1; i < found.size(); ++i) EXPECT_LT(found[i - 1].line, found[i].line);
}

TEST(Slug, has_a_letter) {
  for (const char* good : {"a", "5.4-fragmentation", "u_1", "1a"}) EXPECT_TRUE(is_slug(good)) << good;
  for (const char* bad : {"", "1", "5.4", "A", "a b", "a/b", "é", "a[1]"}) EXPECT_FALSE(is_slug(bad)) << bad;
}

}  // namespace
}  // namespace wsrig::engine
