#include "scenarios/engine/run/case_plan.hpp"

#include <gtest/gtest.h>

namespace wsrig::engine {
namespace {

/// A case with these steps, as an instance.
struct Fixture {
  explicit Fixture(const std::string& steps) {
    static const diag::Source source("test", "");
    definition.script = parse_script(steps, {.file = &source}).value();
    instance.definition = &definition;
    settings.subject.url = *net::parse_url("ws://127.0.0.1:9001/chat");
  }
  std::vector<std::string> body() const { return texts(plan_body(settings, instance)); }
  static std::vector<std::string> texts(const std::vector<Task>& tasks) {
    std::vector<std::string> result;
    for (const auto& task : tasks) result.push_back(task.step.place.text);
    return result;
  }

  Case definition;
  CaseInstance instance;
  CaseSettings settings;
};

using Texts = std::vector<std::string>;

TEST(CasePlan, opening_shakes_hands_and_proves_life) {
  Fixture fixture("> text \"x\"");
  const auto tasks = plan_opening(fixture.settings, fixture.instance, "", "key", "alive?");
  ASSERT_EQ(tasks.size(), 5U);
  EXPECT_EQ(tasks[0].stage, Stage::handshake);
  EXPECT_EQ(tasks[2].stage, Stage::handshake);
  EXPECT_EQ(tasks[3].stage, Stage::proof);
  EXPECT_EQ(tasks[4].step.place.text, "< text \"alive?\"");
}

TEST(CasePlan, opening_of_a_manual_handshake_only_connects) {
  Fixture fixture("> http \"GET / HTTP/1.1\\r\\n\\r\\n\"");
  fixture.definition.manual_handshake = true;
  EXPECT_EQ(plan_opening(fixture.settings, fixture.instance, "", "key", "alive?").size(), 1U);
}

TEST(CasePlan, ping_oracle_proves_life_by_ping_and_passive_not_at_all) {
  Fixture fixture("> text \"x\"");
  fixture.settings.subject.oracle.kind = Oracle::Kind::ping;
  EXPECT_EQ(plan_opening(fixture.settings, fixture.instance, "", "key", "n").back().step.place.text,
            "< pong \"n\"");
  fixture.settings.subject.oracle.kind = Oracle::Kind::passive;
  EXPECT_EQ(plan_opening(fixture.settings, fixture.instance, "", "key", "n").size(), 3U);
}

TEST(CasePlan, echo_runs_the_steps_as_they_are) {
  Fixture fixture("> text \"x\"\n< text \"x\"\n| close 1009\n> close 1000");
  EXPECT_EQ(fixture.body().size(), 3U);
}

TEST(CasePlan, without_echo_an_awaited_echo_becomes_a_ping) {
  Fixture fixture("> text \"x\"\n< text \"x\"\n| close 1009\n< pong \"y\"");
  fixture.settings.subject.oracle.kind = Oracle::Kind::ping;
  const auto tasks = plan_body(fixture.settings, fixture.instance);
  ASSERT_EQ(tasks.size(), 4U);
  EXPECT_TRUE(std::holds_alternative<SendFrame>(tasks[1].step.action));
  const auto& expect = std::get<Expect>(tasks[2].step.action);
  EXPECT_TRUE(std::holds_alternative<ExpectPong>(expect.alternatives[0].pattern));
  EXPECT_TRUE(std::holds_alternative<ExpectClose>(expect.alternatives[1].pattern));
}

TEST(CasePlan, passive_leaves_out_what_only_an_echo_could_show) {
  Fixture fixture("> text \"x\"\n< text \"x\"\n< close 1000");
  fixture.settings.subject.oracle.kind = Oracle::Kind::passive;
  EXPECT_EQ(fixture.body(), (Texts{"> text \"x\"", "< close 1000"}));
}

TEST(CasePlan, closing_does_what_is_left) {
  EXPECT_EQ(plan_closing("", {}).size(), 3U);
  EXPECT_EQ(Fixture::texts(plan_closing("", {.close_sent = true})), (Texts{"< close 1000", "< eof"}));
  EXPECT_EQ(Fixture::texts(plan_closing("", {.close_received = true})), (Texts{"< eof"}));
  EXPECT_EQ(Fixture::texts(plan_closing("", {.shut_down = true})), (Texts{"< eof"}));
}

TEST(CasePlan, the_handshake_takes_variables_from_the_file_only) {
  Fixture fixture("> text \"x\"");
  fixture.definition.headers = {{"X-Room", "room ${room}"}};
  fixture.settings.subject.headers = {{"X-Literal", "${room}"}};
  const auto tasks = plan_opening(fixture.settings, fixture.instance, "", "key", std::nullopt);
  ws::Scope scope;
  scope.lookup = [](std::string_view) { return std::optional<std::string>("17"); };
  const std::string request = ws::evaluate(std::get<SendHttp>(tasks.at(1).step.action).text, scope).value();
  EXPECT_NE(request.find("X-Room: room 17\r\n"), std::string::npos) << request;
  EXPECT_NE(request.find("X-Literal: ${room}\r\n"), std::string::npos) << request;
}

TEST(CasePlan, cases_for_other_subjects_are_not_run_on_a_server) {
  Fixture fixture("> text \"x\"");
  fixture.definition.subject = SubjectKind::client;
  EXPECT_TRUE(missing_capability(fixture.settings, fixture.instance));
}

TEST(CasePlan, a_proxy_case_opens_both_ends_and_proves_the_way) {
  Fixture fixture("client > text \"x\"\nbackend < text \"x\"");
  fixture.definition.subject = SubjectKind::proxy;
  const auto key_of = [](const std::string& client) { return client + "-key"; };
  const auto tasks = plan_proxy_opening(fixture.settings, fixture.instance, key_of, "n");
  ASSERT_EQ(tasks.size(), 9U);
  EXPECT_EQ(tasks[2].step.place.text, "< http GET");
  EXPECT_EQ(tasks[2].step.connection, "backend");
  EXPECT_EQ(tasks[4].step.connection, "client");
  EXPECT_EQ(tasks[8].step.place.text, "< text \"n\"");
  fixture.definition.manual_handshake = true;
  EXPECT_EQ(plan_proxy_opening(fixture.settings, fixture.instance, key_of, "n").size(), 1U);
}

TEST(CasePlan, a_raw_backend_sees_octets) {
  Fixture fixture("client > text \"x\"\nbackend < raw \"x\"");
  fixture.definition.subject = SubjectKind::proxy;
  fixture.definition.backend = BackendKind::tcp;
  const auto key_of = [](const std::string&) { return std::string("key"); };
  EXPECT_EQ(plan_proxy_opening(fixture.settings, fixture.instance, key_of, "n").at(4).step.place.text,
            "< raw \"n\"");
  EXPECT_EQ(plan_proxy_closing("client", "backend", true).size(), 5U);
}

TEST(CasePlan, missing_capabilities) {
  Fixture fixture("> text \"x\"");
  fixture.definition.needs = {"echo", "deflate"};
  EXPECT_FALSE(missing_capability(fixture.settings, fixture.instance));
  fixture.settings.subject.deflate = false;
  EXPECT_EQ(missing_capability(fixture.settings, fixture.instance), "deflate");
  fixture.settings.subject.oracle.kind = Oracle::Kind::ping;
  EXPECT_EQ(missing_capability(fixture.settings, fixture.instance), "echo");
  fixture.definition.needs = {"tls"};
  EXPECT_EQ(missing_capability(fixture.settings, fixture.instance), "tls");
}

}  // namespace
}  // namespace wsrig::engine
