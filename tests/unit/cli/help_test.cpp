#include <gmock/gmock.h>
#include <sstream>

#include "tests/unit/cli/sample_command.hpp"

namespace wsrig::cli {
namespace {

using testing::HasSubstr;

TEST(Help, shows_groups_defaults_choices_and_examples) {
  EXPECT_EQ(help(test::sample_command(), {.width = 80}), R"(rig: tests things

Usage: rig [OPTION]… URL [PATH…]

The first paragraph.

.The second - it's got \ and a dot in front.

Arguments:
  URL                     the subject
  PATH                    scenario files

Options:
      --listen URL        where to listen [ws: or wss:] (repeatable)
  -j, --jobs N            cases at once (default: 8)
  -s, --strict            count 'non-strict' as failed
      --mode echo|sink    what to do (default: echo)

Protocol:
      --no-deflate        offer no extension
      --max-message SIZE  limit

General:
  -h, --help              print this help
      --version           print the version
      --config FILE       read options from FILE, which has name = value lines
      --color WHEN        colours; auto: on a terminal, unless NO_COLOR is set
                          [auto, always, never] (default: auto)
      --generate WHAT     print the man page or a shell's completions [man,
                          bash, zsh, fish]

Examples:
  rig ws://127.0.0.1:9001 -j4

Each option can also be given in the environment, --like-this as
WSRIG_LIKE_THIS, or in the --config file.
)");
}

TEST(Help, is_wrapped_to_the_width) {
  std::istringstream lines(help(test::sample_command(), {.width = 60}));
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(line.size(), 62u) << line;  // … has three octets
}

TEST(Help, of_a_program_lists_its_commands) {
  const std::vector<Command> commands = test::sample_program();
  const std::string text = help(commands[0], {.width = 80}, {commands.begin() + 1, commands.end()});
  EXPECT_THAT(text, HasSubstr("Usage: kit COMMAND [ARGUMENT]…\n"));
  EXPECT_THAT(text, HasSubstr("Commands:\n  run                  runs scenarios: all of them\n"));
  EXPECT_THAT(text, HasSubstr("'kit COMMAND --help' explains one of them.\n"));
  EXPECT_THAT(text, testing::Not(HasSubstr("--config")));
}

TEST(Help, has_bold_headings_with_colours) {
  EXPECT_THAT(help(test::sample_command(), {.color = true}), HasSubstr("\n\x1b[1mUsage:\x1b[0m rig"));
}

}  // namespace
}  // namespace wsrig::cli
