#include "scenarios/engine/run/services.hpp"

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>

namespace wsrig::engine {
namespace {

Service service(const std::string& name, std::vector<std::string> needs) {
  Service one;
  one.name = name;
  one.needs = std::move(needs);
  return one;
}

std::vector<std::string> names(const std::vector<Service>& services) {
  std::vector<std::string> result;
  for (const auto& one : services) result.push_back(one.name);
  return result;
}

Service shell(const std::string& name, const std::string& script, Ready::Kind kind,
              const std::string& value) {
  Service one;
  one.name = name;
  one.exec = {"sh", "-c", script};
  one.ready = {.kind = kind, .value = value, .timeout = std::chrono::milliseconds(2000)};
  return one;
}

/// Starts services, stops them, and returns what start said.
std::string start_and_stop(std::vector<Service> services, Variables* variables = nullptr) {
  net::Loop loop;
  ServiceSet set(loop, std::move(services));
  std::string said;
  set.start([&](std::string error) {
    said = std::move(error);
    if (variables != nullptr) *variables = set.variables();
    set.stop([&] { loop.stop(); });
  });
  loop.run();
  return said;
}

TEST(OrderOfNeed, needs_come_first) {
  const auto ordered =
      order_of_need({service("proxy", {"echo", "auth"}), service("auth", {"echo"}), service("echo", {})});
  EXPECT_EQ(names(*ordered), (std::vector<std::string>{"echo", "auth", "proxy"}));
}

TEST(OrderOfNeed, cycles_and_unknown_names_are_told) {
  EXPECT_FALSE(order_of_need({service("a", {"b"}), service("b", {"a"})}));
  EXPECT_FALSE(order_of_need({service("a", {"nobody"})}));
}

TEST(ServiceSet, ready_by_log) {
  EXPECT_EQ(start_and_stop({shell("one", "echo up and running; sleep 100", Ready::Kind::log, "running$")}),
            "");
}

TEST(ServiceSet, one_that_ends_early_is_told_with_its_last_line) {
  const auto said = start_and_stop({shell("one", "echo no such config; exit 3", Ready::Kind::log, "never")});
  EXPECT_NE(said.find("'one' ended with exit status 3"), std::string::npos) << said;
  EXPECT_NE(said.find("no such config"), std::string::npos) << said;
}

TEST(ServiceSet, one_that_is_never_ready_is_told) {
  auto slow = shell("one", "sleep 100", Ready::Kind::log, "never");
  slow.ready.timeout = std::chrono::milliseconds(100);
  EXPECT_NE(start_and_stop({slow}).find("not ready in time"), std::string::npos);
}

TEST(ServiceSet, a_missing_program_is_told) {
  Service missing;
  missing.name = "one";
  missing.exec = {"/nowhere/program"};
  EXPECT_NE(start_and_stop({missing}).find("No such file"), std::string::npos);
}

TEST(ServiceSet, exec_gets_a_free_port_and_is_ready_when_it_listens) {
  Service one;
  one.name = "web";
  one.exec = {"/usr/bin/python3", "-m", "http.server", "--bind", "127.0.0.1", "${web.port}"};
  one.ready = {
      .kind = Ready::Kind::http, .value = "http://${web.address}/", .timeout = std::chrono::seconds(20)};
  Variables variables;
  EXPECT_EQ(start_and_stop({one}, &variables), "");
  ASSERT_EQ(variables.size(), 4U);
  EXPECT_TRUE(variables[1].second.starts_with("127.0.0.1:")) << variables[1].second;
}

TEST(ServiceSet, files_are_written_with_their_values_and_taken_away) {
  Service one =
      shell("one", "cat ${one.folder}/conf; sleep 100", Ready::Kind::log, "^listen 127.0.0.1:\\d+$");
  one.files["conf"] = "listen ${one.address}\n";
  Variables variables;
  EXPECT_EQ(start_and_stop({one}, &variables), "");
  const auto folder = std::find_if(variables.begin(), variables.end(),
                                   [](const auto& variable) { return variable.first == "one.folder"; });
  ASSERT_NE(folder, variables.end());
  EXPECT_FALSE(std::filesystem::exists(folder->second));
}

TEST(ServiceSet, the_subject_uses_our_program_or_has_its_name) {
  Service named = service("proxy", {});
  Service ours = service("mine", {});
  std::vector<Service> services{named, ours};
  EXPECT_EQ(find_subject(services, "proxy")->name, "proxy");
  services[1].use = "proxy";
  EXPECT_EQ(find_subject(services, "proxy")->name, "mine");
  EXPECT_EQ(find_subject(services, "echo"), services.end());
}

}  // namespace
}  // namespace wsrig::engine
