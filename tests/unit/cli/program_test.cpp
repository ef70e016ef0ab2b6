#include "cli/program.hpp"

#include <gmock/gmock.h>
#include <stdexcept>

#include "cli/option_value.hpp"
#include "tests/unit/cli/sample_command.hpp"

namespace wsrig::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Outcome {
  int code = 0;
  std::string out, err;
};

/// Calls `run(argc, argv)` with these words and keeps what it prints.
template <class Run>
Outcome outcome(std::vector<std::string> words, const Run& run) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Outcome result;
  result.code = run(static_cast<int>(argv.size()), argv.data());
  result.out = testing::internal::GetCapturedStdout();
  result.err = testing::internal::GetCapturedStderr();
  return result;
}

Outcome run_one(std::vector<std::string> words, const std::function<diag::Result<int>(const Values&)>& body) {
  words.insert(words.begin(), "rig");
  return outcome(words, [&](int argc, char** argv) {
    return run_program(Program{.command = test::sample_command(), .run = body}, argc, argv);
  });
}

Outcome run_kit(std::vector<std::string> words) {
  const std::vector<Command> commands = test::sample_program();
  const std::vector<Program> subcommands{
      {.command = commands[1], .run = [](const Values& v) { return v.text("seed") == "7" ? 0 : 1; }},
      {.command = {.program = "kit raw", .positionals = {{.name = "ARGUMENT", .repeatable = true}}},
       .run = [](const Values& v) { return static_cast<int>(v.positionals().size()); },
       .takes_raw_arguments = true}};
  words.insert(words.begin(), "kit");
  return outcome(words,
                 [&](int argc, char** argv) { return run_program(commands[0], subcommands, argc, argv); });
}

diag::Result<int> succeed(const Values&) { return exit_code::ok; }

TEST(Program, answers_what_every_command_understands) {
  EXPECT_THAT(run_one({"--help"}, succeed).out, StartsWith("rig: tests things\n"));
  EXPECT_EQ(run_one({"--version"}, succeed).out, "rig " + version_number() + "\n");
  EXPECT_THAT(run_one({"--generate", "bash"}, succeed).out, StartsWith("# bash completion for rig\n"));
  EXPECT_THAT(run_one({"--generate=man"}, succeed).out, HasSubstr(".TH RIG 1"));
  EXPECT_THAT(run_one({"--generate=zsh"}, succeed).out, StartsWith("#compdef rig\n"));
  EXPECT_THAT(run_one({"--generate=fish"}, succeed).out, StartsWith("# fish completion for rig\n"));
  EXPECT_EQ(run_one({"--help"}, succeed).code, 0);
}

TEST(Program, a_wrong_option_is_one_line_and_exit_code_2) {
  const Outcome wrong = run_one({"u", "--lisen=x"}, succeed);
  EXPECT_EQ(wrong.code, 2);
  EXPECT_EQ(wrong.err, "rig: unknown option '--lisen'; did you mean '--listen'?\n");
  EXPECT_EQ(wrong.out, "");
}

TEST(Program, colours_are_honoured_by_every_command) {
  EXPECT_THAT(run_one({"--help", "--color=always"}, succeed).out, HasSubstr("\x1b[1mOptions:\x1b[0m"));
  EXPECT_THAT(run_kit({"--help", "--color=always"}).out, HasSubstr("\x1b[1mCommands:\x1b[0m"));
  const auto refuse = [](const Values&) { return diag::Diagnostic{.message = "no"}; };
  EXPECT_EQ(run_one({"u", "--color=always"}, refuse).err, "\x1b[1;31mrig:\x1b[0m no\n");
}

TEST(Program, what_the_body_returns_is_the_exit_code) {
  EXPECT_EQ(run_one({"u"}, [](const Values&) { return 3; }).code, 3);
}

TEST(Program, a_mistake_found_by_the_body_is_printed) {
  const Outcome plain = run_one({"u"}, [](const Values&) { return diag::Diagnostic{.message = "no"}; });
  EXPECT_EQ(plain.code, 2);
  EXPECT_EQ(plain.err, "rig: no\n");
  const Outcome placed = run_one({"u"}, [](const Values&) {
    return diag::Source("a.yaml", "pin\n").at(0, 3, "unknown frame kind 'pin'");
  });
  EXPECT_THAT(placed.err, StartsWith("a.yaml:1:1: unknown frame kind 'pin'\n"));
}

TEST(Program, an_exception_is_a_bug) {
  const Outcome bug =
      run_one({"u"}, [](const Values&) -> diag::Result<int> { throw std::logic_error("oops"); });
  EXPECT_EQ(bug.code, 4);
  EXPECT_EQ(bug.err, "rig: internal error: oops\n");
}

TEST(Program, the_first_argument_chooses_the_command) {
  EXPECT_EQ(run_kit({"run", "--seed", "7"}).code, 0);
  EXPECT_EQ(run_kit({"run"}).code, 1);
  EXPECT_EQ(run_kit({"raw", "--help", "-x", "--", "y"}).code, 4) << "handed on unread";
  EXPECT_THAT(run_kit({"run", "--help"}).out, StartsWith("kit run: runs scenarios"));
  EXPECT_THAT(run_kit({"--help"}).out, HasSubstr("Commands:\n"));
}

TEST(Program, no_command_or_an_unknown_one_is_bad_usage) {
  EXPECT_EQ(run_kit({"rum"}).err, "kit: unknown command 'rum'; did you mean 'run'?\n");
  EXPECT_EQ(run_kit({"xxxxxxxx"}).err, "kit: unknown command 'xxxxxxxx'; one of run, raw\n");
  EXPECT_EQ(run_kit({"rum"}).code, 2);
  const Outcome none = run_kit({});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("Commands:\n"));
}

Values with(const std::string& argument) {
  return parse(test::sample_command(), {"u", argument}, [](const std::string&) { return std::nullopt; })
      .value();
}

TEST(OptionValue, numbers_within_their_range) {
  EXPECT_EQ(number_option(with("-j3"), "jobs").value(), 3u);
  EXPECT_EQ(number_option(with("-j18446744073709551615"), "jobs").value(), UINT64_MAX);
  for (const char* wrong : {"0", "11", "x", "3x", "-1", " 3", "18446744073709551616"}) {
    const auto result = number_option(with("-j" + std::string{wrong}), "jobs", 1, 10);
    ASSERT_FALSE(result) << wrong;
    EXPECT_EQ(
        result.error().message,
        "'" + std::string{wrong} + "' is not a value of '--jobs', which takes a whole number from 1 to 10");
  }
}

TEST(OptionValue, sizes_and_durations_have_units) {
  EXPECT_EQ(size_option(with("--max-message=2KiB"), "max-message").value(), 2048u);
  EXPECT_EQ(duration_option(with("--max-message=30s"), "max-message").value(), std::chrono::seconds{30});
  EXPECT_EQ(size_option(with("--max-message=2"), "max-message").error().message,
            "'2' is not a value of '--max-message', which takes a size with its unit, such as 512B, 64KiB or "
            "16MiB");
  EXPECT_EQ(duration_option(with("--max-message=2"), "max-message").error().message,
            "'2' is not a value of '--max-message', which takes a duration with its unit, such as 200ms, 30s "
            "or 2m");
}

}  // namespace
}  // namespace wsrig::cli
