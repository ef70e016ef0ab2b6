#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <memory>
#include <unistd.h>

#include "cli/option_table.hpp"
#include "tests/unit/cli/sample_command.hpp"

/// The man page and the completions are made from the option table: no option may be missing in any of them,
/// and the programs that read them must not complain.
namespace wsrig::cli {
namespace {

using testing::HasSubstr;

/// What a shell command prints, both streams together.
std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen((command + " 2>&1").c_str(), "r"), pclose);
  std::string text;
  std::array<char, 4096> part{};
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe.get()))
    text.append(part.data(), size);
  return text;
}

bool has_program(const std::string& name) { return !output_of("command -v " + name).empty(); }

/// A generated text in a file, for the program that reads it.
class TextFile {
 public:
  explicit TextFile(const std::string& text) { std::ofstream(path_) << text; }
  ~TextFile() { std::filesystem::remove(path_); }
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_ = testing::TempDir() + "wsrig-generated-" + std::to_string(getpid());
};

std::string roff_name(const std::string& name) {
  std::string out;
  for (const char c : name) out += c == '-' ? std::string{"\\-"} : std::string(1, c);
  return out;
}

void expect_every_option(const std::vector<Command>& commands) {
  for (const Command& command : commands) {
    for (const Option& option : all_options(command)) {
      EXPECT_THAT(help(command), HasSubstr("--" + option.name));
      EXPECT_THAT(man_page(commands), HasSubstr("\\-\\-" + roff_name(option.name) + "\\fR"));
      EXPECT_THAT(bash_completion(commands), HasSubstr("--" + option.name));
      EXPECT_THAT(zsh_completion(commands), HasSubstr("--" + option.name));
      EXPECT_THAT(fish_completion(commands), HasSubstr(" -l " + option.name + " "));
    }
  }
}

TEST(Generated, every_option_is_in_every_text) {
  expect_every_option({test::sample_command()});
  expect_every_option(test::sample_program());
}

TEST(Generated, the_man_page_has_no_warnings) {
  if (!has_program("groff")) GTEST_SKIP() << "groff is not installed";
  for (const auto& commands : {std::vector{test::sample_command()}, test::sample_program()}) {
    const TextFile page(man_page(commands));
    EXPECT_EQ(output_of("groff -k -Tutf8 -man -ww -z " + page.path()), "");
  }
}

TEST(Generated, the_man_page_shows_text_as_it_was_written) {
  if (!has_program("groff")) GTEST_SKIP() << "groff is not installed";
  const TextFile page(man_page({test::sample_command()}));
  const std::string shown = output_of("groff -k -Tascii -P-cbou -man " + page.path());
  EXPECT_THAT(shown, HasSubstr(".The second - it's got \\ and a dot in front."));
  EXPECT_THAT(shown, HasSubstr("-j, --jobs N"));
}

/// What bash offers for a command line of which the last word is being written.
std::string offered(const std::vector<Command>& commands, const std::string& words) {
  const TextFile script(bash_completion(commands) + "COMP_WORDS=(" + words +
                        ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_" + commands.front().program +
                        "\necho ${COMPREPLY[@]}\n");
  return output_of("bash " + script.path());
}

TEST(Generated, bash_offers_options_values_and_commands) {
  const std::vector<Command> one{test::sample_command()};
  EXPECT_EQ(offered(one, "rig --lis"), "--listen\n");
  EXPECT_EQ(offered(one, "rig --mode s"), "sink\n");
  EXPECT_EQ(offered(one, "rig --mode = ''"), "echo sink\n");
  EXPECT_EQ(offered(one, "rig --mode ="), "echo sink\n");
  const std::vector<Command> several = test::sample_program();
  EXPECT_EQ(offered(several, "kit r"), "run\n");
  EXPECT_EQ(offered(several, "kit run --se"), "--seed\n");
  EXPECT_EQ(offered(several, "kit list --se"), "\n");
  EXPECT_EQ(offered(several, "kit list --lo"), "--long\n");
}

void expect_silent(const std::string& program, const std::string& arguments) {
  if (has_program(program)) {
    EXPECT_EQ(output_of(program + " " + arguments), "");
  }
}

TEST(Generated, the_other_shells_accept_their_completions) {
  for (const auto& commands : {std::vector{test::sample_command()}, test::sample_program()}) {
    const TextFile zsh(zsh_completion(commands));
    expect_silent("zsh", "-n " + zsh.path());
    // The quoting of zsh is that of every POSIX shell, so bash can check that much of it.
    EXPECT_EQ(output_of("bash -n " + zsh.path()), "");
    const TextFile fish(fish_completion(commands));
    expect_silent("fish", "-n " + fish.path());
  }
}

}  // namespace
}  // namespace wsrig::cli
