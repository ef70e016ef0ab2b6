// Keeps the schema for editors and the reference for users in step with the reader.
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <set>
#include <string>

#include <boost/json.hpp>

#include "scenarios/engine/format/model.hpp"
#include "scenarios/engine/format/scenario_keys.hpp"

namespace wsrig::engine {
namespace {

namespace json = boost::json;

const json::object& definition(const json::value& root, const char* name) {
  return root.at("definitions").at(name).as_object();
}

std::set<std::string> properties(const json::object& object) {
  std::set<std::string> names;
  for (const auto& member : object.at("properties").as_object()) names.insert(std::string(member.key()));
  return names;
}
std::set<std::string> words(const json::array& list) {
  std::set<std::string> found;
  for (const auto& word : list) found.insert(std::string(word.as_string()));
  return found;
}
template <class Words>
std::set<std::string> words(const Words& list) {
  return {list.begin(), list.end()};
}

TEST(Schema, has_the_keys_that_are_read) {
  const json::value root = json::parse(schema());
  EXPECT_EQ(properties(root.as_object()), words(keys::file));
  EXPECT_EQ(properties(definition(root, "case")), words(keys::scenario_case));
  EXPECT_EQ(properties(definition(root, "decode")), words(keys::decode));
  EXPECT_EQ(properties(definition(root, "case").at("properties").at("capture").as_object()),
            words(keys::capture));
  EXPECT_EQ(properties(definition(root, "service")), words(keys::service));
  EXPECT_EQ(properties(definition(root, "tls")), words(keys::tls));
  EXPECT_EQ(properties(definition(root, "offer")), words(keys::offer));
  EXPECT_EQ(properties(definition(root, "load")), words(keys::load));
  EXPECT_EQ(properties(definition(root, "mix")), words(keys::mix));
  EXPECT_EQ(properties(definition(root, "broken")), words(keys::broken));
  EXPECT_EQ(properties(definition(root, "phase")), words(keys::phase));
  EXPECT_EQ(properties(definition(root, "service").at("properties").at("ready").as_object()),
            words(keys::ready));
}

TEST(Schema, has_the_words_that_are_read) {
  const json::value root = json::parse(schema());
  const auto& one = definition(root, "case").at("properties");
  const auto& service = definition(root, "service").at("properties");
  EXPECT_EQ(words(definition(root, "capability").at("enum").as_array()), words(keys::capabilities));
  EXPECT_EQ(words(one.at("subject").at("enum").as_array()), words(keys::subjects));
  EXPECT_EQ(words(one.at("backend").at("enum").as_array()), words(keys::backends));
  EXPECT_EQ(words(one.at("handshake").at("enum").as_array()), words(keys::handshakes));
  const auto& phase = definition(root, "phase").at("properties");
  EXPECT_EQ(words(phase.at("model").at("enum").as_array()), words(keys::models));
  EXPECT_EQ(words(definition(root, "mix").at("properties").at("message").at("enum").as_array()),
            words(keys::messages));
  EXPECT_EQ(words(definition(root, "load").at("properties").at("end").at("enum").as_array()),
            words(keys::endings));
  EXPECT_EQ(words(service.at("use").at("enum").as_array()), words(keys::programs));
  EXPECT_EQ(words(service.at("listen").at("enum").as_array()), words(keys::listen_schemes));
}

std::string readme() {
  std::ifstream stream(README);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The blocks of the reference that begin with ```WORD, with the line they begin in.
std::vector<std::pair<std::size_t, std::string>> blocks(const std::string& text, const std::string& word) {
  std::vector<std::pair<std::size_t, std::string>> found;
  const std::string fence = "```" + word + "\n";
  for (std::size_t begin = text.find(fence); begin != std::string::npos;
       begin = text.find(fence, begin + 1)) {
    const std::size_t from = begin + fence.size();
    const auto line = static_cast<std::size_t>(
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(from), '\n'));
    found.emplace_back(line, text.substr(from, text.find("```", from) - from));
  }
  return found;
}

TEST(Readme, its_scenarios_are_right) {
  const auto found = blocks(readme(), "yaml");
  ASSERT_GE(found.size(), 3u);
  for (const auto& [line, block] : found) {
    for (const auto& wrong : check_scenario("scenarios/README.md", block)) {
      ADD_FAILURE() << "in the block at line " << line << ":\n" << diag::render(wrong);
    }
  }
}

TEST(Readme, its_steps_are_right) {
  const auto found = blocks(readme(), "wsrig");
  ASSERT_GE(found.size(), 5u);
  for (const auto& [line, block] : found) {
    const auto script = parse_script(block, {});
    if (!script) ADD_FAILURE() << "in the block at line " << line << ":\n" << diag::render(script.error());
  }
}

TEST(Readme, names_every_key) {
  const std::string text = readme();
  const auto expect_all = [&](const auto& list) {
    for (const auto word : list) EXPECT_NE(text.find("`" + std::string(word)), std::string::npos) << word;
  };
  expect_all(keys::file), expect_all(keys::scenario_case), expect_all(keys::service), expect_all(keys::tls);
  expect_all(keys::decode), expect_all(keys::capture);
  expect_all(keys::capabilities), expect_all(keys::ready), expect_all(keys::offer);
  expect_all(keys::load), expect_all(keys::mix), expect_all(keys::broken), expect_all(keys::phase);
  expect_all(keys::models), expect_all(keys::messages);
}

}  // namespace
}  // namespace wsrig::engine
