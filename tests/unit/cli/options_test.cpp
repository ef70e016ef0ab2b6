#include "cli/options.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <map>
#include <unistd.h>

#include "cli/option_value.hpp"
#include "tests/unit/cli/sample_command.hpp"

namespace wsrig::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Arguments = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

diag::Result<Values> read(const Arguments& arguments, const Variables& variables = {}) {
  return parse(test::sample_command(), arguments, [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  });
}

/// Options in front of the URL that the sample command requires.
Values values(Arguments arguments, const Variables& variables = {}) {
  arguments.emplace_back("ws://h");
  return read(std::move(arguments), variables).value();
}

struct Said {
  std::string message, hint;
};
Said mistake(Arguments arguments, const Variables& variables = {}) {
  const auto result = read(std::move(arguments), variables);
  if (result) return {"no mistake", ""};
  return {result.error().message, result.error().hint};
}

/// A file that lives as long as a test.
class ConfigFile {
 public:
  explicit ConfigFile(const std::string& text) { std::ofstream(path_) << text; }
  ~ConfigFile() { std::filesystem::remove(path_); }
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_ = testing::TempDir() + "wsrig-options-" + std::to_string(getpid()) + ".conf";
};

TEST(Options, every_way_to_write_a_value) {
  EXPECT_EQ(values({"--jobs=3"}).text("jobs"), "3");
  EXPECT_EQ(values({"--jobs", "3"}).text("jobs"), "3");
  EXPECT_EQ(values({"-j3"}).text("jobs"), "3");
  EXPECT_EQ(values({"-j", "3"}).text("jobs"), "3");
  EXPECT_EQ(values({"-sj3"}).text("jobs"), "3");
  EXPECT_EQ(values({"--jobs=a=b"}).text("jobs"), "a=b");
  EXPECT_EQ(values({"--jobs", "-3"}).text("jobs"), "-3");
}

TEST(Options, a_value_that_is_not_given_is_the_default_or_absent) {
  const Values defaults = values({});
  EXPECT_EQ(defaults.text("jobs"), "8");
  EXPECT_TRUE(defaults.has("jobs"));
  EXPECT_FALSE(defaults.given("jobs"));
  EXPECT_FALSE(defaults.has("listen"));
  EXPECT_THAT(defaults.list("listen"), IsEmpty());
  EXPECT_EQ(defaults.text("listen"), "");
  EXPECT_FALSE(defaults.flag("strict"));
}

TEST(Options, flags_and_repeated_options) {
  const Values given = values({"-s", "--no-deflate", "--listen", "a", "--listen=b", "-j1", "-j2"});
  EXPECT_TRUE(given.flag("strict"));
  EXPECT_TRUE(given.flag("no-deflate"));
  EXPECT_THAT(given.list("listen"), ElementsAre("a", "b"));
  EXPECT_EQ(given.text("jobs"), "2") << "the last one counts";
}

TEST(Options, two_dashes_end_the_options) {
  EXPECT_THAT(read({"-s", "a", "--", "--jobs", "-x"}).value().positionals(),
              ElementsAre("a", "--jobs", "-x"));
  EXPECT_THAT(read({"a", "-s", "b"}).value().positionals(), ElementsAre("a", "b"));
}

TEST(Options, the_command_line_is_kept_for_reports) {
  EXPECT_THAT(read({"-s", "u"}).value().argv(), ElementsAre("rig", "-s", "u"));
  const Command run{.program = "kit run", .positionals = {{.name = "PATH"}}};
  const auto values = parse(run, {"x"}, [](const std::string&) { return std::nullopt; });
  EXPECT_THAT(values.value().argv(), ElementsAre("kit", "run", "x"));
}

TEST(Options, an_unknown_option_gets_a_suggestion) {
  EXPECT_EQ(mistake({"--lisen", "x"}).message, "unknown option '--lisen'");
  EXPECT_EQ(mistake({"--lisen=x"}).hint, "did you mean '--listen'?");
  EXPECT_EQ(mistake({"--list"}).message, "unknown option '--list'") << "no abbreviations";
  EXPECT_EQ(mistake({"-x"}).message, "unknown option '-x'");
  EXPECT_EQ(mistake({"--zzzzzzzz"}).hint, "");
}

TEST(Options, words_that_are_hardly_options) {
  EXPECT_EQ(mistake({"--=x"}).message, "unknown option '--=x'");
  EXPECT_EQ(mistake({"--="}).message, "unknown option '--='");
  EXPECT_EQ(mistake({"--lisen="}).message, "unknown option '--lisen'");
  EXPECT_EQ(mistake({"--lisen="}).hint, "did you mean '--listen'?");
  EXPECT_EQ(mistake({"-="}).message, "unknown option '-='");
  EXPECT_EQ(mistake({"---"}).message, "unknown option '---'");
  EXPECT_THAT(read({"-", "--", "--=x"}).value().positionals(), ElementsAre("-", "--=x"));
  EXPECT_THAT(read({"", "a"}).value().positionals(), ElementsAre("", "a"));
}

TEST(Options, a_value_that_is_missing_or_too_much) {
  EXPECT_EQ(mistake({"u", "--listen"}).message, "option '--listen' needs a value: --listen=URL");
  EXPECT_EQ(mistake({"u", "-j"}).message, "option '--jobs' needs a value: --jobs=N");
  EXPECT_EQ(mistake({"u", "--listen="}).message, "option '--listen' needs a value: --listen=URL");
  EXPECT_EQ(mistake({"u", "--listen", "--strict"}).message, "option '--listen' needs a value: --listen=URL");
  EXPECT_EQ(mistake({"u", "--mode"}).message, "option '--mode' needs a value: --mode=echo|sink");
  EXPECT_EQ(mistake({"u", "--strict=yes"}).message, "option '--strict' takes no value");
}

TEST(Options, a_choice_is_one_of_its_values) {
  EXPECT_EQ(values({"--mode", "sink"}).text("mode"), "sink");
  const Said wrong = mistake({"u", "--mode", "sing"});
  EXPECT_EQ(wrong.message, "'sing' is not a value of '--mode', which takes one of echo, sink");
  EXPECT_EQ(wrong.hint, "did you mean 'sink'?");
}

TEST(Options, positionals_that_are_missing_or_too_many) {
  EXPECT_EQ(mistake({}).message, "URL is missing");
  EXPECT_EQ(mistake({}).hint, "'rig --help' tells what it takes");
  EXPECT_THAT(read({"a", "b", "c", "d"}).value().positionals().size(), 4u);
  EXPECT_TRUE(read({"--help"})) << "nothing is required of --help";
  EXPECT_TRUE(read({"--generate", "man"}));
  Command one{.program = "one", .positionals = {{.name = "URL"}}};
  const auto result = parse(one, {"a", "b"}, [](const std::string&) { return std::nullopt; });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "unexpected argument 'b'");
}

TEST(Options, the_environment_stands_behind_the_command_line) {
  const Variables variables{{"WSRIG_JOBS", "2"},     {"WSRIG_MAX_MESSAGE", "1MiB"}, {"WSRIG_LISTEN", "a\nb"},
                            {"WSRIG_STRICT", "yes"}, {"WSRIG_NO_DEFLATE", "0"},     {"WSRIG_MODE", ""}};
  const Values from_environment = values({}, variables);
  EXPECT_EQ(from_environment.text("jobs"), "2");
  EXPECT_TRUE(from_environment.given("jobs"));
  EXPECT_EQ(from_environment.text("max-message"), "1MiB");
  EXPECT_THAT(from_environment.list("listen"), ElementsAre("a", "b"));
  EXPECT_TRUE(from_environment.flag("strict"));
  EXPECT_FALSE(from_environment.flag("no-deflate"));
  EXPECT_EQ(from_environment.text("mode"), "echo") << "an empty variable is not set";
  const Values both = values({"-j5", "--listen=c"}, variables);
  EXPECT_EQ(both.text("jobs"), "5");
  EXPECT_THAT(both.list("listen"), ElementsAre("c"));
}

TEST(Options, a_mistake_in_the_environment_names_the_variable) {
  EXPECT_EQ(mistake({"u"}, {{"WSRIG_MODE", "x"}}).message,
            "WSRIG_MODE: 'x' is not a value of '--mode', which takes one of echo, sink");
  EXPECT_EQ(mistake({"u"}, {{"WSRIG_STRICT", "maybe"}}).message,
            "WSRIG_STRICT: 'maybe' is not a value of the flag '--strict', which takes true or false");
  EXPECT_FALSE(values({}, {{"WSRIG_VERSION", "1.2"}, {"WSRIG_HELP", "1"}}).has("version"))
      << "a version in the environment is somebody else's";
}

TEST(Options, the_config_file_stands_behind_the_environment) {
  const ConfigFile file(
      "# defaults\njobs = 2\n  listen=a\r\nlisten = b c \nstrict\n\nno-deflate = off\nmode=sink\n");
  const Values from_file = values({"--config", file.path()}, {{"WSRIG_JOBS", "3"}});
  EXPECT_EQ(from_file.text("jobs"), "3");
  EXPECT_THAT(from_file.list("listen"), ElementsAre("a", "b c"));
  EXPECT_TRUE(from_file.flag("strict"));
  EXPECT_FALSE(from_file.flag("no-deflate"));
  EXPECT_EQ(from_file.text("mode"), "sink");
  EXPECT_EQ(values({}, {{"WSRIG_CONFIG", file.path()}}).text("jobs"), "2");
}

struct BadLine {
  std::string text, message, hint;
  std::size_t column;
};

TEST(Options, a_mistake_in_the_config_file_has_its_place) {
  const std::vector<BadLine> rows{
      {"  jbs = 2", "unknown option 'jbs'", "did you mean 'jobs'?", 3},
      {"jobs", "option 'jobs' needs a value: jobs = N", "", 1},
      {"mode = sing", "'sing' is not a value of '--mode', which takes one of echo, sink",
       "did you mean 'sink'?", 1},
      {"help", "unknown option 'help'", "", 1},
      {"config = other", "unknown option 'config'", "", 1}};
  for (const BadLine& row : rows) {
    const ConfigFile file("jobs=1\n" + row.text + "\n");
    const auto result = read({"u", "--config", file.path()});
    ASSERT_FALSE(result) << row.text;
    EXPECT_EQ(result.error().file, file.path());
    EXPECT_EQ(result.error().line, 2u);
    EXPECT_EQ(result.error().column, row.column);
    EXPECT_EQ(result.error().message, row.message);
    EXPECT_EQ(result.error().source_line, row.text);
    EXPECT_EQ(result.error().hint == row.hint || row.hint.empty(), true) << result.error().hint;
  }
}

TEST(Options, a_value_from_the_config_file_has_its_place) {
  const ConfigFile file("mode = sink\njobs = many\n");
  const auto jobs = number_option(values({"--config", file.path()}), "jobs");
  ASSERT_FALSE(jobs);
  EXPECT_EQ(diag::render(jobs.error()),
            file.path() +
                ":2:8: 'many' is not a value of '--jobs', which takes a whole number "
                "from 0\n    2 | jobs = many\n      |        ^~~~");
}

/// A program of which one option has sections.
Command with_sections() {
  return {.program = "wsrig-x",
          .options = {{.name = "route",
                       .value = "PATH",
                       .repeatable = true,
                       .section = {{.name = "target", .value = "URL"},
                                   {.name = "mode", .choices = {"tunnel", "inspect"}},
                                   {.name = "insecure"},
                                   {.name = "fault", .value = "FAULT", .repeatable = true}}},
                      {.name = "log", .value = "FORMAT"}}};
}

diag::Result<Values> read_sections(const std::string& text, Arguments arguments = {}) {
  const ConfigFile file(text);
  arguments.insert(arguments.end(), {"--config", file.path()});
  return parse(with_sections(), arguments, [](const std::string&) { return std::nullopt; });
}

TEST(Options, sections_of_the_config_file) {
  const auto read = read_sections(
      "log = json\n[route /a/]\n  target = ws://h:1\nfault = a b\nfault=c\n[ route  x/b ]\ninsecure\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->text("log"), "json");
  EXPECT_TRUE(read->given("route"));
  const auto& sections = read->sections("route");
  ASSERT_EQ(sections.size(), 2u);
  EXPECT_EQ(sections[0].title.text, "/a/");
  std::vector<std::string> settings;
  for (const Setting& setting : sections[0].settings) {
    settings.push_back(setting.name + "=" + setting.value.text);
  }
  EXPECT_THAT(settings, ElementsAre("target=ws://h:1", "fault=a b", "fault=c"));
  EXPECT_EQ(sections[1].title.text, "x/b");
  EXPECT_EQ(sections[1].settings.at(0).value.text, "true");
  const diag::Diagnostic placed = sections[0].settings[0].value.place({.message = "no"});
  EXPECT_EQ(placed.line, 3u);
  EXPECT_EQ(placed.column, 12u);
  EXPECT_EQ(placed.length, 8u);
}

TEST(Options, a_flag_goes_before_sections) {
  const auto read = read_sections("[route /a/]\ntarget = x\n", {"--route", "/b"});
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(read->list("route"), ElementsAre("/b"));
  EXPECT_TRUE(read->sections("route").empty());
}

TEST(Options, mistakes_in_sections) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"[route /a", "a section needs a ']'"},
      {"[]", "unknown section ''; there is route"},
      {"[log x]", "unknown section 'log'; there is route"},
      {"[rout /a]", "unknown section 'rout'; there is route"},
      {"[route]", "the section has no title: [route PATH]"},
      {"[route /a]\nlog = json", "unknown option 'log'"},
      {"[route /a]\nmode = inspct",
       "'inspct' is not a value of '--mode', which takes one of tunnel, inspect"},
      {"[route /a]\ntarget", "option 'target' needs a value: target = URL"},
      {"[route /a]\ntarget = a\ntarget = b", "option 'target' was given above already"},
      {"log = a\nlog = b", "option 'log' was given above already"}};
  for (const auto& [text, message] : rows) {
    const auto read = read_sections(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().message, message) << text;
    EXPECT_EQ(read.error().line, 1u + static_cast<unsigned>(std::ranges::count(text, '\n'))) << text;
  }
}

TEST(Options, a_config_file_that_is_not_there) {
  EXPECT_EQ(mistake({"u", "--config", "/nonexistent/x"}).message,
            "cannot read '/nonexistent/x': No such file or directory");
}

TEST(Options, colours_are_chosen_before_they_are_guessed) {
  setenv("NO_COLOR", "1", 1);
  EXPECT_TRUE(use_color(values({"--color=always"}), STDOUT_FILENO));
  unsetenv("NO_COLOR");
  EXPECT_FALSE(use_color(values({"--color=never"}), STDOUT_FILENO));
}

}  // namespace
}  // namespace wsrig::cli
